/**
 * Layer: what every layer of a swap stack is, and what the stack is told of the world around it.
 *
 * A layer promises, for each id: what was stored last is what a fetch brings, or the fetch says that
 * it cannot (LOST_PAGE, DEVICE_FAILED). A store that fails leaves what was there, or nothing that
 * could be taken for it. What was stored before a flush began is on the lowest devices when it ends.
 * Of one id at most one request is with a layer at a time: the others wait in line (stack.ts).
 */

import type { FrameRoom } from './frame-room.ts';
import type { Stack } from './stack.ts';

/** How a fetch of an id ends in which nothing is stored. */
export const NOTHING = -1;

/** What a layer counts, by name; reports show it as it is. */
export type Counts = Record<string, number>;

export interface LayerStat {
  readonly name: string;
  readonly counts: Counts;
  /** What a reader must know of the figures: that they come from a model, ... */
  readonly note?: string;
}

/** Code of a layer. `node` is the place in the stack, `request` the number of a record there. */
export interface Layer {
  readonly name: string;
  /** A request has come and has its id to itself. */
  begin(stack: Stack, node: number, request: number): void;
  /** A child of `request` has ended; its record is free again when this returns. */
  ended(stack: Stack, node: number, request: number, child: number): void;
  /** What `request` asked of a device is done, or its time has come. */
  woken(stack: Stack, node: number, request: number): void;
  /** A client has died: all it stored has been discarded. */
  died?(stack: Stack, node: number, client: number): void;
  /** A device has lost its power: what has not been flushed may be gone. */
  reset?(stack: Stack, node: number): void;
  stat(stack: Stack, node: number): LayerStat;
  /** Of a layer that keeps pages in frames of the server's. */
  readonly frames?: FrameKeeper;
}

/** What a layer does about its frames; `settle` (stack.ts) is to follow. */
export interface FrameKeeper {
  room(stack: Stack, node: number): FrameRoom;
  /** Gives up a page that is below as well: its slot is free then. False: there is none. */
  spare(stack: Stack, node: number): boolean;
  /** Its frames have become more or fewer. */
  adjust(stack: Stack, node: number): void;
  /**
   * The frame in `slot` has been taken with what is in it, or, NO_SLOT, the oldest page that is nowhere
   * else is given up: its slot. NO_SLOT: there is none.
   */
  lose(stack: Stack, node: number, slot: number): number;
}

/** The world around a stack: a kernel, or a test. Code, not state. */
export interface Port {
  nowNs(): number;
  /** CPU time of the server that the stack is in. */
  charge(ns: number): void;
  /** `woken` of the request at that time. */
  wakeAt(timeNs: number, request: number): void;
  /** Has the device move `blocks` blocks; `woken` of the request when it has. */
  submit(device: number, block: number, blocks: number, write: boolean, request: number): void;
  /** Copies what a root is to store into its contents; DONE, or why that cannot be. */
  fill(request: number): number;
  /** A root has ended; its reason stands in its record, which is free when this returns. */
  ended(request: number): void;
}
