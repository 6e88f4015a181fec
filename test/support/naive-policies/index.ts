/**
 * Each policy once more, as a reader of its paper would write it: plain arrays, Sets, searches, no
 * structure shared with the policies under test. A naive policy takes a whole string of page ids in a
 * fixed number of frames and returns its victims in order.
 */

import fc from 'fast-check';
import { naiveClock } from './clock.ts';
import { naiveFifo } from './fifo.ts';
import { naiveLfu } from './lfu.ts';
import { naiveLruK } from './lru-k.ts';
import type { NaiveRun } from './naive-run.ts';
import { naiveLru, naiveMru } from './recency.ts';
import { naiveSecondChance } from './second-chance.ts';
import { naiveWorkingSet } from './working-set.ts';

export * from './clock.ts';
export * from './fifo.ts';
export type { NaiveRun } from './naive-run.ts';
export * from './optimal.ts';
export * from './recency.ts';
export * from './second-chance.ts';
export * from './working-set.ts';

/** A string of references, one at a time. */
export interface NaiveString {
  readonly pages: readonly number[];
  /** Which of them write. */
  readonly writes: readonly boolean[];
}

type Parameters = Readonly<Record<string, number>>;

export interface Twin {
  /** The policy's defaults stand behind `parameters`. */
  simulate(string: NaiveString, frames: number, parameters: Parameters, seed: number): NaiveRun;
  /** Settings to try beside the defaults. */
  readonly settings?: fc.Arbitrary<Record<string, number>>;
}

function ofPages(simulate: (pages: readonly number[], frames: number) => NaiveRun): Twin {
  return { simulate: ({ pages }, frames) => simulate(pages, frames) };
}

/** By name of the policy: every victim agrees (test/clients/policies/naive-twins.test.ts). */
export const twins: Readonly<Record<string, Twin>> = {
  fifo: ofPages(naiveFifo),
  lru: ofPages(naiveLru),
  mru: ofPages(naiveMru),
  lfu: {
    simulate: ({ pages }, frames, { age, keeps }) => naiveLfu(pages, frames, { age, keeps }),
    settings: fc.record({ age: fc.constantFrom(0, 0.7, 1, 4, 10), keeps: fc.nat(1) }),
  },
  'lru-k': {
    simulate: ({ pages }, frames, { k, correlated, retained }) =>
      naiveLruK(pages, frames, { k, correlated, retained }),
    settings: fc.record({
      k: fc.integer({ min: 1, max: 4 }),
      correlated: fc.constantFrom(0, 0, 1, 3, 10),
      retained: fc.constantFrom(-1, -1, 0, 5, 40),
    }),
  },
  clock: ofPages(naiveClock),
  'second-chance': ofPages(naiveSecondChance),
  'working-set': {
    simulate: ({ pages, writes }, frames, { tau }) => naiveWorkingSet(pages, writes, frames, tau),
    settings: fc.record({ tau: fc.nat(40) }),
  },
};
