/**
 * Operations of the file system. Each is refused for a reason of contracts/refusals.ts or done at
 * once, in memory, and recorded; nothing waits, and a refusal has changed nothing. Data is the
 * caller's: a write takes new blocks first (`planWrite`), the caller has them written, and then the
 * file gets them (`endWrite`) or they are given up (`giveUpWrite`). So nothing is overwritten where
 * it stands. A read holds its blocks until it is over, for they may lose their file meanwhile.
 */

import {
  BUSY,
  DEVICE_FAILED,
  DISK_FULL,
  DONE,
  FILE_TOO_LONG,
  MALFORMED,
  NO_PLACE,
  NO_SUCH_FILE,
} from '../../../contracts/refusals.ts';
import { changeBlocks, changeLength, createFile, deleteFile, shareRange } from './changes.ts';
import { isName, lookUp } from './directory.ts';
import { blockOf, extentsWithin, HOLE, type Run, runAt } from './extents.ts';
import { dropRun, giveUpRun, holdRun, takeBlocks } from './free-map.ts';
import { freeInode, isFile } from './inodes.ts';
import { COPY, CREATE, hasRoom, REMOVE, record, TRUNCATE, WRITE } from './journal.ts';
import type { FileSystem } from './state.ts';
import { fitsTable } from './table.ts';

/** Pages that a file can have, and that one write can bring. */
export const FILE_PAGES_MAX = 2 ** 24;
export const WRITE_PAGES_MAX = 1024;

/** A write or a read under way: plain data, used again and again by its owner. */
export interface Plan {
  inode: number;
  /** The file's serial: it may be gone before the device is done. */
  serial: number;
  page: number;
  count: number;
  /** First block (or HOLE) and length, and so on, page after page. */
  readonly runs: number[];
}

export function createPlan(): Plan {
  return { inode: -1, serial: 0, page: 0, count: 0, runs: [] };
}

/** The file with that name, made if `create` and it is not there: its inode, or minus a refusal. */
export function openFile(system: FileSystem, low: number, high: number, create: boolean): number {
  if (!isName(low, high)) return -MALFORMED;
  const found = lookUp(system.directory, low, high);
  if (found >= 0) return found;
  if (!create) return -NO_SUCH_FILE;
  const inode = freeInode(system.inodes);
  if (inode < 0 || !fitsTable(system, 1, 0)) return -NO_PLACE;
  const reason = mayChange(system, CREATE);
  if (reason !== DONE) return -reason;
  createFile(system, inode, low, high);
  record(system.journal, CREATE, [inode, low, high]);
  return inode;
}

/** Takes the blocks for `count` pages from `page` on. */
export function planWrite(
  system: FileSystem,
  inode: number,
  page: number,
  count: number,
  plan: Plan,
): number {
  const { inodes, space } = system;
  if (!isFile(inodes, inode)) return NO_SUCH_FILE;
  if (count < 1 || count > WRITE_PAGES_MAX) return MALFORMED;
  if (page + count > FILE_PAGES_MAX) return FILE_TOO_LONG;
  if (system.broken) return DEVICE_FAILED;
  const before = page > 0 ? blockOf(inodes.extents[inode], page - 1) : HOLE;
  plan.runs.length = 0;
  if (!takeBlocks(space, count, before + 1, plan.runs)) return noBlocks(system, count);
  plan.inode = inode;
  plan.serial = inodes.serial[inode];
  plan.page = page;
  plan.count = count;
  return DONE;
}

/** The blocks have been written: they are the file's. Refused, they have been given up. */
export function endWrite(system: FileSystem, plan: Plan): number {
  const { inode, serial, page, count, runs } = plan;
  const { inodes, journal } = system;
  let reason = mayChange(system, WRITE, runs.length / 2);
  if (!isFile(inodes, inode) || inodes.serial[inode] !== serial) reason = NO_SUCH_FILE;
  else if (reason === DONE && !fitsTable(system, 0, 1 + runs.length / 2)) reason = DISK_FULL;
  if (reason !== DONE) {
    giveUpWrite(system, plan);
    return reason;
  }
  changeBlocks(system, inode, page, count, runs);
  record(journal, WRITE, [inode, page, count, runs.length / 2], runs);
  runs.length = 0;
  return DONE;
}

