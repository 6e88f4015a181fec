/**
 * Bad input to the disk server: each field out of its bounds, every message of the protocol, the dead,
 * floods; and whatever clients say in whatever order, it keeps its books.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spanOf } from '../../../contracts/disk-messages.ts';
import { type MessageName, messages, OP } from '../../../contracts/messages.ts';
import { DONE, MALFORMED } from '../../../contracts/refusals.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { killTask } from '../../../nucleus/life.ts';
import { FREE } from '../../../servers/disk/server-state.ts';
import { hashState } from '../../../sim-hw/state.ts';
import {
  advance,
  checkBooks,
  FIRST,
  hand,
  say,
  sayOp,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import {
  answers,
  askDisk,
  BLOCK_NS,
  contractFor,
  type DiskDesk,
  diskDesk,
  LOCK,
  sayDisk,
} from '../../support/disk-desk.ts';
import { fill, open, SECOND } from '../../support/pages.ts';

const everyName = Object.keys(messages) as MessageName[];
const served = [
  'diskContract',
  'renewDisk',
  'diskRead',
  'diskWrite',
  'diskExchange',
  'diskFlush',
  'diskDiscard',
  'diskMove',
];
const bad = [-2, 0.5, 2 ** 53, 2 ** 60, Number.NaN, undefined as never as number];

function scene(): { desk: DiskDesk; own: number } {
  const desk = diskDesk();
  settleIn(desk, FIRST, 8, 0, 0);
  const own = open(desk, FIRST, { pages: 4, lockMax: LOCK });
  fill(desk, FIRST, own, 0, 4);
  takeHeard(desk, FIRST);
  return { desk, own };
}

describe.each(everyName)('%s', (name) => {
  const fields = Object.keys(messages[name].shape).length;

  test('[DISK12] [MEM7] a field out of bounds, or a message for others: malformed, nothing has changed', () => {
    const { desk } = scene();
    const before = hashState(desk.disk);
    const malformed = [['refused', 0, MALFORMED, OP[name], 0, 0]];
    for (let at = 0; at < fields; at++)
      for (const word of bad) {
        const words = Array.from({ length: fields }, (_, i) => (i === at ? word : 1));
        expect(sayDisk(desk, FIRST, name, words), `${name} ${at} = ${word}`).toEqual(malformed);
      }
    const whole = Array.from({ length: fields }, () => 1);
    if (!served.includes(name) || Object.hasOwn(messages[name].shape, 'container'))
      expect(sayDisk(desk, FIRST, name, whole)).toEqual(name === 'refused' ? [] : malformed);
    expect(hashState(desk.disk)).toBe(before);
  });

  test('[DISK12] [DISK13] from the dead: nothing has changed', () => {
    const hashes = [true, false].map((says) => {
      const { desk } = scene();
      const words = Array.from({ length: fields }, () => 1);
      if (says) {
        desk.kernel.state.account = FIRST;
        killTask(desk.kernel, FIRST);
        sayDisk(desk, FIRST, name, words);
      } else killTask(desk.kernel, FIRST);
      deliverAll(desk.kernel);
      return hashState([desk.disk, tableOf(desk, desk.id)]);
    });
    expect(hashes[0]).toBe(hashes[1]);
  });
});

test('[DISK12] [MEM7] an op that is no message is malformed', () => {
  const { desk } = scene();
  for (const op of [0, 1, 2, 3, 4, 5, 15, 255, -3, Number.NaN])
    expect(sayOp(desk, FIRST, op, [1, 1, 1, 1], desk.ports[0])[0]?.[2]).toBe(MALFORMED);
});

test('[DISK11] [DISK1] whoever floods the server fills nobody’s slice and no table', () => {
  const { desk, own } = scene();
  settleIn(desk, SECOND, 8, 0, 0);
  const other = open(desk, SECOND, { pages: 1, lockMax: LOCK });
  fill(desk, SECOND, other, 0, 1);
  takeHeard(desk, SECOND);
  contractFor(desk, SECOND, [1000, 500]);
  const done = { own: 0, other: 0 };
  askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1));
  askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1));
  for (let step = 0; step < 200; step++) {
    for (let more = 0; more < 20; more++)
      askDisk(desk, FIRST, more % 2 ? 'diskRead' : 'diskWrite', own, more, spanOf(0, 4), more);
    for (let more = 0; more < 20; more++) sayDisk(desk, FIRST, 'diskContract', [1, 1, 1, 1, more]);
    advance(desk, BLOCK_NS);
    done.own += answers(desk, FIRST).filter(([, reason]) => reason === DONE).length;
    for (const [, reason] of answers(desk, SECOND)) {
      if (reason === DONE) done.other++;
      askDisk(desk, SECOND, 'diskRead', other, 0, spanOf(0, 1));
    }
  }
  // Half of 200 blocks, but for what the flood had begun when the device was asked.
  expect(done.other).toBeGreaterThanOrEqual(90);
  expect(done.own).toBeGreaterThan(10);
  expect(tableOf(desk, desk.id).objects).toBeLessThan(32);
});

/** What is wrong with the queue's books, or undefined. */
function wrongQueue({ disk, id, kernel }: DiskDesk): string | undefined {
  const { queue } = disk;
  const live = queue.requests.filter(({ phase }) => phase !== FREE);
  const waiting = queue.streams.flatMap((stream) => stream.waiting);
  if (new Set(waiting).size !== waiting.length) return 'a request waits twice';
  if (waiting.some((number) => queue.requests[number].phase === FREE)) return 'a free one waits';
  const busy = live.filter(({ isUnderWay }) => isUnderWay).length;
  if (busy !== queue.underWay || busy > queue.depth) return `${busy} are under way`;
  const each = queue.streams.reduce((sum, { underWay }) => sum + underWay, 0);
  if (each !== busy) return 'streams have others under way than the queue';
  for (const [number, stream] of queue.streams.entries()) {
    const isActive = stream.waiting.length > 0 || stream.laxSinceNs !== -1;
    if (isActive !== queue.active.includes(number)) return `stream ${number} is not where it is`;
  }
  if (busy === 0 && waiting.length > 0 && kernel.state.deviceEvents.size === 0)
    return 'requests wait, and nobody will look at them';
  const { objects } = kernel.state.capabilities[id];
  return objects > queue.requests.length + 1 ? `${objects} capabilities` : undefined;
}

