/** The tax on idle frames, in whole runs. */

import { expect, test } from 'vitest';
import { runCell } from '../../../../lab/run/cell.ts';
import { packRun, READ, type ReferenceString } from '../../../../sim-hw/references.ts';
import { cell, task } from '../../../support/cells.ts';
import { loop, toReferenceString } from '../../../support/reference-strings.ts';

/** Uses its pages, leaves all but one of them alone, and uses them again. */
function idleFor(pages: number, references: number): ReferenceString {
  const round = Array.from({ length: pages }, (_, page) => packRun(page, READ, 1));
  const again = Array.from({ length: 8 }, () => round).flat();
  const spin = new Array<number>(references / 64).fill(packRun(0, READ, 64));
  const runs = Uint32Array.from([...round, ...round, ...spin, ...again]);
  const pageNumbers = Float64Array.from({ length: pages }, (_, page) => page);
  return { references: 10 * pages + references, runs, pageNumbers };
}

/** Two tasks for whom half of memory is not enough; one of them is idle most of the time. */
function held(tax: number): { idle: number[]; busy: number[]; violations: string[] } {
  const most = { idle: [0], busy: [0] };
  const now: Record<string, number> = { idle: 0, busy: 0 };
  let over = false;
  const tasks = [
    task('idle', idleFor(40, 256_000_000), 'clock', 4, { extra: 60 }),
    task('busy', toReferenceString(loop(60, 60), { collapse: false }), 'random', 4, { extra: 60 }),
  ];
  const { oracles } = runCell({
    ...cell(64, tasks, {
      slice: 50_000,
      oracles: true,
      terms: {
        graceExtra: 200_000,
        graceShrink: 1e6,
        arbiter: 'idle-tax',
        idleTax: tax,
        arbiterPeriod: 8e6,
      },
    }),
    observer: (event) => {
      if (event.kind === 'grant') now[event.task] = (now[event.task] ?? 0) + event.frames;
      if (event.kind === 'return') now[event.task] = (now[event.task] ?? 0) - event.frames;
      if (event.kind === 'death') over = true;
      if (over) return;
      for (const name of ['idle', 'busy'] as const) most[name].push(now[name] as number);
    },
  });
  return { ...most, violations: oracles.flatMap(({ violations }) => violations) };
}

test('[REV22] [REV20] the higher the tax, the more the busy one gets; the idle one gets its part back', () => {
  const runs = [0, 0.5, 0.9].map(held);
  for (const { violations } of runs) expect(violations).toEqual([]);
  const busiest = runs.map(({ busy }) => Math.max(...busy));
  expect(busiest).toEqual([...busiest].sort((a, b) => a - b));
  expect(new Set(busiest).size).toBe(3);
  expect(busiest).toEqual([32, 37, 50]);
  for (const { idle, busy } of runs) {
    const least = busy.indexOf(Math.max(...busy));
    expect(Math.max(...idle.slice(least))).toBeGreaterThanOrEqual(31);
  }
});
