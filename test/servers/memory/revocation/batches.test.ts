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

test('[REV36] adaptive: one again after a longer pause', () => {
  const { desk, slots } = lent('adaptive');
  expect(notices(desk, slots, 7, 1)).toEqual([1, 2, 4]);
  expect(notices(desk, slots, 3, 101)).toEqual([1, 1, 1]);
});
