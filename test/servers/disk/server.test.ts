import { expect, test } from 'vitest';
import { spanOf } from '../../../contracts/disk-messages.ts';
import { OP } from '../../../contracts/messages.ts';
import {
  BUSY,
  DEVICE_FAILED,
  DONE,
  LOCK_LOST,
  MALFORMED,
  NO_CONTRACT,
  NO_SUCH_BLOCK,
  NO_SUCH_CONTAINER,
  NOT_ADMITTED,
  TOO_LONG,
} from '../../../contracts/refusals.ts';
import { deliverAll, sendCapability } from '../../../nucleus/ipc.ts';
import { addTask, givePort } from '../../../nucleus/kernel.ts';
import { killTask } from '../../../nucleus/life.ts';
import { stamped } from '../../../sim-hw/contents.ts';
import { writeBlock } from '../../../sim-hw/devices/medium.ts';
import {
  advance,
  checkBooks,
  FIRST,
  hand,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import {
  answers,
  askDisk,
  BLOCK_NS,
  BLOCKS,
  contractFor,
  type DiskDesk,
  type DiskOptions,
  diskDesk,
  LOCK,
  sayDisk,
} from '../../support/disk-desk.ts';
import { contents, fill, open, SECOND } from '../../support/pages.ts';

const THIRD = SECOND + 1;

/** The first two clients have a container of 4 pages each, filled and sealed. */
function scene(options: DiskOptions = {}): { desk: DiskDesk; own: number; other: number } {
  const desk = diskDesk(options);
  const [own, other] = [FIRST, SECOND].map((client) => {
    settleIn(desk, client, 8, 0, 0);
    const container = open(desk, client, { pages: 4, lockMax: LOCK });
    fill(desk, client, container, 0, 4);
    takeHeard(desk, client);
    return container;
  });
  for (let block = 0; block < 2 * BLOCKS; block++)
    writeBlock(desk.disk.medium, block, stamped(0, 100 + block));
  return { desk, own, other };
}

function pages(desk: DiskDesk, client: number, own: number): number[] {
  return [0, 1, 2, 3].map((index) => Math.floor(contents(desk, client, own, index) / 2 ** 20));
}

test('[DISK10] it locks when the turn has come, fills the pages that are named, unlocks, answers', () => {
  const { desk, own } = scene();
  const before = pages(desk, FIRST, own);
  askDisk(desk, FIRST, 'diskRead', own, 5, spanOf(1, 2));
  advance(desk, 2 * BLOCK_NS - 1);
  expect(answers(desk, FIRST)).toEqual([]);
  advance(desk, 1);
  expect(answers(desk, FIRST)).toEqual([[7, DONE, 2]]);
  expect(pages(desk, FIRST, own)).toEqual([before[0], 105, 106, before[3]]);
  expect(say(desk, FIRST, 'dropContainer', [own])).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[DISK10] what is written is what is read, by whoever has the block', () => {
  const { desk, own } = scene();
  askDisk(desk, FIRST, 'diskRead', own, 10, spanOf(0, 4));
  askDisk(desk, FIRST, 'diskWrite', own, 40, spanOf(0, 4));
  advance(desk, 8 * BLOCK_NS);
  askDisk(desk, FIRST, 'diskRead', own, 41, spanOf(0, 1));
  advance(desk, BLOCK_NS);
  expect(answers(desk, FIRST).map(([, reason]) => reason)).toEqual([DONE, DONE, DONE]);
  expect(pages(desk, FIRST, own)).toEqual([111, 111, 112, 113]);
});

test('[DISK10] a container of one run; an exchange writes it out and reads another, under one lock', () => {
  const { desk } = scene();
  const slot = say(desk, FIRST, 'allocate', [0, 1, 1])[0][2] as number;
  const weak = say(desk, FIRST, 'createContainer', [slot, LOCK, 1, 1, 1])[0][3] as number;
  hand(desk, FIRST, 'diskExchange', weak, 20, 30, desk.ports[0], 9);
  advance(desk, 2 * BLOCK_NS);
  expect(answers(desk, FIRST)).toEqual([[9, DONE, 2]]);
  const { medium } = desk.disk;
  expect([medium.high[20], medium.high[30]]).toEqual([0, 130]);
  const { slotFrame } = tableOf(desk, FIRST);
  expect(desk.kernel.state.frames.stampHigh[slotFrame[slot]]).toBe(130);
  // Made for one lock: it is gone, and the frame is free to be used.
  expect(say(desk, FIRST, 'returnFrames', [slot])).toEqual([]);
});

test('[DISK10] a lock that ends before the device has moved nothing more, and is told', () => {
  const { desk, own } = scene({ lock: 2.5 * BLOCK_NS });
  const before = pages(desk, FIRST, own);
  askDisk(desk, FIRST, 'diskRead', own, 0, spanOf(0, 4));
  advance(desk, 4 * BLOCK_NS);
  expect(answers(desk, FIRST)).toEqual([[7, LOCK_LOST, 0]]);
  expect(pages(desk, FIRST, own)).toEqual(before);
  expect(say(desk, FIRST, 'dropContainer', [own])).toEqual([]);
});

test('[DISK10] refusals of the lock are passed on, and nothing has been asked of the device', () => {
  const { desk, own } = scene({ lock: LOCK + 1 });
  askDisk(desk, FIRST, 'diskRead', own, 0, spanOf(0, 1));
  expect(answers(desk, FIRST)).toEqual([[7, TOO_LONG, 0]]);
  const port = tableOf(desk, FIRST).kind.indexOf(1);
  hand(desk, FIRST, 'diskRead', port, 0, 0, desk.ports[0], 3);
  expect(answers(desk, FIRST)).toEqual([[3, NO_SUCH_CONTAINER, 0]]);
  expect(
    desk.disk.queue.streams[0].counts.sliceNs + desk.disk.queue.streams[0].counts.slackNs,
  ).toBe(0);
  expect(desk.disk.queue.underWay).toBe(0);
});

test('[DISK10] a block that the device cannot read or write: what was moved before it is told', () => {
  const { desk, own } = scene();
  desk.disk.medium.faults.badBlocks.push(6);
  askDisk(desk, FIRST, 'diskRead', own, 4, spanOf(0, 4), 1);
  askDisk(desk, FIRST, 'diskWrite', own, 6, spanOf(0, 1), 2);
  advance(desk, 9 * BLOCK_NS);
  expect(answers(desk, FIRST)).toEqual([
    [1, DEVICE_FAILED, 2],
    [2, DEVICE_FAILED, 0],
  ]);
  expect(say(desk, FIRST, 'dropContainer', [own])).toEqual([]);
});

test('[DISK10] the capability goes back with the answer if the request says so, and is good again', () => {
  const { desk, own } = scene();
  askDisk(desk, FIRST, 'diskRead', own, 5, spanOf(0, 1, true));
  advance(desk, BLOCK_NS);
  const [done] = takeHeard(desk, FIRST);
  expect([done[0], ...done.slice(2)]).toEqual(['diskDone with capability', 7, DONE, 1, 0]);
  hand(desk, FIRST, 'diskRead', done[1] as number, 6, spanOf(1, 1), desk.ports[0], 8);
  advance(desk, BLOCK_NS);
  expect(answers(desk, FIRST)).toEqual([[8, DONE, 1]]);
  expect(pages(desk, FIRST, own).slice(0, 2)).toEqual([105, 106]);
  const mine = tableOf(desk, desk.id);
  expect(mine.objects).toBeLessThanOrEqual(2);
});

test('[DISK9] blocks beyond the own ones are nobody’s to name', () => {
  const { desk, own, other } = scene();
  askDisk(desk, FIRST, 'diskRead', own, BLOCKS - 1, spanOf(0, 2), 1);
  askDisk(desk, FIRST, 'diskExchange', own, 0, BLOCKS, 2);
  expect(answers(desk, FIRST)).toEqual([
    [1, NO_SUCH_BLOCK, 0],
    [2, NO_SUCH_BLOCK, 0],
  ]);
  askDisk(desk, SECOND, 'diskRead', other, 3, spanOf(0, 1));
  advance(desk, BLOCK_NS);
  expect(pages(desk, SECOND, other)[0]).toBe(100 + BLOCKS + 3);
  expect(tableOf(desk, desk.id).objects).toBe(2);
});

test('[DISK11] so many requests of one account and no more; nobody else has fewer for it', () => {
  const { desk, own, other } = scene({ each: 3 });
  for (let tag = 0; tag < 5; tag++) askDisk(desk, FIRST, 'diskRead', own, 0, spanOf(0, 1), tag);
  expect(answers(desk, FIRST)).toEqual([
    [3, BUSY, 0],
    [4, BUSY, 0],
  ]);
  askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1));
  advance(desk, 9 * BLOCK_NS);
  expect(answers(desk, SECOND)).toEqual([[7, DONE, 1]]);
  expect(answers(desk, FIRST)).toHaveLength(3);
});

