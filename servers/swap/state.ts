/** State of the swap server: plain data, sized by the operations that may be under way. */

import type { PolicyTable } from '../../contracts/policy-table.ts';
import { type Contents, createContents } from '../../sim-hw/contents.ts';
import type { DeviceState } from '../../sim-hw/devices/device.ts';
import type { PartitionState } from './disk-partition.ts';
import type { LeasedFrames } from './leased-frames.ts';
import type { StackState } from './stack/stack.ts';
import type { StoreState } from './store.ts';

/** Kinds of an operation. */
export const FREE = 0;
export const STORE = 1;
export const FETCH = 2;
export const FLUSHING = 3;

/** A page under way between a frame and the device, or a free record. */
export interface Operation {
  kind: number;
  client: number;
  place: number;
  /** Where the page comes from that is read next (an exchange), or -1. */
  next: number;
  /** 1 once what was to be written has been. */
  stored: number;
  tag: number;
  /** On whose time it was asked. */
  account: number;
  /** The weak capability it came with, kept after its end. */
  capability: number;
  /** That of the operation that had the record before, until this one's lock is heard of; or -1. */
  previous: number;
  window: number;
  serial: number;
  /** Of a stack: 1 once what it is storing has been discarded. */
  dropped: number;
}

export interface SwapServerState {
  readonly id: number;
  /** To the memory server; where there are several, those of places 1 on have the ports after it. */
  readonly memoryPort: number;
  memories: number;
  readonly store: StoreState;
  readonly device: DeviceState;
  /** Longest the server keeps a lock; containers must allow it. */
  readonly lockTime: number;
  /** By number. */
  readonly operations: Operation[];
  /** What is in transit. */
  readonly contents: Contents;
  /** Layers that pages go through, or null: the plain device above. */
  readonly stack: StackState | null;
  /** Of its disks, those that are parts of a disk server's device. */
  readonly partition: PartitionState;
  /** Pages that a client may have on swap, -1: any number; by client: what has been set instead. */
  readonly quota: number;
  readonly quotas: number[];
  /** Generation of the capability to quotas. */
  quotaControl: number;
  /** Where the policy server reads how many pages clients have; null: there is none. */
  table: PolicyTable | null;
  /** By client: pages that it has on swap. */
  readonly held: number[];
  /** Its own contract for the frames of its layers; null: they are its own from the start. */
  frames: LeasedFrames | null;
  /** Test-only: answers from the next block instead. */
  readonly planted: boolean;
}

export function createSwapServerState(
  id: number,
  memoryPort: number,
  store: StoreState,
  device: DeviceState,
  lockTime: number,
  operations: number,
  planted: boolean,
  stack: StackState | null = null,
  quota = -1,
): SwapServerState {
  return {
    id,
    memoryPort,
    memories: 1,
    store,
    device,
    lockTime,
    operations: Array.from({ length: operations }, createOperation),
    contents: createContents(false),
    stack,
    partition: { port: -1, moves: [] },
    quota,
    quotas: [],
    quotaControl: 0,
    table: null,
    held: [],
    frames: null,
    planted,
  };
}

function createOperation(): Operation {
  return {
    kind: FREE,
    client: 0,
    place: 0,
    next: -1,
    stored: 0,
    tag: 0,
    account: 0,
    capability: -1,
    previous: -1,
    window: 0,
    serial: 0,
    dropped: 0,
  };
}
