import { expect, test } from 'vitest';
import { spanOf } from '../../../contracts/disk-messages.ts';
import { OP } from '../../../contracts/messages.ts';
import {
  BUSY,
  DEVICE_FAILED,
  IN_USE,
  LOCK_LOST,
  MALFORMED,
  NO_DEVICE,
  NO_SUCH_BLOCK,
  TOO_LONG,
} from '../../../contracts/refusals.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { addTask, givePort } from '../../../nucleus/kernel.ts';
import { killServer, killTask } from '../../../nucleus/life.ts';
import {
  addDiskExtent,
  createDiskClientState,
  type DiskClientState,
  diskClientStep,
} from '../../../servers/swap/disk-client.ts';
import { JUNK } from '../../../sim-hw/frames.ts';
import {
  advance,
  checkBooks,
  FIRST,
  hand,
  MEMORY,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import {
  BLOCK_NS,
  contractFor,
  type DiskDesk,
  type DiskOptions,
  diskDesk,
  LOCK,
} from '../../support/disk-desk.ts';
import { SECOND } from '../../support/pages.ts';

interface Scene {
  readonly desk: DiskDesk;
  readonly swap: DiskClientState;
  readonly ports: readonly number[];
}

/** Two clients with four frames each, before a swap server that stands before the disk server. */
function scene(options: DiskOptions = {}, passages = 4): Scene {
  const desk = diskDesk(options);
  const { kernel, disk } = desk;
  const id = kernel.state.tasks.length;
  const swap = createDiskClientState(id, passages);
  addTask(kernel, 'swap on disk', -1, { step: diskClientStep, state: swap });
  givePort(kernel, id, MEMORY);
  swap.diskPort = givePort(kernel, id, desk.id);
  kernel.state.watchers.push(id);
  // The third client's part of the medium is the swap server's, block for block.
  disk.partitions[2] = { ...disk.partitions[2], holder: id };
  const ports = [FIRST, SECOND].map((client) => {
    settleIn(desk, client, 4, 0, 3);
    addDiskExtent(swap, client, 8);
    takeHeard(desk, client);
    return givePort(kernel, client, id);
  });
  return { desk, swap, ports };
}

function write({ desk }: Scene, client: number, slot: number, high: number): void {
  desk.kernel.state.frames.stampHigh[tableOf(desk, client).slotFrame[slot]] = high;
}

function found({ desk }: Scene, client: number, slot: number): number {
  return desk.kernel.state.frames.stampHigh[tableOf(desk, client).slotFrame[slot]];
}

/** A frame in a container for one lock, handed on. */
function ask(
  { desk, ports }: Scene,
  client: number,
  name: 'store' | 'fetch' | 'exchange',
  slot: number,
  words: [number, number] | [number, number, number],
  lockMax = LOCK,
): void {
  const before = takeHeard(desk, client);
  const weak = say(desk, client, 'createContainer', [slot, lockMax, 1, 1, 1])[0][3] as number;
  desk.heard[client].push(...before);
  hand(desk, client, name, weak, words[0], words[1], ports[client - FIRST], words[2]);
}

function answersTo({ desk }: Scene, client: number): unknown[] {
  return takeHeard(desk, client).map(([name, ...words]) => [name, ...words.slice(0, 3)]);
}

test('[DISK16] [SWAP2] [SWAP10] what was stored is fetched; an exchange does both with one frame', () => {
  const its = scene();
  write(its, FIRST, 0, 5);
  ask(its, FIRST, 'store', 0, [3, 11]);
  advance(its.desk, BLOCK_NS);
  expect(answersTo(its, FIRST)).toEqual([['swapped', 11, 0, 1]]);
  ask(its, FIRST, 'fetch', 1, [3, 12]);
  advance(its.desk, BLOCK_NS);
  expect(answersTo(its, FIRST)).toEqual([['swapped', 12, 0, 0]]);
  expect(found(its, FIRST, 1)).toBe(5);
  write(its, FIRST, 2, 6);
  ask(its, FIRST, 'exchange', 2, [4, 3, 13]);
  advance(its.desk, 2 * BLOCK_NS);
  expect(answersTo(its, FIRST)).toEqual([['swapped', 13, 0, 1]]);
  expect([found(its, FIRST, 2), its.desk.disk.medium.high[2 * 64 + 4]]).toEqual([5, 6]);
  expect(checkBooks(its.desk)).toBeUndefined();
});

test('[DISK16] [DISK8] it asks on its client’s time: each draws on a disk contract of its own', () => {
  const its = scene();
  contractFor(its.desk, SECOND, [10_000, 5000]);
  ask(its, FIRST, 'store', 0, [0, 1]);
  for (const slot of [0, 1]) ask(its, SECOND, 'store', slot, [slot, slot]);
  const { streams } = its.desk.disk.queue;
  expect(streams.map(({ account, counts }) => [account, counts.requests]).sort()).toEqual([
    [FIRST, 1],
    [SECOND, 2],
  ]);
  advance(its.desk, 3 * BLOCK_NS);
  expect(streams.find(({ account }) => account === SECOND)?.counts.sliceNs).toBe(2 * BLOCK_NS);
  expect(answersTo(its, SECOND)).toHaveLength(2);
});

test('[DISK16] [SWAP1] [SWAP7] foreign blocks and one request too many are refused, and nothing is kept', () => {
  const its = scene({}, 2);
  const { objects } = tableOf(its.desk, its.swap.id);
  ask(its, FIRST, 'store', 0, [8, 1]);
  ask(its, FIRST, 'exchange', 1, [0, 8, 2]);
  expect(answersTo(its, FIRST)).toEqual([
    ['swapped', 1, NO_SUCH_BLOCK, 0],
    ['swapped', 2, NO_SUCH_BLOCK, 0],
  ]);
  for (const slot of [0, 1, 2]) ask(its, SECOND, 'store', slot, [slot, slot]);
  expect(answersTo(its, SECOND)).toEqual([['swapped', 2, BUSY, 0]]);
  expect(tableOf(its.desk, its.swap.id).objects).toBe(objects);
});

test('[DISK16] [SWAP4] [SWAP5] refusals and lost locks are passed on; nonsense is dropped', () => {
  const its = scene({ lock: BLOCK_NS - 1 });
  ask(its, FIRST, 'store', 0, [0, 1], 10);
  expect(answersTo(its, FIRST)).toEqual([['swapped', 1, TOO_LONG, 0]]);
  ask(its, FIRST, 'fetch', 1, [0, 2]);
  advance(its.desk, BLOCK_NS);
  expect(answersTo(its, FIRST)).toEqual([['swapped', 2, LOCK_LOST, 0]]);
  const malformed = [['refused', 0, MALFORMED, OP.fetch, 0, 0]];
  expect(say(its.desk, FIRST, 'fetch', [0, 0, 0], its.ports[0])).toEqual(malformed);
  const weak = say(its.desk, FIRST, 'createContainer', [2, 10, 1, 1, 1])[0][3] as number;
  hand(its.desk, FIRST, 'discard', weak, 0, 0, its.ports[0]);
  expect(takeHeard(its.desk, FIRST)[0][2]).toBe(MALFORMED);
  // Nobody but the disk server ends a passage.
  ask(its, SECOND, 'store', 0, [0, 1]);
  say(its.desk, FIRST, 'diskDone', [-1, 0, 0, 1], its.ports[0]);
  expect(takeHeard(its.desk, SECOND)).toEqual([]);
});

test('[DISK17] [CONT44] the disk server dies: what is under way fails, and so does what comes later', () => {
  const its = scene();
  const { kernel, id } = its.desk;
  ask(its, FIRST, 'store', 0, [0, 1]);
  ask(its, SECOND, 'fetch', 0, [0, 2]);
  killServer(kernel, id);
  deliverAll(kernel);
  expect(answersTo(its, FIRST)).toEqual([['swapped', 1, DEVICE_FAILED, 0]]);
  expect(answersTo(its, SECOND)).toEqual([['swapped', 2, DEVICE_FAILED, 0]]);
  ask(its, FIRST, 'store', 1, [1, 3]);
  expect(answersTo(its, FIRST)).toEqual([['swapped', 3, NO_DEVICE, 0]]);
  advance(its.desk, 9 * BLOCK_NS);
  expect(its.desk.kernel.state.tasks[id].status).toBeGreaterThan(5);
  expect(checkBooks(its.desk)).toBeUndefined();
  // The lock died with its holder, and the container that had none too: the frames can be given
  // back. The third one was never handed on.
  expect(say(its.desk, FIRST, 'returnFrames', [0])).toEqual([]);
  expect(say(its.desk, SECOND, 'returnFrames', [0])).toEqual([]);
  expect(say(its.desk, FIRST, 'returnFrames', [1])[0].slice(2, 3)).toEqual([IN_USE]);
});

test('[DISK15] [DISK16] [SWAP6] what was discarded, or was of the dead, is junk from then on', () => {
  const its = scene();
  const { medium } = its.desk.disk;
  for (const slot of [0, 1]) {
    write(its, FIRST, slot, 5);
    ask(its, FIRST, 'store', slot, [slot, slot]);
  }
  write(its, SECOND, 0, 6);
  ask(its, SECOND, 'store', 0, [0, 1]);
  advance(its.desk, 3 * BLOCK_NS);
  const base = 2 * 64;
  expect([medium.high[base], medium.high[base + 1], medium.high[base + 8]]).toEqual([5, 5, 6]);
  say(its.desk, FIRST, 'discard', [1], its.ports[0]);
  say(its.desk, FIRST, 'discard', [8], its.ports[0]);
  expect([medium.high[base], medium.high[base + 1], medium.high[base + 8]]).toEqual([5, JUNK, 6]);
  ask(its, FIRST, 'store', 1, [1, 1]);
  killTask(its.desk.kernel, FIRST);
  deliverAll(its.desk.kernel);
  advance(its.desk, BLOCK_NS);
  expect([medium.high[base], medium.high[base + 1], medium.high[base + 8]]).toEqual([
    JUNK,
    JUNK,
    6,
  ]);
  expect(spanOf(0, 1)).toBe(0);
});
