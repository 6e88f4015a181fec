/** State of the disk server around its queue: plain data, sized by the requests that may be there. */

import { type Contents, createContents } from '../../sim-hw/contents.ts';
import type { DeviceState } from '../../sim-hw/devices/device.ts';
import type { MediumState } from '../../sim-hw/devices/medium.ts';
import { createDiskQueue, type DiskQueue, type DiskRequest } from './state.ts';

/** Phases of a transfer. */
export const FREE = 0;
export const WAITING = 1;
export const LOCKING = 2;
/** The device has it, or it waits for the device with its frames locked. */
export const MOVING = 3;
/** It is over; its capability goes back when the unlock has been heard. */
export const RETURNING = 4;

/** Pages under way between a container and the device, or a free record. */
export interface Transfer extends DiskRequest {
  phase: number;
  sender: number;
  /** On whose time it was sent. */
  account: number;
  tag: number;
  /** The weak capability it came with, kept after its end until the record is used again. */
  capability: number;
  back: boolean;
  /** Page of the container that the next block belongs to. */
  index: number;
  /** The piece that the device has: first block, and how many. */
  pieceBlock: number;
  piece: number;
  moved: number;
  /** An exchange: the block that is read when the write is done, or -1. */
  next: number;
  window: number;
  serial: number;
  /** The window is of a container of pages. */
  isList: boolean;
  /** Its sender moves the blocks itself when the device is done: there is no container [DISK18]. */
  isOwn: boolean;
}

/** By block of the device: what the server wrote there last, if it did (pieces.ts). */
export interface WrittenBlocks {
  readonly known: Uint8Array;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly sum: Uint32Array;
}

/** Blocks that a task names from 0 on, and nobody else names. */
export interface Partition {
  readonly holder: number;
  /** On the device. */
  readonly base: number;
  readonly blocks: number;
}

export interface DiskServerState {
  readonly id: number;
  readonly memoryPort: number;
  readonly partitions: Partition[];
  readonly device: DeviceState;
  readonly medium: MediumState;
  readonly written: WrittenBlocks;
  /** How long it locks containers, on the clock of terms. */
  lockTime: number;
  readonly queue: DiskQueue<Transfer>;
  /** Requests that one account may have here. */
  readonly each: number;
  /** The share of the device's time that may be under contract. */
  readonly admits: number;
  /** The next moment at which it has itself woken, or infinity. */
  wakeAtNs: number;
  /** On their way. */
  readonly contents: Contents;
}

export interface DiskServerParts {
  readonly id: number;
  readonly memoryPort: number;
  readonly device: DeviceState;
  readonly medium: MediumState;
  readonly lockTime: number;
  readonly depth: number;
  readonly each: number;
  readonly admits: number;
  readonly keepsBytes: boolean;
}

export function createDiskServerState(parts: DiskServerParts): DiskServerState {
  const { depth, keepsBytes, ...rest } = parts;
  const { blocks } = parts.medium;
  return {
    ...rest,
    written: {
      known: new Uint8Array(blocks),
      low: new Uint32Array(blocks),
      high: new Uint32Array(blocks),
      sum: new Uint32Array(blocks),
    },
    partitions: [],
    queue: createDiskQueue<Transfer>(depth),
    wakeAtNs: Number.POSITIVE_INFINITY,
    contents: createContents(keepsBytes),
  };
}

/** Gives `holder` the next `blocks` blocks of the device; returns the first. */
export function addPartition(server: DiskServerState, holder: number, blocks: number): number {
  const last = server.partitions.at(-1);
  const base = last === undefined ? 0 : last.base + last.blocks;
  server.partitions.push({ holder, base, blocks });
  return base;
}

/** Block of the device for block `block` of the holder's, with `length` more of its own; or -1. */
export function placeOf(
  { partitions }: DiskServerState,
  holder: number,
  block: number,
  length: number,
): number {
  let first = 0;
  for (const partition of partitions) {
    if (partition.holder !== holder) continue;
    const at = block - first;
    if (at >= 0 && at + length <= partition.blocks) return partition.base + at;
    first += partition.blocks;
  }
  return -1;
}

export function createTransfer(): Transfer {
  return {
    phase: FREE,
    stream: -1,
    block: 0,
    left: 0,
    writes: false,
    sequence: 0,
    arrivedNs: 0,
    isUnderWay: false,
    sender: 0,
    account: 0,
    tag: 0,
    capability: -1,
    back: false,
    index: 0,
    pieceBlock: 0,
    piece: 0,
    moved: 0,
    next: -1,
    window: -1,
    serial: 0,
    isList: false,
    isOwn: false,
  };
}