test('[DISK5] admission, renewal, expiry: the life of a contract', () => {
  const { desk } = scene();
  desk.events.length = 0;
  const term = 1_000_000;
  expect(contractFor(desk, FIRST, [1000, 500, 10, 1], term)).toEqual([
    'diskContractIs',
    1000,
    500,
    10,
    1,
    term,
  ]);
  expect(contractFor(desk, SECOND, [1000, 401])).toEqual([
    'refused',
    0,
    NOT_ADMITTED,
    OP.diskContract,
    0,
    0,
  ]);
  expect(contractFor(desk, SECOND, [1000, 400])?.[0]).toBe('diskContractIs');
  // In place of the one that is there: what that one had counts no more, a refusal leaves it.
  expect(contractFor(desk, FIRST, [1000, 501], term)?.[2]).toBe(NOT_ADMITTED);
  expect(contractFor(desk, FIRST, [0, 1])?.[2]).toBe(NOT_ADMITTED);
  expect(desk.disk.queue.streams[0].contract.sliceNs).toBe(500_000);
  expect(sayDisk(desk, FIRST, 'renewDisk', [1])[0]?.[0]).toBe('diskContractIs');
  advance(desk, term);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  advance(desk, term);
  expect(takeHeard(desk, FIRST)).toEqual([['diskExpired', 500, 0, 0, 0, 0]]);
  expect(sayDisk(desk, FIRST, 'renewDisk', [1])[0]?.[2]).toBe(NO_CONTRACT);
  expect(contractFor(desk, SECOND, [1000, 900])?.[0]).toBe('diskContractIs');
  // Slice 0 ends it, and nothing runs out later.
  expect(contractFor(desk, SECOND, [0, 0], term)).toEqual(['diskContractIs', 0, 0, 0, 0, 0]);
  advance(desk, 2 * term);
  expect(takeHeard(desk, SECOND)).toEqual([]);
  expect(desk.events).toEqual([
    { at: 0, kind: 'diskContract', task: 'client0', period: 1000, slice: 500, until: term },
    { at: 0, kind: 'diskRefusal', task: 'client1', period: 1000, slice: 401 },
    { at: 0, kind: 'diskContract', task: 'client1', period: 1000, slice: 400, until: 0 },
    { at: 0, kind: 'diskRefusal', task: 'client0', period: 1000, slice: 501 },
    { at: 0, kind: 'diskRefusal', task: 'client0', period: 0, slice: 1 },
    { at: 2 * term, kind: 'diskExpiry', task: 'client0', slice: 500 },
    { at: 2 * term, kind: 'diskContract', task: 'client1', period: 1000, slice: 900, until: 0 },
    { at: 2 * term, kind: 'diskContract', task: 'client1', period: 0, slice: 0, until: 0 },
  ]);
});

