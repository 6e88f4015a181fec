import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boot } from '../../lab/run/boot.ts';
import { runCell, runWorld } from '../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { collect } from '../../lab/run/collect.ts';
import { cloneKernel } from '../../nucleus/kernel.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import type { PagerState } from '../../paging/state.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop, randomPages, toReferenceString } from '../support/reference-strings.ts';

const soft = { kinds: { ...PLAIN_PAGES, softReferences: true } } as const;
const reading = (pages: number[]) => toReferenceString(pages, { collapse: false });

function quiet(options: CellOptions) {
  const result = runCell({ ...options, oracles: true });
  for (const { name, violations } of result.oracles) expect(violations, name).toEqual([]);
  return result.tasks;
}

/** A loop of ten pages whose contract is for four of them from its second round to its fifth. */
function dented(more: Partial<CellTask>, frames = 20) {
  const renegotiate = [
    { at: 9, guaranteed: 4, extra: 0 },
    { at: 50, guaranteed: 10, extra: 0 },
  ];
  return cell(frames, [task('one', reading(loop(10, 10)), 'fifo', 10, { renegotiate, ...more })]);
}

test('[SOFT5] what was given back and nobody has used comes back without a read', () => {
  const [plain] = quiet(dented({}));
  const [one] = quiet(dented(soft));
  expect(plain?.softFaults).toBe(0);
  expect(plain?.hardFaults).toBeGreaterThan(40);
  expect(one).toMatchObject({ hardFaults: 10, pageIns: 10, lostFaults: 0 });
  expect(one?.faults).toBe(plain?.faults);
  expect(one?.virtualNs as number).toBeLessThan((plain?.virtualNs as number) / 3);
});

test('[SOFT5] what somebody has used is read from swap', () => {
  const taker = task('taker', reading(loop(8, 400)), 'fifo', 8, { start: 850_000 });
  const options = dented(soft);
  const [one] = quiet({ ...options, tasks: [...options.tasks, { ...taker, initial: 'zero' }] });
  expect(one?.hardFaults).toBeGreaterThan(12);
  expect(one?.lostFaults).toBe(0);
});

test('[SOFT5] scratch, and pages that swap does not have, are given back for good', () => {
  const [fresh] = quiet(dented({ ...soft, initial: 'zero' }));
  expect(fresh).toMatchObject({ hardFaults: 0, pageIns: 0 });
  const renegotiate = [{ at: 9, guaranteed: 4, extra: 0 }];
  const world = boot(dented({ ...soft, initial: 'zero', renegotiate }));
  runWorld(world);
  expect(pagerOf(world)?.soft?.slotOf.every((slot) => slot < 0)).toBe(true);
});

test('[SOFT5] a page that was read in by other means is never revived: an old copy is not taken', () => {
  // The oracles compare the contents of every map with what was written last.
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 2, max: 9 }), (seed, least) => {
      const changes = [40, 90, 160, 300, 420].map((at, i) => ({
        at,
        guaranteed: i % 2 === 0 ? least : 12,
        extra: i % 3,
      }));
      const one = task('one', writing(randomPages(seed, 500, 16)), 'clock', 12, {
        ...soft,
        renegotiate: changes,
        extra: 2,
      });
      const two = task('two', writing(randomPages(seed + 1, 500, 12)), 'lru', 8, {
        ...soft,
        start: 900_000,
      });
      const tasks = quiet(cell(26, [one, two]));
      for (const { lostFaults } of tasks) expect(lostFaults).toBe(0);
    }),
    { seed: 3, numRuns: 40 },
  );
});

test('[SOFT5] a central pager knows of none; a clone in the middle ends as the run does', () => {
  const [central] = quiet({ ...dented(soft, 4), management: 'global-clock' });
  expect(central?.softFaults).toBe(0);
  const world = boot(dented(soft));
  for (let i = 0; i < 40; i++) stepKernel(world.kernel);
  const twin = cloneKernel(world.kernel);
  while (stepKernel(world.kernel));
  while (stepKernel(twin));
  expect(hashState(twin.state)).toBe(hashState(world.kernel.state));
  expect(collect(world).tasks[0]?.hardFaults).toBe(10);
});

function pagerOf(world: ReturnType<typeof boot>): PagerState | undefined {
  return world.kernel.receivers[world.clients[0] as number]?.state as PagerState;
}
