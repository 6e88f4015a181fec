/** Making a file system: superblocks and an empty inode table, on a disk of which nothing is kept. */

import { beginCommit } from './commit.ts';
import { BLOCK_BYTES, type Geometry } from './format.ts';
import { createFileSystem, type Output } from './state.ts';
import { encodeSuperblock, SUPERBLOCKS } from './superblock.ts';

/** What is to be written, and flushed, before the first mount. The superblocks come last. */
export function makeFileSystem(geometry: Geometry): Output[] {
  const system = createFileSystem(geometry);
  system.checkpointDue = true;
  beginCommit(system);
  // A table of an older file system, with a greater number, must not be found.
  const other = geometry.tableFirst;
  const blank = { block: other, bytes: new Uint8Array(BLOCK_BYTES) };
  const superblocks = SUPERBLOCKS.map((block) => ({
    block,
    bytes: encodeSuperblock(geometry, block),
  }));
  return [blank, ...journalBlanks(geometry), ...system.outputs, ...superblocks];
}

/** The journal of an older file system must not be redone. */
function journalBlanks({ journalFirst, journalBlocks }: Geometry): Output[] {
  return Array.from({ length: journalBlocks }, (_, index) => ({
    block: journalFirst + index,
    bytes: new Uint8Array(BLOCK_BYTES),
  }));
}
