/** State of a file server: plain data, sized by the requests and handles there may be. */

import { type Contents, createContents } from '../../sim-hw/contents.ts';
import { type BufferOptions, type BuffersState, createBuffers } from './buffers/buffers.ts';
import { type CacheOptions, type CacheState, createCache } from './caching/cache.ts';
import type { DriveState } from './drive.ts';
import { createHandles, type Handles } from './handles.ts';
import { createRequests, type Requests } from './requests.ts';
import type { FileSystem } from './system/index.ts';

/** Pages that a client's next copyRange copies. */
export interface Range {
  readonly file: number;
  readonly page: number;
  readonly pages: number;
}

export interface FileServerState {
  readonly id: number;
  readonly memoryPort: number;
  readonly system: FileSystem;
  readonly drive: DriveState;
  /** Null: every read is one of the disk. */
  readonly cache: CacheState | null;
  /** Null: nothing is read ahead, or written behind. */
  readonly buffers: BuffersState | null;
  /** How long it locks a container. */
  readonly lockTime: number;
  readonly requests: Requests;
  readonly handles: Handles;
  /** By client: what rangeFrom named. */
  readonly ranges: (Range | null)[];
  /** Contents in transit. */
  readonly contents: Contents;
  /** Requests that wait for a commit, the oldest first. */
  readonly syncs: number[];
  /** Requests that wait for a buffer which the device is at. */
  readonly awaiting: number[];
  /** A commit waits until nothing is dirty; a flush is on the device; its timer runs. */
  draining: boolean;
  flushing: boolean;
  flushDue: boolean;
  /** The timer ran out in the middle of a flush. */
  flushAgain: boolean;
  /** Test only: it does not look whether a container has been changed since it noted the version. */
  readonly planted: boolean;
}

export interface FileServerParts {
  readonly id: number;
  readonly memoryPort: number;
  readonly system: FileSystem;
  readonly drive: DriveState;
  readonly lockTime: number;
  /** Requests there may be at a time, and those of one client. */
  readonly requests: number;
  readonly requestsEach: number;
  readonly handles: number;
  readonly handlesEach: number;
  readonly keepsBytes: boolean;
  readonly cache?: CacheOptions;
  readonly buffers?: BufferOptions;
  readonly planted?: boolean;
}

export function createFileServerState(parts: FileServerParts): FileServerState {
  const { id, memoryPort, system, drive, lockTime } = parts;
  return {
    id,
    memoryPort,
    system,
    drive,
    cache: parts.cache ? createCache(system.geometry.blocks, parts.cache) : null,
    buffers: parts.buffers ? createBuffers(system.geometry.blocks, parts.buffers) : null,
    lockTime,
    requests: createRequests(parts.requests, parts.requestsEach),
    handles: createHandles(parts.handles, parts.handlesEach),
    ranges: [],
    contents: createContents(parts.keepsBytes),
    syncs: [],
    awaiting: [],
    draining: false,
    flushing: false,
    flushDue: false,
    flushAgain: false,
    planted: parts.planted ?? false,
  };
}