/** The write did not come to pass; `bad`: a block that could not be written, or -1. */
export function giveUpWrite({ space }: FileSystem, { runs }: Plan, bad = -1): void {
  for (let run = 0; run < runs.length; run += 2) giveUpRun(space, runs[run], runs[run + 1], bad);
  runs.length = 0;
}

/** The blocks of up to `count` pages from `page` on, held until `endRead`. `plan.count`: how many. */
export function planRead(
  system: FileSystem,
  inode: number,
  page: number,
  count: number,
  plan: Plan,
): number {
  const { inodes, space } = system;
  if (!isFile(inodes, inode)) return NO_SUCH_FILE;
  const end = Math.min(page + count, inodes.pages[inode]);
  plan.inode = inode;
  plan.page = page;
  plan.count = Math.max(0, end - page);
  plan.runs.length = 0;
  for (let at = page; at < end; at += run.length) {
    runAt(inodes.extents[inode], at, end, run);
    plan.runs.push(run.block, run.length);
    if (run.block !== HOLE) holdRun(space, run.block, run.length);
  }
  return DONE;
}

/** What `planRead` fills in, a run at a time. */
const run: Run = { page: 0, block: 0, length: 0 };

export function endRead({ space }: FileSystem, { runs }: Plan): void {
  for (let at = 0; at < runs.length; at += 2)
    if (runs[at] !== HOLE) dropRun(space, runs[at], runs[at + 1]);
  runs.length = 0;
}

/** Sets a file's length; pages beyond the old one are a hole. */
export function truncateFile(system: FileSystem, inode: number, pages: number): number {
  if (!isFile(system.inodes, inode)) return NO_SUCH_FILE;
  if (pages > FILE_PAGES_MAX) return FILE_TOO_LONG;
  const reason = mayChange(system, TRUNCATE);
  if (reason !== DONE) return reason;
  changeLength(system, inode, pages);
  record(system.journal, TRUNCATE, [inode, pages]);
  return DONE;
}

/**
 * Makes pages of one file those of another as well, as far as the first reaches; both share the
 * blocks until one is written to. Returns how many pages, or minus a refusal.
 */
export function copyRange(
  system: FileSystem,
  inode: number,
  page: number,
  into: number,
  intoPage: number,
  count: number,
): number {
  const { inodes } = system;
  if (!isFile(inodes, inode) || !isFile(inodes, into)) return -NO_SUCH_FILE;
  const pages = Math.min(count, inodes.pages[inode] - page);
  if (pages <= 0) return 0;
  if (intoPage + pages > FILE_PAGES_MAX) return -FILE_TOO_LONG;
  const shared = extentsWithin(inodes.extents[inode], page, page + pages);
  if (!fitsTable(system, 0, shared + 1)) return -DISK_FULL;
  const reason = mayChange(system, COPY);
  if (reason !== DONE) return -reason;
  shareRange(system, inode, page, into, intoPage, pages);
  record(system.journal, COPY, [inode, page, into, intoPage, pages]);
  return pages;
}

export function removeFile(system: FileSystem, inode: number): number {
  if (!isFile(system.inodes, inode)) return NO_SUCH_FILE;
  const reason = mayChange(system, REMOVE);
  if (reason !== DONE) return reason;
  deleteFile(system, inode);
  record(system.journal, REMOVE, [inode]);
  return DONE;
}

/** May something be recorded now? BUSY: when the commit is over. */
function mayChange(system: FileSystem, kind: number, runs = 0): number {
  if (system.broken) return DEVICE_FAILED;
  return hasRoom(system.journal, kind, runs) ? DONE : BUSY;
}

/** There will be room when the next commit is over, or there is none. */
function noBlocks({ space }: FileSystem, count: number): number {
  const soon = space.freeCount + space.released.length + space.committing.length;
  return soon >= count ? BUSY : DISK_FULL;
}
