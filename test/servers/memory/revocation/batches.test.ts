import { expect, test } from 'vitest';
import type { TermsWish } from '../../../../contracts/terms.ts';
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

/** The first client has borrowed all of 200 frames but 4; the second is guaranteed 190. */
function lent(reclaimBatch: TermsWish['reclaimBatch']): { desk: Desk; slots: number[] } {
  const desk = createDesk({ frames: 200, terms: { reclaimBatch } });
  const slots = settleIn(desk, FIRST, 4, 196, 200);
  say(desk, SECOND, 'contract', [190, 0, 0, 0]);
  return { desk, slots };
}

/** Asks for a frame; what is called back is returned at once. Frames called back. */
function claim(desk: Desk, slots: number[]): number {
  say(desk, SECOND, 'allocate', [0, 0, 1]);
  let called = 0;
  for (const [name, count] of takeHeard(desk, FIRST)) if (name === 'notice') called += count ?? 0;
  for (let i = 0; i < called; i++) say(desk, FIRST, 'returnFrames', [slots.pop() as number]);
  expect(checkBooks(desk)).toBeUndefined();
  return called;
}

/** Claims `count` frames, `ns` after each other; the sizes of the notices that were sent. */
function notices(desk: Desk, slots: number[], count: number, ns: number): number[] {
  const sizes: number[] = [];
  for (let at = 0; at < count; at++) {
    advance(desk, ns);
    sizes.push(claim(desk, slots));
  }
  return sizes.filter((size) => size > 0);
}

test('[REV9] with no batch in the terms what is lacking is called back, and no more', () => {
  const { desk, slots } = lent(undefined);
  expect(notices(desk, slots, 5, 10)).toEqual([1, 1, 1, 1, 1]);
});

test('[REV36] a batch of 64 calls 64 back for one that is lacking, then none until they are used', () => {
  const { desk, slots } = lent(64);
  expect(notices(desk, slots, 64, 10)).toEqual([64]);
  expect(notices(desk, slots, 64, 10)).toEqual([64]);
});

test('[REV36] never what is guaranteed, whatever the batch', () => {
  const { desk, slots } = lent(500);
  expect(claim(desk, slots)).toBe(196);
  expect(desk.server.clients[FIRST]?.held).toBe(4);
});

test('[REV36] adaptive: doubled by each call within the grace of the last, 64 at the most', () => {
  const { desk, slots } = lent('adaptive');
  expect(notices(desk, slots, 180, 1)).toEqual([1, 2, 4, 8, 16, 32, 64, 64]);
});

test('[REV36] adaptive: within the grace, its last moment counted', () => {
  const { desk, slots } = lent('adaptive');
  expect(notices(desk, slots, 3, 100)).toEqual([1, 2]);
});

test('[REV36] adaptive: what one request lacks is one batch, of however many clients it is asked', () => {
  const desk = createDesk({ frames: 12, clients: 4, terms: { reclaimBatch: 'adaptive' } });
  const [borrowers, owner] = [[FIRST, SECOND, SECOND + 1], SECOND + 2];
  const slots = borrowers.map((id, i) => settleIn(desk, id, i === 2 ? 6 : 0, 2, i === 2 ? 8 : 2));
  say(desk, owner, 'contract', [6, 0, 0, 0]);
  const asked = (order: number) => {
    say(desk, owner, 'allocate', [order, 0, 1]);
    return borrowers.map((id, i) => {
      const count = takeHeard(desk, id).reduce((sum, [, frames]) => sum + (frames ?? 0), 0);
      for (let n = 0; n < count; n++) say(desk, id, 'returnFrames', [slots[i]?.pop() as number]);
      return count;
    });
  };
  expect([asked(2), desk.server.batch.size]).toEqual([[2, 2, 0], 1]);
  advance(desk, 10);
  expect([asked(0), desk.server.batch.size]).toEqual([[0, 0, 2], 2]);
});

test('[REV36] adaptive: one again after a longer pause', () => {
  const { desk, slots } = lent('adaptive');
  expect(notices(desk, slots, 7, 1)).toEqual([1, 2, 4]);
  expect(notices(desk, slots, 3, 101)).toEqual([1, 1, 1]);
});