const said = fc.record({
  client: fc.nat({ max: 2 }),
  what: fc.constantFrom(
    'diskRead',
    'diskWrite',
    'diskExchange',
    'contract',
    'renew',
    'drop',
    'time',
  ),
  block: fc.nat({ max: 66 }),
  start: fc.nat({ max: 3 }),
  length: fc.integer({ min: 1, max: 40 }),
  back: fc.boolean(),
  amount: fc.nat({ max: 1000 }),
});
const drawn = fc.record({
  scheduler: fc.constantFrom('contracts', 'fcfs', 'sstf', 'c-look', 'fair'),
  depth: fc.integer({ min: 1, max: 3 }),
  lock: fc.constantFrom(LOCK, 2.5 * BLOCK_NS),
  dies: fc.nat({ max: 40 }),
  says: fc.array(said, { maxLength: 40 }),
});

test('[DISK11] [DISK12] [DISK13] [DISK14] whatever is said, and whoever dies, the books are right and all ends', () => {
  fc.assert(
    fc.property(drawn, ({ scheduler, depth, lock, dies, says }) => {
      const desk = diskDesk({ scheduler: scheduler as 'fcfs', depth, lock });
      const owns = [0, 1, 2].map((at) => {
        settleIn(desk, FIRST + at, 4, 0, 0);
        const own = open(desk, FIRST + at, { pages: 4, lockMax: LOCK });
        fill(desk, FIRST + at, own, 0, 4);
        return own;
      });
      for (const [at, { client, what, block, start, length, back, amount }] of says.entries()) {
        const id = FIRST + client;
        if (at === dies) killTask(desk.kernel, FIRST);
        deliverAll(desk.kernel);
        if (at >= dies && client === 0) continue;
        if (what === 'time') advance(desk, amount * 2000);
        else if (what === 'renew') sayDisk(desk, id, 'renewDisk', [1]);
        else if (what === 'drop') say(desk, id, 'cancelContainer', [owns[client]]);
        else if (what === 'contract')
          contractFor(
            desk,
            id,
            [amount, Math.floor(amount / 4), start * 100, back ? 1 : 0],
            amount * 1000,
          );
        else {
          const weak = say(desk, id, 'shareContainer', [owns[client], 1])[0];
          if (weak?.[0] !== 'containerIs') continue;
          const word = what === 'diskExchange' ? start : spanOf(start, length, back);
          hand(
            desk,
            id,
            what as 'diskRead',
            weak[3] as number,
            block,
            word,
            desk.ports[client],
            at,
          );
        }
        expect(wrongQueue(desk)).toBeUndefined();
      }
      advance(desk, 1e9);
      expect(wrongQueue(desk)).toBeUndefined();
      expect(desk.disk.queue.requests.every(({ phase }) => phase === FREE)).toBe(true);
      expect(checkBooks(desk)).toBeUndefined();
    }),
    { seed: 44, numRuns: 300 },
  );
});
