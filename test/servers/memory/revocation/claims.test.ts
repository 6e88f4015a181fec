import { expect, test } from 'vitest';
import { NO_FREE_FRAMES } from '../../../../contracts/refusals.ts';
import type { TermsWish } from '../../../../contracts/terms.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { fillPurse } from '../../../../servers/memory/contracts/purse.ts';
import { clientOf } from '../../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;
const THIRD = FIRST + 2;

/** The first client borrows all of 8 frames but those that the second has taken first. */
function lent(taken: number, terms: Partial<TermsWish> = {}): { desk: Desk; slots: number[] } {
  const desk = createDesk({
    frames: 8,
    clients: 3,
    terms: { arbiter: 'idle-tax', idleTax: 0, ...terms },
  });
  settleIn(desk, SECOND, 0, 8, taken);
  const slots = settleIn(desk, FIRST, 0, 8, 8 - taken);
  return { desk, slots };
}

test('[REV20] a request beyond G is refused at once, and a frame called back for it', () => {
  const { desk } = lent(1);
  expect(say(desk, SECOND, 'allocate', [0, 0, 9])[0]?.slice(0, 3)).toEqual([
    'refused',
    9,
    NO_FREE_FRAMES,
  ]);
  expect(takeHeard(desk, FIRST)).toEqual([['notice', 1, 100, 3, 0, 0]]);
});

test('[MEM2] [REV20] where the arbiter moves nothing nobody is called on', () => {
  for (const arbiter of ['excess', 'share', 'karma'] as const) {
    const { desk } = lent(1, { arbiter });
    say(desk, SECOND, 'allocate', [0, 0, 9]);
    expect(takeHeard(desk, FIRST)).toEqual([]);
    expect(desk.server.turns).toBeNull();
  }
});

test('[REV20] nobody is called on for one that would then have as much, nor for itself', () => {
  const { desk } = lent(4);
  say(desk, SECOND, 'allocate', [0, 0, 9]);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  say(desk, FIRST, 'allocate', [0, 0, 9]);
  expect(takeHeard(desk, SECOND)).toEqual([]);
  const uneven = lent(3);
  say(uneven.desk, SECOND, 'allocate', [0, 0, 9]);
  expect(takeHeard(uneven.desk, FIRST)).toHaveLength(1);
});

test('[REV21] what comes back is granted to the asker, unasked, and to nobody who asks later', () => {
  const { desk, slots } = lent(1);
  say(desk, THIRD, 'contract', [0, 8, 0, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 9]);
  say(desk, THIRD, 'allocate', [0, 0, 9]);
  takeHeard(desk, THIRD);
  say(desk, FIRST, 'returnFrames', [slots[0] as number]);
  expect(takeHeard(desk, SECOND)).toEqual([['granted', 0, 1, 0, 1, 0]]);
  expect(takeHeard(desk, THIRD)).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV21] one claim at a time, and it ends when the asker may have no more', () => {
  const { desk, slots } = lent(1);
  for (let i = 0; i < 3; i++) say(desk, SECOND, 'allocate', [0, 0, 9]);
  expect(takeHeard(desk, FIRST)).toHaveLength(1);
  say(desk, SECOND, 'contract', [0, 1, 0, 0]);
  say(desk, FIRST, 'returnFrames', [slots[0] as number]);
  expect(takeHeard(desk, SECOND)).toEqual([]);
  expect(desk.server.turns?.claims).toEqual([]);
  expect(desk.server.clients[SECOND]?.held).toBe(1);
});

test('[REV21] who waits below its guarantee comes first, and the claim is forgotten', () => {
  const { desk, slots } = lent(1);
  say(desk, THIRD, 'contract', [2, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 9]);
  takeHeard(desk, SECOND);
  say(desk, THIRD, 'allocate', [0, 0, 9]);
  expect(takeHeard(desk, FIRST)).toHaveLength(1);
  for (const slot of slots.slice(0, 2)) say(desk, FIRST, 'returnFrames', [slot]);
  expect(desk.server.clients[THIRD]?.held).toBe(1);
  expect(desk.server.clients[SECOND]?.held).toBe(1);
  expect(desk.server.turns?.claims).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV21] a claim is met by penalty too, and dies with its asker', () => {
  const { desk } = lent(1);
  say(desk, SECOND, 'allocate', [0, 0, 9]);
  advance(desk, 100);
  expect(desk.server.clients[SECOND]?.held).toBe(2);
  say(desk, SECOND, 'allocate', [0, 0, 9]);
  killTask(desk.kernel, SECOND);
  advance(desk, 100);
  expect(desk.server.clients[SECOND]?.held).toBe(0);
  expect(desk.server.turns?.claims).toEqual([]);
});

test('[REV23] market: whoever can spend least for an extra is called on first', () => {
  const { desk } = lent(4, { arbiter: 'market', price: 10 });
  const poor = clientOf(desk.server, FIRST);
  const rich = clientOf(desk.server, SECOND);
  fillPurse(poor, 1000, 0);
  fillPurse(rich, 1000, 5000);
  say(desk, FIRST, 'allocate', [0, 0, 9]);
  expect(takeHeard(desk, SECOND)).toEqual([]);
  say(desk, SECOND, 'allocate', [0, 0, 9]);
  expect(takeHeard(desk, FIRST).at(-1)).toEqual(['notice', 1, 100, 3, 0, 0]);
});

test('[REV23] market: an empty purse offers nothing', () => {
  const { desk } = lent(4, { arbiter: 'market', price: 1_000_000, arbiterPeriod: 1 });
  fillPurse(clientOf(desk.server, FIRST), 1, 9000);
  fillPurse(clientOf(desk.server, SECOND), 1e9, 0);
  advance(desk, 1_000_000);
  say(desk, SECOND, 'allocate', [0, 0, 9]);
  expect(takeHeard(desk, FIRST)).toHaveLength(1);
});
