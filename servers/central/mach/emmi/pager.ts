/**
 * What an external pager is, for whoever writes one: plain state and one function over it [EMMI1].
 *
 *   hear(state, message, kernel)   one message of the kernel's; whatever the pager does about it, now
 *                                  or later, it does by `kernel`
 *
 * docs/external-pagers.md has a pager to copy. A pager may speak by the names of Mach 3
 * (memoryObjectDataRequest) or by those of 1987 (pager_data_request). It is one thread: while it waits
 * for memory of its own (`touch`) it hears nothing else.
 */

import type { Contents } from '../../../../sim-hw/contents.ts';

export interface PagerMessage {
  readonly name: string;
  /** By the names of contracts/emmi-messages.ts; offsets, lengths and addresses in pages. */
  readonly fields: Readonly<Record<string, number>>;
}

export interface PagerModule<S extends object = object> {
  readonly name: string;
  readonly summary: string;
  /** Names that it hears; it may send by either. Absent: those of Mach 3. */
  readonly names?: '1987';
  /** Its state: plain data. `objects` of `pages` pages each are to be had of it. */
  create(objects: number, pages: number): S;
  hear(state: S, message: PagerMessage, kernel: PagerKernel): void;
  /** It keeps its pages on swap servers, and is their client. Absent: it has no servers. */
  readonly storage?: PagerStorage;
  /** What it hears of its servers, and alarms: they never wait in line. */
  hearServer?(state: S, answer: ServerAnswer, kernel: PagerKernel): void;
  /** It hears nothing more for now: what the kernel says waits in line. */
  isFull?(state: S): boolean;
}

export interface PagerStorage {
  /** Swap servers, and the blocks that it has on each. */
  readonly servers: number;
  readonly blocks: number;
  /** Frames of its own that pages go through, and pages that may be on their way. */
  readonly buffers: number;
  readonly transfers: number;
}

export interface ServerAnswer {
  /** Port of who says it, or of who died: 0 the memory server, 1 and on the swap servers; -1: nobody. */
  readonly port: number;
  /** Of contracts/messages.ts; or `start`, `alarm`, `death`. */
  readonly name: string;
  readonly fields: Readonly<Record<string, number>>;
}

export interface SupplyOptions {
  /** Rights withheld: 1 read, 2 write. */
  readonly lock?: number;
  /** It is to come back even if nobody changes it. */
  readonly isPrecious?: boolean;
  /** memoryObjectSupplyCompleted answers. */
  readonly wantsReply?: boolean;
}

/** What the kernel does for a pager. */
export interface PagerKernel {
  /** The pager's own task, for whoever maps its objects. */
  readonly task: number;
  readonly nowNs: number;
  /** Sends a message of a pager's, by either name; fields that are not given are 0. */
  send(name: string, fields: Readonly<Record<string, number>>): void;
  /** Contents for pages from `offset` on: as memory under way, with data_supply. */
  supply(control: number, offset: number, pages: readonly Contents[], how?: SupplyOptions): void;
  /** What is at a page of its own memory; undefined: it would have to wait. */
  read(address: number): Contents | undefined;
  /** Lets go of pages of its own memory. */
  free(address: number, length: number): void;
  /** Maps an object of a pager's; machMapped answers. */
  map(pager: number, object: number, length: number): void;
  /** Touches its own memory. False: it waits, and hears machFaultDone next, whatever comes before. */
  touch(address: number, access: number): boolean;
  /** Hears `alarm` with `word` after so long. */
  alarm(ns: number, word: number): void;
  /** Says something to a server, with a capability along or none. False: it could not go. */
  ask(
    port: number,
    name: string,
    fields: Readonly<Record<string, number>>,
    along?: number,
  ): boolean;
  /** Writes the frame in a slot of its own, and reads it; not while another has it locked. */
  fill(slot: number, contents: Contents): boolean;
  load(slot: number): Contents | undefined;
}