test('[DISK5] who has no contract any more is served in time that nobody has a slice for', () => {
  const { desk, own, other } = scene();
  contractFor(desk, FIRST, [2000, 1000], 5 * BLOCK_NS);
  for (let tag = 0; tag < 8; tag++) {
    askDisk(desk, FIRST, 'diskRead', own, 0, spanOf(0, 1), tag);
    askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1), tag);
  }
  advance(desk, 5 * BLOCK_NS);
  expect([answers(desk, FIRST).length, answers(desk, SECOND).length]).toEqual([5, 0]);
  advance(desk, 5 * BLOCK_NS);
  const later = [answers(desk, FIRST).length, answers(desk, SECOND).length];
  expect(Math.abs(later[0] - later[1])).toBeLessThanOrEqual(1);
});

test('[DISK1] [DISK7] contracts of 10, 20 and 40 %; fcfs knows none', () => {
  const shares = (['contracts', 'fcfs'] as const).map((scheduler) => {
    const { desk } = scene({ scheduler });
    settleIn(desk, THIRD, 8, 0, 0);
    const owns = [FIRST, SECOND, THIRD].map((client, i) => {
      contractFor(desk, client, [10_000, 1000 * 2 ** i]);
      const own = open(desk, client, { pages: 1, lockMax: LOCK });
      fill(desk, client, own, 0, 1);
      return own;
    });
    const done = [0, 0, 0];
    const ask = (i: number) => askDisk(desk, FIRST + i, 'diskRead', owns[i], 0, spanOf(0, 1));
    for (const i of [0, 1, 2]) ask(i);
    for (const i of [0, 1, 2]) ask(i);
    for (let step = 0; step < 1000; step++) {
      advance(desk, BLOCK_NS);
      for (const i of [0, 1, 2])
        for (const [, reason] of answers(desk, FIRST + i)) {
          if (reason === DONE) done[i]++;
          ask(i);
        }
    }
    return done;
  });
  expect(shares[0]).toEqual([100, 200, 400]);
  for (const share of shares[1]) expect(Math.abs(share - 1000 / 3)).toBeLessThanOrEqual(2);
});

