/** Frames of page tables, in whole runs. */

import { expect, test } from 'vitest';
import { oracleResults, sweep } from '../../../lab/oracles/index.ts';
import { checkTableFrames } from '../../../lab/oracles/table-frames.ts';
import { boot } from '../../../lab/run/boot.ts';
import { runWorld } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import { collect } from '../../../lab/run/collect.ts';
import { watch } from '../../../lab/run/watch.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { randomPages } from '../../support/reference-strings.ts';

/** Sparse and dense tasks, extras that come and go, penalties: much that tables may be in the way of. */
function pressed(seed: number, pageTable: string, penalty: 'repossess' | 'drop' | 'karma') {
  const pages = (salt: number, stride: number) => {
    const program = writing(randomPages(seed * 8 + salt, 900, 24));
    return { ...program, pageNumbers: program.pageNumbers.map((page) => page * stride) };
  };
  const shrinks = [{ at: 300, guaranteed: 9, extra: 0 }];
  const tasks = [
    task('dense', pages(1, 1), 'clock', 14, { extra: 20, initial: 'zero' }),
    task('sparse', pages(2, 700), 'lru', 20, { renegotiate: shrinks }),
    task('late', pages(3, 600), 'fifo', 16, { extra: 8, start: 2_000_000, killAt: 9_000_000 }),
    task('hoarder', pages(4, 40), 'fifo', 8, { extra: 40, hostile: 'hoarder', atEnd: 'restart' }),
  ];
  const terms = {
    term: 0,
    graceExtra: 400_000,
    graceShrink: 2_000_000,
    penalty,
    chargePageTables: true,
  } as const;
  const options = cell(64, tasks, { slice: 200_000, terms, oracles: true });
  return { ...options, machine: { ...options.machine, pageTable } };
}

function outcome(options: CellOptions) {
  const world = boot(options);
  const oracles = watch(world);
  if (oracles === null) throw new Error('is not watched');
  runWorld(world);
  sweep(oracles);
  const violations = oracleResults(oracles).flatMap((one) => one.violations);
  return { world, violations, tasks: collect(world).tasks };
}

test.each(['repossess', 'drop', 'karma'] as const)(
  '[MEM15] [MEM16] [MEM17] under pressure every table is somebody’s, and nobody holds more than its contract (%s)',
  (penalty) => {
    for (let seed = 0; seed < 6; seed++) {
      const { world, violations, tasks } = outcome(pressed(seed, 'x86-64', penalty));
      expect(violations).toEqual([]);
      expect(checkTableFrames(world.kernel)).toBeUndefined();
      const most = tasks.map(({ tableFramesMax }) => tableFramesMax ?? 0);
      expect(most[0]).toBe(4);
      expect(most[1]).toBeGreaterThan(6);
      expect(tasks[1]?.framesMax).toBeLessThanOrEqual(20);
    }
  },
  60_000,
);

test('[MEM15] an inverted table is there from boot, and a central pager pays as others do', () => {
  const inverted = outcome(pressed(1, 'rt-pc', 'repossess'));
  expect(inverted.violations).toEqual([]);
  expect(inverted.tasks.map(({ tableFramesMax }) => tableFramesMax)).toEqual([0, 0, 0, 0]);
  for (const management of ['mach', 'global-lru'] as const) {
    const central = outcome({ ...pressed(1, 'x86-64', 'repossess'), management });
    expect(central.violations).toEqual([]);
    expect(central.tasks[1]?.tableFramesMax).toBeGreaterThan(4);
  }
  const free = outcome({ ...pressed(1, 'x86-64', 'repossess'), management: 'unlimited' });
  expect(free.tasks.map(({ tableFramesMax }) => tableFramesMax)).toEqual(Array(4).fill(undefined));
});
