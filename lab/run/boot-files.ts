/**
 * Booting, the file servers: each with a file system on a disk of its own, on which there is a file for
 * each task that reads from it: the pages of its program, as they are before it has written any. They
 * come after all others, so that ids are the same with and without them.
 */

import type { LenderWish } from '../../clients/lender/lender.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import { openCache } from '../../servers/file/caching/contract.ts';
import { createDrive } from '../../servers/file/drive.ts';
import { fileServerStep } from '../../servers/file/server.ts';
import { createFileServerState } from '../../servers/file/state.ts';
import {
  beginCommit,
  createPlan,
  encodeName,
  endCommit,
  endWrite,
  type FileSystem,
  layOut,
  openFile,
  planWrite,
  WRITE_PAGES_MAX,
} from '../../servers/file/system/index.ts';
import { createFileSystem } from '../../servers/file/system/state.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { assert } from '../../sim-hw/assert.ts';
import { stamped } from '../../sim-hw/contents.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { createMedium, type MediumState, writeBlock } from '../../sim-hw/devices/medium.ts';
import { seedOf } from '../../sim-hw/random.ts';
import type { CellOptions } from './cell-options.ts';
import { MEMORY } from './layout.ts';
import { diesThen, mortal } from './mortal.ts';
import type { FileServerPlan } from './server-plans.ts';

/** Requests of one reader that can be under way: it waits for one, and may have given others up. */
const REQUESTS_EACH = 4;
const JOURNAL_BLOCKS = 16;
const TABLE_BLOCKS = 4;

/** File servers of a cell: where tasks have no contracts nobody lends. */
export function fileServersOf({ management, files }: CellOptions): number {
  const leased = management === 'contracts' || management === 'unlimited';
  return leased ? (files?.length ?? 0) : 0;
}

/** Adds them; returns their ids. */
export function addFileServers(
  options: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
): number[] {
  if (fileServersOf(options) === 0) return [];
  const { files = [] } = options;
  const readers = options.tasks.flatMap(({ reads }, at) => (reads ? [{ reads, at }] : []));
  const spaces = readers.map(({ at }) => kernel.state.spaces[at] as SpaceState);
  return files.map((plan) => {
    const id = addFileServer(options, kernel, plan, spaces);
    for (const [number, { reads, at }] of readers.entries()) {
      if (!reads.from.includes(plan.name)) continue;
      const { owner } = kernel.receivers[clients[at]].state as PagerState;
      const { lending } = owner as LenderWish;
      const [low, high] = fileName(number);
      // Its servers are asked in the order in which the task names them.
      const turn = reads.from.indexOf(plan.name);
      lending.servers[turn] = givePort(kernel, clients[at], id);
      lending.files[turn] = { low, high, handle: -1 };
    }
    return id;
  });
}

function addFileServer(
  options: CellOptions,
  kernel: Kernel,
  { name, lock, cache, buffers, diesAt }: FileServerPlan,
  spaces: readonly SpaceState[],
): number {
  const model = devices[options.machine.device as keyof typeof devices];
  const { system, medium } = fillDisk(options, spaces, seedOf(options.seed, `medium ${name}`));
  // What may be dirty is shared among all who write there.
  const writers = options.tasks.filter(({ reads }) => reads?.writes && reads.from.includes(name));
  const behindEach = Math.ceil((buffers?.behind ?? 0) / Math.max(1, writers.length));
  const id = kernel.state.tasks.length;
  const device = model.create(seedOf(options.seed, `files ${name}`));
  const state = createFileServerState({
    id,
    memoryPort: 0,
    system,
    drive: createDrive(device, medium),
    lockTime: lock,
    requests: REQUESTS_EACH * spaces.length,
    requestsEach: REQUESTS_EACH,
    handles: spaces.length,
    handlesEach: 1,
    keepsBytes: options.machine.fidelity === 'bytes',
    ...(cache !== null && { cache }),
    ...(buffers && { buffers: { ...buffers, behindEach } }),
  });
  addTask(kernel, name, -1, { step: mortal(fileServerStep(model)), state });
  givePort(kernel, id, MEMORY);
  kernel.state.watchers.push(id);
  kernel.state.account = NUCLEUS;
  if (diesAt !== null) diesThen(kernel, id, diesAt);
  openCache(kernel, state);
  deliverAll(kernel);
  return id;
}

/** The file of reader `number`. */
function fileName(number: number): readonly [number, number] {
  return encodeName(`f${number}`) as readonly [number, number];
}

/** A file for each space; that is how the disk is before the run begins. */
function fillDisk(
  options: CellOptions,
  spaces: readonly SpaceState[],
  seed: number,
): { system: FileSystem; medium: MediumState } {
  const pages = spaces.reduce((sum, space) => sum + space.pages, 0);
  // A write takes new blocks, and the last part of a file is a whole one.
  const most = options.tasks.reduce(
    (sum, { reads }) => sum + (reads?.writes ? reads.window : 0),
    0,
  );
  const room = most === 0 ? pages : 2 * (pages + most);
  const blocks = 2 + JOURNAL_BLOCKS + 2 * TABLE_BLOCKS + Math.max(1, room);
  const geometry = layOut(blocks, JOURNAL_BLOCKS, TABLE_BLOCKS, Math.max(1, spaces.length));
  assert(geometry !== undefined, 'boot: a disk has no room for its files');
  const medium = createMedium(blocks, seed);
  const system = createFileSystem(geometry);
  const plan = createPlan();
  for (const [number, space] of spaces.entries()) {
    const [low, high] = fileName(number);
    const inode = openFile(system, low, high, true);
    for (let page = 0; page < space.pages; page += WRITE_PAGES_MAX) {
      const count = Math.min(WRITE_PAGES_MAX, space.pages - page);
      planWrite(system, inode, page, count, plan);
      // A new disk has no gaps: all of it is one run.
      for (let at = 0; at < count; at++)
        writeBlock(medium, plan.runs[0] + at, stamped(0, space.base + page + at + 1));
      endWrite(system, plan);
      if (beginCommit(system)) endCommit(system, true);
    }
  }
  return { system, medium };
}