test('[DISK8] a server that asks on behalf of a task draws on that task’s contract, nobody can say whose', () => {
  const { desk, own } = scene();
  const { kernel } = desk;
  contractFor(desk, FIRST, [10_000, 1000]);
  // It passes on whatever comes, as a swap server would.
  const middle = addTask(kernel, 'middle', -1, {
    step: (_kernel, _state, { op, w0, w1, cameAlong }) => {
      if (cameAlong) sendCapability(kernel, middle, 0, OP.diskRead, w0, w1, 0, op % 8);
    },
    state: {},
  });
  givePort(kernel, middle, desk.id);
  desk.disk.partitions.push({ holder: middle, base: 0, blocks: 8 });
  const weak = say(desk, FIRST, 'shareContainer', [own, 1])[0][3] as number;
  hand(desk, FIRST, 'fetch', weak, 5, 0, givePort(kernel, FIRST, middle));
  // A client that claims to act for another pays for itself.
  kernel.state.account = FIRST;
  const { other } = { other: open(desk, SECOND, { pages: 1, lockMax: LOCK }) };
  askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1));
  const accounts = desk.disk.queue.streams.map(({ account, counts }) => [account, counts.requests]);
  expect(accounts).toEqual([
    [FIRST, 1],
    [SECOND, 1],
  ]);
  advance(desk, BLOCK_NS);
  expect(desk.disk.queue.streams[0].counts.sliceNs).toBe(BLOCK_NS);
  // What nobody asked for is the server's own.
  kernel.state.account = 0;
  const another = say(desk, FIRST, 'shareContainer', [own, 1])[0][3] as number;
  const slot = tableOf(desk, middle).kind.indexOf(0);
  for (const part of ['kind', 'object', 'generation'] as const)
    tableOf(desk, middle)[part][slot] = tableOf(desk, FIRST)[part][another];
  kernel.state.account = 0;
  sendCapability(kernel, middle, 0, OP.diskRead, slot, 0, 0, 1);
  deliverAll(kernel);
  expect(desk.disk.queue.streams.at(-1)?.account).toBe(middle);
});

test('[DISK8] what the server does for a request is charged to whoever asked for that one', () => {
  const { desk, own, other } = scene({ costs: { messageNs: 10 } });
  const seen: number[][] = [];
  desk.kernel.tap = (kernel) => {
    const { ring, head, count } = kernel.state.queue;
    const { from, op, account } = ring[(head + count - 1) & (ring.length - 1)];
    if (from === desk.id && op === OP.lockPages) seen.push([account]);
  };
  askDisk(desk, FIRST, 'diskRead', own, 0, spanOf(0, 1));
  askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1));
  askDisk(desk, FIRST, 'diskRead', own, 0, spanOf(0, 1));
  advance(desk, 5 * BLOCK_NS);
  expect(seen).toEqual([[FIRST], [SECOND], [FIRST]]);
});

