/**
 * Each policy once more, as a reader of its paper would write it: plain arrays, Sets, searches, no
 * structure shared with the policies under test. A naive policy takes a whole string of page ids in a
 * fixed number of frames and returns its victims in order.
 */

import fc from 'fast-check';
import { naiveTwoQueue } from './2q.ts';
import { naiveAging } from './aging.ts';
import { naiveArc } from './arc.ts';
import { naiveCar } from './car.ts';
import { naiveClock } from './clock.ts';
import { naiveClockPro } from './clock-pro.ts';
import { naiveEelru } from './eelru.ts';
import { naiveFifo } from './fifo.ts';
import { naiveFifoReinsertion } from './fifo-reinsertion.ts';
import { naiveGclock } from './gclock.ts';
import { naiveLecar } from './lecar.ts';
import { naiveLfu } from './lfu.ts';
import { naiveLirs } from './lirs.ts';
import { naiveLruK } from './lru-k.ts';
import { naiveMultiQueue } from './multi-queue.ts';
import type { NaiveRun } from './naive-run.ts';
import { naiveNru } from './nru.ts';
import { naivePff } from './pff.ts';
import { naiveLru, naiveMru } from './recency.ts';
import { naiveS3Fifo } from './s3-fifo.ts';
import { naiveSecondChance } from './second-chance.ts';
import { naiveSieve } from './sieve.ts';
import { naiveSlru } from './slru.ts';
import { naiveWTinyLfu } from './w-tinylfu.ts';
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
  'fifo-reinsertion': {
    simulate: ({ pages }, frames, { most, fresh }) =>
      naiveFifoReinsertion(pages, frames, { most, fresh }),
    settings: fc.record({ most: fc.integer({ min: 1, max: 4 }), fresh: fc.nat(2) }),
  },
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
  aging: {
    simulate: ({ pages }, frames, { period }) => naiveAging(pages, frames, { period }),
    settings: fc.record({ period: fc.integer({ min: 1, max: 30 }) }),
  },
  gclock: {
    simulate: ({ pages }, frames, { weight, initial }) =>
      naiveGclock(pages, frames, { weight, initial }),
    settings: fc.record({ weight: fc.nat(5), initial: fc.nat(5) }),
  },
  nru: {
    simulate: ({ pages, writes }, frames, { period }) => naiveNru(pages, writes, frames, period),
    settings: fc.record({ period: fc.nat(40) }),
  },
  '2q': {
    simulate: ({ pages }, frames, shares) =>
      naiveTwoQueue(pages, frames, { in: shares.in, out: shares.out }),
    settings: fc.record({
      in: fc.constantFrom(0, 0.1, 0.25, 0.5, 1),
      out: fc.constantFrom(0, 0.25, 0.5, 1, 3),
    }),
  },
  slru: {
    simulate: ({ pages }, frames, { segments, fill }) =>
      naiveSlru(pages, frames, { segments, fill }),
    settings: fc.record({ segments: fc.integer({ min: 1, max: 5 }), fill: fc.nat(1) }),
  },
  'multi-queue': {
    simulate: ({ pages }, frames, { queues, ghosts, lifeTime, correlated }) =>
      naiveMultiQueue(pages, frames, { queues, ghosts, lifeTime, correlated }),
    settings: fc.record({
      queues: fc.integer({ min: 1, max: 5 }),
      ghosts: fc.nat(4),
      lifeTime: fc.integer({ min: -1, max: 40 }),
      correlated: fc.nat(6),
    }),
  },
  eelru: {
    simulate: ({ pages }, frames, { bins, reach }) => naiveEelru(pages, frames, bins, reach),
    settings: fc.record({
      bins: fc.integer({ min: 1, max: 8 }),
      reach: fc.integer({ min: 2, max: 4 }),
    }),
  },
  lecar: {
    simulate: ({ pages }, frames, { learning, history, keeps, least }, seed) =>
      naiveLecar(pages, frames, { learning, history, keeps, least }, seed),
    settings: fc.record({
      learning: fc.constantFrom(0, 0.45, 2),
      history: fc.constantFrom(0, 0.5, 2),
      keeps: fc.nat(1),
      least: fc.constantFrom(0.01, 0.2),
    }),
  },
  'working-set': {
    simulate: ({ pages, writes }, frames, { tau }) => naiveWorkingSet(pages, writes, frames, tau),
    settings: fc.record({ tau: fc.nat(40) }),
  },
  car: {
    simulate: ({ pages }, frames, { countsFault }) => naiveCar(pages, frames, countsFault !== 0),
    settings: fc.record({ countsFault: fc.nat(1) }),
  },
  sieve: ofPages(naiveSieve),
  's3-fifo': {
    simulate: ({ pages }, frames, { small, ghost, promote }) =>
      naiveS3Fifo(pages, frames, { small, ghost, promote }),
    settings: fc.record({
      small: fc.constantFrom(0.1, 0.25, 0.5, 0.9),
      ghost: fc.constantFrom(0, 0.5, 0.9, 2),
      promote: fc.integer({ min: 1, max: 3 }),
    }),
  },
  arc: ofPages(naiveArc),
  lirs: {
    simulate: ({ pages }, frames, { hir, stack }) => naiveLirs(pages, frames, { hir, stack }),
    settings: fc.record({
      hir: fc.constantFrom(0.01, 0.2, 0.5),
      stack: fc.constantFrom(1, 1.5, 2, 5),
    }),
  },
  'w-tinylfu': {
    simulate: ({ pages }, frames, settings) =>
      naiveWTinyLfu(pages, frames, {
        window: settings.window,
        protected: settings.protected,
        sample: settings.sample,
      }),
    settings: fc.record({
      window: fc.constantFrom(0.01, 0.2, 0.5, 1),
      protected: fc.constantFrom(0, 0.5, 0.8),
      sample: fc.constantFrom(0.5, 1, 3, 10),
    }),
  },
  'clock-pro': {
    simulate: ({ pages }, frames, { cold, countsFault }) =>
      naiveClockPro(pages, frames, { cold, countsFault: countsFault !== 0 }),
    settings: fc.record({ cold: fc.constantFrom(0.01, 0.3, 0.7), countsFault: fc.nat(1) }),
  },
  pff: {
    simulate: ({ pages }, frames, { threshold }) => naivePff(pages, frames, threshold),
    settings: fc.record({ threshold: fc.integer({ min: 0, max: 40 }) }),
  },
};
