/** State of an archive server: plain data, sized by the requests that may be under way. */

import { type Contents, createContents } from '../../sim-hw/contents.ts';
import type { DeviceState } from '../../sim-hw/devices/device.ts';

/** Phases of a request. */
export const FREE = 0;
export const LOOKING = 1;
export const LOCKING = 2;
export const READING = 3;

/** A container that is to be filled, or a free record. */
export interface Request {
  phase: number;
  client: number;
  /** First block to read, and how many. */
  block: number;
  blocks: number;
  tag: number;
  /** The weak capability it came with, kept after its end. */
  capability: number;
  /** That of the record's request before, until the memory server is heard on this one; or -1. */
  previous: number;
  window: number;
  serial: number;
}

/** What a client may read: blocks 0 to `blocks` - 1 are its program's pages, as they are on disk. */
export interface Shelf {
  readonly client: number;
  /** Global page id of the first. */
  readonly base: number;
  readonly blocks: number;
}

export interface ArchiveState {
  readonly id: number;
  readonly memoryPort: number;
  readonly shelves: readonly Shelf[];
  readonly device: DeviceState;
  /** How long it locks a container. */
  readonly lockTime: number;
  /** Hostile: it sits on what it has locked, reads nothing and answers nobody. */
  readonly sits: boolean;
  /** By number. */
  readonly requests: Request[];
  /** What is in transit. */
  readonly contents: Contents;
}

export function createArchiveState(
  parts: Omit<ArchiveState, 'requests' | 'contents'>,
  requests: number,
): ArchiveState {
  return {
    ...parts,
    requests: Array.from({ length: requests }, createRequest),
    contents: createContents(false),
  };
}

function createRequest(): Request {
  return {
    phase: FREE,
    client: 0,
    block: 0,
    blocks: 0,
    tag: 0,
    capability: -1,
    previous: -1,
    window: 0,
    serial: 0,
  };
}