test('[DISK13] the dead want nothing: no contract, no request, and nothing moves for them', () => {
  const { desk, own, other } = scene();
  contractFor(desk, FIRST, [1000, 900]);
  for (const block of [0, 1, 2]) askDisk(desk, FIRST, 'diskWrite', own, block, spanOf(0, 1));
  askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1));
  advance(desk, BLOCK_NS / 2);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(contractFor(desk, SECOND, [1000, 900])?.[0]).toBe('diskContractIs');
  advance(desk, 2 * BLOCK_NS);
  expect(answers(desk, SECOND)).toEqual([[7, DONE, 1]]);
  expect([0, 1, 2].map((block) => desk.disk.medium.high[block])).toEqual([100, 101, 102]);
  expect(desk.disk.queue).toMatchObject({ underWay: 0, active: [] });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[DISK13] the owner of a container dies while a server has it filled: the sender is told', () => {
  const { desk, own } = scene();
  // The second client was handed the first one's container and asks in its own name.
  const weak = say(desk, FIRST, 'shareContainer', [own, 1])[0][3] as number;
  hand(desk, FIRST, 'store', weak, 0, 0, givePort(desk.kernel, FIRST, SECOND));
  const slot = takeHeard(desk, SECOND)[0][1] as number;
  hand(desk, SECOND, 'diskRead', slot, 0, spanOf(0, 3), desk.ports[1], 4);
  advance(desk, BLOCK_NS);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  advance(desk, 9 * BLOCK_NS);
  expect(answers(desk, SECOND)).toEqual([[4, LOCK_LOST, 0]]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[DISK8] [DISK13] what a server still does for the dead it pays for itself, and it is done', () => {
  const { desk, own } = scene();
  const { kernel } = desk;
  const weak = say(desk, FIRST, 'shareContainer', [own, 1])[0][3] as number;
  hand(desk, FIRST, 'store', weak, 0, 0, givePort(kernel, FIRST, SECOND));
  const slot = takeHeard(desk, SECOND)[0][1] as number;
  const middle = addTask(kernel, 'middle', -1, { step: () => {}, state: {} });
  const port = givePort(kernel, middle, desk.id);
  desk.disk.partitions.push({ holder: middle, base: 0, blocks: 8 });
  for (const part of ['kind', 'object', 'generation'] as const)
    tableOf(desk, middle)[part][port + 1] = tableOf(desk, SECOND)[part][slot];
  killTask(kernel, SECOND);
  deliverAll(kernel);
  kernel.state.account = SECOND;
  expect(sendCapability(kernel, middle, port, OP.diskRead, port + 1, 5, 0, 1)).toBe(true);
  deliverAll(kernel);
  expect(desk.disk.queue.streams.at(-1)?.account).toBe(middle);
  advance(desk, BLOCK_NS);
  expect(pages(desk, FIRST, own)[0]).toBe(105);
});

test('[DISK14] a long request goes in pieces; another’s waits for one piece, not for all', () => {
  const { desk, other } = scene();
  settleIn(desk, THIRD, 40, 0, 0);
  const long = open(desk, THIRD, { pages: 40, lockMax: LOCK });
  fill(desk, THIRD, long, 0, 40);
  takeHeard(desk, THIRD);
  contractFor(desk, SECOND, [1000, 500]);
  askDisk(desk, THIRD, 'diskRead', long, 0, spanOf(0, 40));
  advance(desk, BLOCK_NS);
  askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1));
  advance(desk, 16 * BLOCK_NS);
  expect(answers(desk, SECOND)).toEqual([[7, DONE, 1]]);
  expect(answers(desk, THIRD)).toEqual([]);
  advance(desk, 24 * BLOCK_NS);
  expect(answers(desk, THIRD)).toEqual([[7, DONE, 40]]);
});

test('[DISK12] a request needs a container along, the rest none; what came with nonsense is dropped', () => {
  const { desk, own } = scene();
  const kept = tableOf(desk, desk.id).objects;
  const refused = (name: keyof typeof OP) => [['refused', 0, MALFORMED, OP[name], 0, 0]];
  expect(sayDisk(desk, FIRST, 'diskRead', [0, 0, 0, 1])).toEqual(refused('diskRead'));
  expect(sayDisk(desk, FIRST, 'diskExchange', [0, 0, 0, 1])).toEqual(refused('diskExchange'));
  expect(sayDisk(desk, FIRST, 'allocate', [0, 0, 1])).toEqual(refused('allocate'));
  for (const name of ['diskContract', 'renewDisk', 'diskFlush', 'diskDone'] as const) {
    const weak = say(desk, FIRST, 'shareContainer', [own, 1])[0][3] as number;
    hand(desk, FIRST, name, weak, 1, 1, desk.ports[0]);
    expect(takeHeard(desk, FIRST)).toEqual(refused(name));
  }
  askDisk(desk, FIRST, 'diskRead', own, 0, 2 ** 21);
  expect(takeHeard(desk, FIRST)).toEqual(refused('diskRead'));
  expect(tableOf(desk, desk.id).objects).toBe(kept);
  expect(sayDisk(desk, FIRST, 'diskFlush', [3])).toEqual([['diskDone', -1, 3, DONE, 0, 0]]);
});
