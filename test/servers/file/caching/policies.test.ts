import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countBlock,
  createAdmission,
  frequencyOf,
  isMoreWanted,
} from '../../../../servers/file/caching/admission.ts';
import {
  createReplacement,
  enterSlot,
  leaveSlot,
  touchSlot,
  victimOf,
} from '../../../../servers/file/caching/replacement.ts';

const SLOTS = 6;

/** The same with two arrays, the newest last. */
class Naive {
  probation: number[] = [];
  safe: number[] = [];
  readonly safeMax: number;
  constructor(share: number) {
    this.safeMax = Math.floor(SLOTS * share);
  }
  leave(slot: number) {
    this.probation = this.probation.filter((one) => one !== slot);
    this.safe = this.safe.filter((one) => one !== slot);
  }
  enter(slot: number, last: boolean) {
    this.leave(slot);
    if (last) this.probation.unshift(slot);
    else this.probation.push(slot);
  }
  touch(slot: number) {
    if (![...this.probation, ...this.safe].includes(slot)) return;
    this.leave(slot);
    if (this.safeMax === 0) this.probation.push(slot);
    else this.safe.push(slot);
    if (this.safe.length > this.safeMax) this.probation.push(this.safe.shift() as number);
  }
  victim(pins: Uint16Array) {
    return [...this.probation, ...this.safe].find((slot) => pins[slot] === 0) ?? -1;
  }
}

const deed = fc.tuple(fc.constantFrom('enter', 'last', 'touch', 'leave', 'pin'), fc.nat(SLOTS - 1));

test.each([0, 0.5, 1])('[FILE13] segmented LRU as two arrays do it, share %s', (share) => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      const state = createReplacement(SLOTS, share);
      const naive = new Naive(share);
      const pins = new Uint16Array(SLOTS);
      for (const [what, slot] of deeds) {
        if (what === 'enter' || what === 'last') {
          enterSlot(state, slot, what === 'last');
          naive.enter(slot, what === 'last');
        } else if (what === 'touch') {
          touchSlot(state, slot);
          naive.touch(slot);
        } else if (what === 'leave') {
          leaveSlot(state, slot);
          naive.leave(slot);
        } else pins[slot] ^= 1;
        expect(victimOf(state, pins)).toBe(naive.victim(pins));
        expect(state.protectedCount).toBe(naive.safe.length);
      }
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('[FILE13] the filter counts at least what was asked for, and forgets by halves', () => {
  const state = createAdmission(100);
  for (let times = 0; times < 6; times++) countBlock(state, 7);
  countBlock(state, 8);
  expect(frequencyOf(state, 7)).toBeGreaterThanOrEqual(6);
  expect(isMoreWanted(state, 7, 8)).toBe(true);
  expect(isMoreWanted(state, 8, 7)).toBe(false);
  for (let times = 0; times < 40; times++) countBlock(state, 9);
  expect(frequencyOf(state, 9)).toBe(15);
  for (let block = 1000; state.counted < 999; block++) countBlock(state, block);
  countBlock(state, 9);
  expect(state.counted).toBe(500);
  expect(frequencyOf(state, 9)).toBe(7);
});
