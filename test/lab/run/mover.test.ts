import { expect, test } from 'vitest';
import { boot } from '../../../lab/run/boot.ts';
import { runCell, runWorld } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import type { MoverState } from '../../../lab/run/mover.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { randomPages } from '../../support/reference-strings.ts';

function options(seed: number, every: number | null): CellOptions {
  const program = (salt: number) => writing(randomPages(salt, 2000, 40));
  const tasks = [
    task('one', program(3), 'clock', 12, { extra: 20 }),
    task('two', program(5), 'lru', 10, { start: 600 }),
    task('three', program(7), 'fifo', 6, { extra: 20, hostile: 'hoarder' }),
  ];
  const terms = { term: 0, graceExtra: 40, graceShrink: 1e6, penalty: 'repossess' } as const;
  const relocate = every === null ? null : { every };
  const clock = 'references' as const;
  return cell(48, tasks, { clock, slice: 50, terms, seed, oracles: true, relocate });
}

function counts(its: CellOptions): unknown {
  const { tasks, oracles } = runCell(its);
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
  return tasks.map(({ faults, hardFaults, lostFaults, pageOuts, messages, revocationsMissed }) => [
    faults,
    hardFaults,
    lostFaults,
    pageOuts,
    messages,
    revocationsMissed,
  ]);
}

test('[CONT32] whatever is moved when, no count of any task changes', () => {
  for (const seed of [1, 2, 3, 4]) {
    const still = counts(options(seed, null));
    for (const every of [1, 7, 100]) expect(counts(options(seed, every))).toEqual(still);
  }
});

test('[CONT32] and much is moved', () => {
  const world = boot(options(1, 2));
  runWorld(world);
  const mover = world.kernel.receivers.at(-1)?.state as MoverState;
  expect(mover.moved).toBeGreaterThan(200);
});
