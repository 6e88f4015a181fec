/**
 * Changes: what each record of the journal does to inodes, extents and directory. Operations make
 * their change through these functions, recovery makes it again, so both come to the same state.
 * What is checked before a change stands in operations.ts; here everything fits.
 */

import { enter, strike } from './directory.ts';
import {
  cutExtents,
  type Extents,
  extentsWithin,
  HOLE,
  insertExtent,
  type Run,
  runAt,
} from './extents.ts';
import { dropRun, holdRun } from './free-map.ts';
import { makeFile, removeFile } from './inodes.ts';
import type { FileSystem } from './state.ts';

export function createFile(system: FileSystem, inode: number, low: number, high: number): void {
  makeFile(system.inodes, inode, low, high);
  enter(system.directory, low, high, inode);
}

/** Puts new blocks, taken before, under the pages [page, page + count). */
export function changeBlocks(
  system: FileSystem,
  inode: number,
  page: number,
  count: number,
  runs: readonly number[],
): void {
  const { extents, pages } = system.inodes;
  cut(system, inode, page, page + count);
  const before = extents[inode].count;
  let at = page;
  for (let run = 0; run < runs.length; run += 2) {
    insertExtent(extents[inode], at, runs[run], runs[run + 1]);
    at += runs[run + 1];
  }
  system.inodes.extentCount += extents[inode].count - before;
  pages[inode] = Math.max(pages[inode], page + count);
}

export function changeLength(system: FileSystem, inode: number, pages: number): void {
  const { inodes } = system;
  if (pages < inodes.pages[inode]) cut(system, inode, pages, inodes.pages[inode]);
  inodes.pages[inode] = pages;
}

/** Puts the blocks of `count` pages of one file under those of another too: both share them. */
export function shareRange(
  system: FileSystem,
  inode: number,
  page: number,
  into: number,
  intoPage: number,
  count: number,
): void {
  const { extents, pages } = system.inodes;
  // All of the range first: it may be of the same file, and overlap.
  const runs = runsOf(extents[inode], page, page + count);
  for (const { block, length } of runs) if (block !== HOLE) holdRun(system.space, block, length);
  cut(system, into, intoPage, intoPage + count);
  const before = extents[into].count;
  for (const run of runs)
    if (run.block !== HOLE)
      insertExtent(extents[into], run.page - page + intoPage, run.block, run.length);
  system.inodes.extentCount += extents[into].count - before;
  pages[into] = Math.max(pages[into], intoPage + count);
}

export function deleteFile(system: FileSystem, inode: number): void {
  const { inodes, directory } = system;
  cut(system, inode, 0, inodes.pages[inode]);
  strike(directory, inodes.nameLow[inode], inodes.nameHigh[inode]);
  removeFile(inodes, inode);
}

/** The runs of the pages [from, to), holes among them. */
export function runsOf(extents: Extents, from: number, to: number): Run[] {
  const runs: Run[] = [];
  for (let page = from; page < to; ) {
    const run: Run = { page, block: HOLE, length: 0 };
    runAt(extents, page, to, run);
    runs.push(run);
    page += run.length;
  }
  return runs;
}

function cut({ inodes, space }: FileSystem, inode: number, from: number, to: number): void {
  const extents = inodes.extents[inode];
  if (to <= from || extentsWithin(extents, from, to) === 0) return;
  for (const { block, length } of runsOf(extents, from, to))
    if (block !== HOLE) dropRun(space, block, length);
  const before = extents.count;
  cutExtents(extents, from, to);
  inodes.extentCount += extents.count - before;
}
