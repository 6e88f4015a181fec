/**
 * Inode table: all inodes and their extents on the disk, as they were at a checkpoint. There are two
 * copies; a checkpoint writes the one that does not count, and it counts as soon as all of its blocks
 * are there. Only the extents that are in use take room:
 *
 *   inode  name low  name high  pages  n  n x (page, block, length)      next inode ...
 */

import { createFile } from './changes.ts';
import { isName } from './directory.ts';
import { insertExtent } from './extents.ts';
import { PAYLOAD_WORDS } from './format.ts';
import { claimRun } from './free-map.ts';
import { isFile } from './inodes.ts';
import type { FileSystem } from './state.ts';

const INODE_WORDS = 5;
const EXTENT_WORDS = 3;

/** Words that so many files and extents take. */
export function tableWords(files: number, extents: number): number {
  return files * INODE_WORDS + extents * EXTENT_WORDS;
}

/** Would so many more still fit? Asked before a change, so that a checkpoint always does. */
export function fitsTable({ geometry, inodes }: FileSystem, files: number, extents: number) {
  const words = tableWords(inodes.files + files, inodes.extentCount + extents);
  return words <= geometry.tableBlocks * PAYLOAD_WORDS;
}

export function encodeTable({ inodes }: FileSystem): Uint32Array {
  const words = new Uint32Array(tableWords(inodes.files, inodes.extentCount));
  let at = 0;
  for (let inode = 0; inode < inodes.pages.length; inode++) {
    if (!isFile(inodes, inode)) continue;
    const { count, page, block, length } = inodes.extents[inode];
    words[at++] = inode;
    words[at++] = inodes.nameLow[inode];
    words[at++] = inodes.nameHigh[inode];
    words[at++] = inodes.pages[inode];
    words[at++] = count;
    for (let extent = 0; extent < count; extent++) {
      words[at++] = page[extent];
      words[at++] = block[extent];
      words[at++] = length[extent];
    }
  }
  return words;
}

/** Fills an empty file system; false where the words make no sense. */
export function decodeTable(system: FileSystem, words: Uint32Array): boolean {
  const { inodes, geometry, space } = system;
  for (let at = 0; at < words.length; ) {
    if (at + INODE_WORDS > words.length) return false;
    const [inode, low, high, pages, count] = words.subarray(at, at + INODE_WORDS);
    at += INODE_WORDS;
    if (inode >= geometry.files || isFile(inodes, inode) || !isName(low, high)) return false;
    if (at + count * EXTENT_WORDS > words.length) return false;
    createFile(system, inode, low, high);
    inodes.pages[inode] = pages;
    for (let end = at + count * EXTENT_WORDS; at < end; at += EXTENT_WORDS) {
      const [page, block, length] = words.subarray(at, at + EXTENT_WORDS);
      if (block < geometry.dataFirst || block + length > geometry.blocks) return false;
      if (page + length > pages) return false;
      insertExtent(inodes.extents[inode], page, block, length);
      claimRun(space, block, length);
    }
    inodes.extentCount += inodes.extents[inode].count;
  }
  return true;
}
