/**
 * State of a mounted file system: all metadata, in memory. Operations change it at once and record
 * what they did; commits bring that to the disk (commit.ts). Nothing here waits for a device.
 */

import { createDirectory, type Directory } from './directory.ts';
import type { Geometry } from './format.ts';
import { createFreeMap, type FreeMap } from './free-map.ts';
import { createInodes, type Inodes } from './inodes.ts';
import { createJournal, type Journal } from './journal.ts';

/** Words of records that may wait for a commit: the largest, twice. */
const RECORDS_MAX = 4096;

/** A block on its way to the disk. */
export interface Output {
  readonly block: number;
  readonly bytes: Uint8Array;
}

export interface FileSystem {
  readonly geometry: Geometry;
  readonly inodes: Inodes;
  readonly directory: Directory;
  readonly space: FreeMap;
  readonly journal: Journal;
  /** Number of the checkpoint on the disk that counts; its copy of the table is number modulo 2. */
  checkpoint: number;
  /** The journal has records that may not be followed by others: write the table first. */
  checkpointDue: boolean;
  /** What the commit under way writes; empty: none is. */
  outputs: Output[];
  /** That commit is a checkpoint. */
  checkpointing: boolean;
  /** The disk has failed a commit: nothing is changed any more. */
  broken: boolean;
}

export function createFileSystem(geometry: Geometry): FileSystem {
  return {
    geometry,
    inodes: createInodes(geometry.files),
    directory: createDirectory(geometry.files),
    space: createFreeMap(geometry.blocks, geometry.dataFirst),
    journal: createJournal(RECORDS_MAX),
    checkpoint: 0,
    checkpointDue: false,
    outputs: [],
    checkpointing: false,
    broken: false,
  };
}
