/**
 * Files without their data: opening, lengths, places, names, copies of ranges. What a message asks of
 * the file system's metadata is done at once, and needs no memory of the client's.
 */

import { HINT_WILL_NEED, OP } from '../../contracts/messages.ts';
import {
  BUSY,
  DISK_FULL,
  DONE,
  MALFORMED,
  NO_PLACE,
  NO_SUCH_FILE,
} from '../../contracts/refusals.ts';
import { reply } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { refuse } from './answers.ts';
import { readAhead } from './buffers/read-ahead.ts';
import { closeHandle, type Handle, handleOf, openHandle } from './handles.ts';
import { takeRequest } from './requests.ts';
import type { FileServerState } from './state.ts';
import { commit, commitIfMany, sync } from './syncs.ts';
import {
  copyRange,
  HOLE,
  nextFile,
  openFile,
  removeFile,
  runAt,
  truncateFile,
} from './system/index.ts';

/** What needs no memory of the client's. */
export function operate(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  { op, from, w0, w1, w2, w3 }: Message,
): void {
  const { handles, system } = server;
  if (op === OP.openFile) return open(kernel, server, model, from, w0, w1, w2 === 1, w3);
  if (op === OP.listFiles) return list(kernel, server, from, w0, w1);
  if (op === OP.closeFile) {
    if (closeHandle(handles, from, w0)) return;
    return refuse(kernel, server, from, w0, NO_SUCH_FILE, op);
  }
  const handle = handleOf(handles, system, from, w0);
  const tag = op === OP.truncateFile || op === OP.mapFile || op === OP.copyRange ? w2 : w1;
  if (handle === undefined) {
    const named = op === OP.rangeFrom || op === OP.hintFile ? w0 : tag;
    return refuse(kernel, server, from, named, NO_SUCH_FILE, op);
  }
  switch (op) {
    case OP.truncateFile:
      return done(kernel, server, model, from, tag, op, truncateFile(system, handle.inode, w1), 0);
    case OP.syncFile: {
      const number = takeRequest(server.requests, from);
      if (number < 0) return refuse(kernel, server, from, tag, BUSY, op);
      server.requests.table[number].tag = tag;
      return sync(kernel, server, model, number);
    }
    case OP.mapFile:
      return map(kernel, server, from, handle, w1, tag);
    case OP.rangeFrom:
      server.ranges[from] = { file: w0, page: w1, pages: w2 };
      return;
    case OP.copyRange:
      return copy(kernel, server, model, from, handle, w1, tag);
    case OP.hintFile:
      return hint(kernel, server, model, handle, w1, w2, w3);
    case OP.removeFile:
      return done(kernel, server, model, from, tag, op, removeFile(system, handle.inode), 0);
    default:
      return refuse(kernel, server, from, 0, MALFORMED, op);
  }
}

function open(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  from: number,
  low: number,
  high: number,
  create: boolean,
  tag: number,
): void {
  const { handles, system } = server;
  const inode = openFile(system, low, high, create);
  if (inode < 0) return done(kernel, server, model, from, tag, OP.openFile, -inode, 0);
  const number = openHandle(handles, system, from, inode);
  if (number < 0) return refuse(kernel, server, from, tag, NO_PLACE, OP.openFile);
  reply(kernel, server.id, from, OP.fileIs, tag, number, system.inodes.pages[inode], 0, 0);
}

/** How the client is going to read, or what: pages of a range may be on their way at once. */
function hint(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  handle: Handle,
  what: number,
  page: number,
  pages: number,
): void {
  if (what !== HINT_WILL_NEED) {
    handle.hint = what;
    return;
  }
  handle.needFrom = page;
  handle.needTo = page + pages;
  readAhead(kernel, server, model, handle);
}

/** What `runAt` fills in. */
const run = { page: 0, block: 0, length: 0 };

function map(
  kernel: Kernel,
  { system, id }: FileServerState,
  from: number,
  { inode }: Handle,
  page: number,
  tag: number,
): void {
  const pages = system.inodes.pages[inode];
  run.length = 0;
  if (page < pages) runAt(system.inodes.extents[inode], page, pages, run);
  const isHole = run.length === 0 || run.block === HOLE;
  const first = isHole ? 0 : run.block;
  reply(kernel, id, from, OP.fileRun, tag, first, run.length, isHole ? 1 : 0, 0);
}

/** Copies what rangeFrom named. */
function copy(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  from: number,
  { inode }: Handle,
  page: number,
  tag: number,
): void {
  const { system, handles, ranges } = server;
  const range = ranges[from];
  ranges[from] = null;
  const source = range ? handleOf(handles, system, from, range.file) : undefined;
  if (!range || source === undefined)
    return refuse(kernel, server, from, tag, NO_SUCH_FILE, OP.copyRange);
  const copied = copyRange(system, source.inode, range.page, inode, page, range.pages);
  done(kernel, server, model, from, tag, OP.copyRange, Math.max(0, -copied), Math.max(0, copied));
}

function list(kernel: Kernel, server: FileServerState, from: number, first: number, tag: number) {
  const { inodes } = server.system;
  const inode = nextFile(inodes, first);
  if (inode < 0) return refuse(kernel, server, from, tag, NO_SUCH_FILE, OP.listFiles);
  const { nameLow, nameHigh } = inodes;
  reply(kernel, server.id, from, OP.fileEntry, tag, inode, nameLow[inode], nameHigh[inode], 0);
}

/** Done, or refused; where a commit would help, one begins. */
function done(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  from: number,
  tag: number,
  op: number,
  reason: number,
  pages: number,
): void {
  if (reason === DONE) reply(kernel, server.id, from, OP.fileDone, tag, DONE, pages, 0, 0);
  else refuse(kernel, server, from, tag, reason, op);
  if (reason === BUSY || reason === DISK_FULL) commit(kernel, server, model);
  else commitIfMany(kernel, server, model);
}
