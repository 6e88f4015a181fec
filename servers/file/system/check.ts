/** Check: re-sums a mounted file system: references, free blocks, extents, names. An oracle. */

import { hasBit } from '../../../sim-hw/bitmaps.ts';
import { lookUp } from './directory.ts';
import { HOLE } from './extents.ts';
import { isFile } from './inodes.ts';
import type { FileSystem } from './state.ts';

/** What is wrong, or undefined. `held`: runs that plans under way hold: block, length, and so on. */
export function checkFileSystem(system: FileSystem, held: readonly number[] = []) {
  const { inodes, space, geometry } = system;
  const references = new Uint32Array(geometry.blocks);
  let files = 0;
  let extents = 0;
  for (let inode = 0; inode < geometry.files; inode++) {
    if (!isFile(inodes, inode)) continue;
    files++;
    extents += inodes.extents[inode].count;
    const { nameLow, nameHigh } = inodes;
    if (lookUp(system.directory, nameLow[inode], nameHigh[inode]) !== inode)
      return `file ${inode} is not in the directory`;
    const wrong = addReferences(system, inode, references);
    if (wrong !== undefined) return wrong;
  }
  if (files !== inodes.files || extents !== inodes.extentCount)
    return `${files} files with ${extents} extents, booked ${inodes.files}, ${inodes.extentCount}`;
  for (let at = 0; at < held.length; at += 2)
    if (held[at] !== HOLE)
      for (let block = held[at]; block < held[at] + held[at + 1]; block++) references[block]++;
  return checkBlocks(system, references) ?? checkFreeCount(space.freeCount, system);
}

function addReferences(system: FileSystem, inode: number, references: Uint32Array) {
  const { count, page, block, length } = system.inodes.extents[inode];
  let end = 0;
  for (let at = 0; at < count; at++) {
    if (length[at] === 0 || page[at] < end) return `file ${inode}: extents overlap at ${page[at]}`;
    end = page[at] + length[at];
    for (let of = block[at]; of < block[at] + length[at]; of++) references[of]++;
  }
  return end > system.inodes.pages[inode] ? `file ${inode} has pages beyond its end` : undefined;
}

function checkBlocks({ space, geometry }: FileSystem, references: Uint32Array) {
  const waiting = new Set([...space.released, ...space.committing]);
  for (let block = 0; block < geometry.blocks; block++) {
    if (space.references[block] !== references[block])
      return `block ${block}: ${references[block]} references, booked ${space.references[block]}`;
    const isFree = references[block] === 0 && !waiting.has(block) && block >= geometry.dataFirst;
    if (hasBit(space.free, block, 0) !== isFree) return `block ${block} is free: ${!isFree}`;
  }
  return undefined;
}

function checkFreeCount(freeCount: number, { space, geometry }: FileSystem) {
  let free = 0;
  for (let block = 0; block < geometry.blocks; block++) if (hasBit(space.free, block, 0)) free++;
  return free === freeCount ? undefined : `${free} blocks are free, booked ${freeCount}`;
}
