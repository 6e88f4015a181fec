/**
 * Isolation that could fail: honest tasks, whose guarantees are far below what they touch, beside
 * each kind of hostile client that has grown to a quarter of memory in extras.
 *
 *   `brief` ends soon; the offender has its frames too, and nothing is free any more
 *   `grower` asks for a guarantee twice as large: the frames must come out of the extras
 *   `lru` ends, its frames are free, and the offender grows again
 *
 * Policies see their own task's time, so an honest task's faults depend on its own contract alone.
 */

import { expect, test } from 'vitest';
import { type HostileKind, hostileKinds } from '../../clients/hostile/hostile.ts';
import type { ContractEvent } from '../../contracts/events.ts';
import type { Penalty } from '../../contracts/terms.ts';
import { runCell } from '../../lab/run/cell.ts';
import { cell, task, writing } from '../support/cells.ts';
import { randomPages } from '../support/reference-strings.ts';

const FRAMES = 64;
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const HONEST = ['lru', 'clock', 'grower'];
/** When the larger guarantee is asked for, in the task's own references. */
const GROWS_AT = 400;

interface Outcome {
  /** Faults of each honest task. */
  readonly faults: readonly number[];
  readonly capacityFaults: readonly number[];
  /** Extras the offender held at most, and how often it got one after some had been called back. */
  readonly extrasMax: number;
  readonly extrasAgain: number;
  readonly violations: readonly string[];
}

function outcome(seed: number, kind: HostileKind | null, penalty: Penalty): Outcome {
  const program = (salt: number, length: number, pages: number) =>
    writing(randomPages(1 + seed * 8 + salt, length, pages));
  const honest = [
    task('lru', program(0, 1800, 36), 'lru', 14),
    task('clock', program(1, 2100, 36), 'clock', 14),
    task('grower', program(2, 2100, 36), 'lru', 7, {
      renegotiate: [{ at: GROWS_AT, guaranteed: 14, extra: 0 }],
    }),
    task('brief', program(3, 60, 16), 'fifo', 8),
  ];
  const offender = task('offender', program(4, 600, 100), 'fifo', 4, {
    extra: FRAMES,
    hostile: kind,
    atEnd: 'restart',
  });
  const extras = trackExtras();
  const terms = { term: 0, graceExtra: 300_000, graceShrink: 1e8, penalty };
  const { tasks, oracles } = runCell({
    ...cell(FRAMES, kind === null ? honest : [...honest, offender], { terms, seed }),
    // They watch a few of the seeds: what is compared here is faults.
    oracles: seed < 2,
    observer: extras.note,
  });
  const told = HONEST.map((name) => tasks.find((one) => one.name === name));
  return {
    faults: told.map((one) => one?.faults ?? 0),
    capacityFaults: told.map((one) => (one?.faults ?? 0) - (one?.compulsoryFaults ?? 0)),
    extrasMax: extras.state.max,
    extrasAgain: extras.state.again,
    violations: oracles.flatMap(({ violations }) => violations),
  };
}

/** Follows what the offender holds beyond its guarantee of 4, from the events of the server. */
function trackExtras() {
  const state = { held: 0, max: 0, again: 0, calledBack: false };
  const note = (event: ContractEvent) => {
    if (event.task !== 'offender') return;
    if (event.kind === 'notice') state.calledBack = true;
    if (event.kind === 'return') state.held -= event.frames;
    if (event.kind === 'penalty' && event.penalty === 'repossess') state.held -= event.frames;
    if (event.kind !== 'grant') return;
    state.held += event.frames;
    state.max = Math.max(state.max, state.held - 4);
    if (state.calledBack && event.extra) state.again++;
  };
  return { state, note };
}

const alone = SEEDS.map((seed) => outcome(seed, null, 'repossess'));

test('honest tasks: at least 1,000 capacity faults each', () => {
  for (const { capacityFaults, violations } of alone) {
    expect(Math.min(...capacityFaults)).toBeGreaterThanOrEqual(1000);
    expect(violations).toEqual([]);
  }
});

test.each(hostileKinds)(
  'beside a %s client: the faults are those without it, to the last',
  (kind) => {
    for (const seed of SEEDS) {
      const beside = outcome(seed, kind, 'repossess');
      expect(beside.extrasMax, `seed ${seed}: extras`).toBeGreaterThanOrEqual(FRAMES / 4);
      expect(beside.extrasAgain, `seed ${seed}: granted again`).toBeGreaterThan(0);
      expect(beside.faults, `seed ${seed}`).toEqual(alone[seed].faults);
      expect(beside.violations).toEqual([]);
    }
  },
  60_000,
);

test('with the defence off the damage is there', () => {
  for (const seed of SEEDS.slice(0, 5)) {
    const { faults } = outcome(seed, 'silent', 'none');
    // Until another task ends the grower does not get what it is guaranteed.
    expect(faults[2], `seed ${seed}`).toBeGreaterThan(1.1 * alone[seed].faults[2]);
  }
});
