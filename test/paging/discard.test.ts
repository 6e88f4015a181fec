import { expect, test } from 'vitest';
import { boot } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { collect } from '../../lab/run/collect.ts';
import { cloneKernel } from '../../nucleus/kernel.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { PROGRAM } from '../../nucleus/tasks.ts';
import { type PageKinds, PLAIN_PAGES } from '../../paging/page-kinds.ts';
import type { PagerState } from '../../paging/state.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop, randomPages, toReferenceString } from '../support/reference-strings.ts';

const zero = { initial: 'zero' } as const;

function kinds(given: Partial<PageKinds>): { kinds: PageKinds } {
  return { kinds: { ...PLAIN_PAGES, ...given } };
}

function quiet(options: CellOptions) {
  const result = runCell({ ...options, oracles: true });
  for (const { name, violations } of result.oracles) expect(violations, name).toEqual([]);
  return result.tasks;
}

test('[FAULT9] a discardable page is dropped, never stored, and made anew when it is touched', () => {
  const all = kinds({ discardable: [[0, 10]], regenerateNs: 5000 });
  const one = task('one', writing(loop(10, 20)), 'fifo', 5, { ...zero, ...all });
  const [result] = quiet(cell(5, [one]));
  expect(result).toMatchObject({ pageOuts: 0, pageIns: 0, hardFaults: 0, lostFaults: 0 });
  expect(result).toMatchObject({ faults: 200, softFaults: 10, regeneratedFaults: 190 });
  // 200 references of 240 ps each, and 190 callbacks.
  const plain = task('one', writing(loop(10, 20)), 'fifo', 5, zero);
  const without = quiet(cell(5, [plain]))[0];
  const more = (result?.timeNs?.program ?? 0) - (without?.timeNs?.program ?? 0);
  expect(more).toBe(190 * 5000);
});

test('[FAULT9] once written it has contents: read and dropped it is made anew, never zeros', () => {
  // Ten pages are written once, then read for ever.
  const numbers = loop(10, 20);
  const runs = writing(numbers).runs.map((run, at) => (at < 10 ? run : run & ~(3 << 6)));
  const program = { ...writing(numbers), runs };
  const all = kinds({ discardable: [[0, 10]] });
  const [read] = quiet(cell(5, [task('one', program, 'fifo', 5, { ...zero, ...all })]));
  expect(read).toMatchObject({ softFaults: 10, regeneratedFaults: 190, pageIns: 0 });
  // Never written it is zeros, as it was.
  const reads = toReferenceString(numbers, { collapse: false });
  const [never] = quiet(cell(5, [task('one', reads, 'fifo', 5, { ...zero, ...all })]));
  expect(never).toMatchObject({ softFaults: 200, regeneratedFaults: 0 });
});

test('[FAULT9] an image is read from swap until the page has been written', () => {
  const reads = toReferenceString(loop(10, 20), { collapse: false });
  const all = kinds({ discardable: [[0, 10]] });
  const [never] = quiet(cell(5, [task('one', reads, 'fifo', 5, all)]));
  expect(never).toMatchObject({ hardFaults: 200, regeneratedFaults: 0, pageOuts: 0 });
  const [written] = quiet(cell(5, [task('one', writing(loop(10, 20)), 'fifo', 5, all)]));
  expect(written).toMatchObject({ hardFaults: 10, regeneratedFaults: 190, pageOuts: 0 });
});

test('[FAULT9] a page taken by the server is made anew, not lost', () => {
  const options = (rounds: number, start: number, more: Partial<CellTask>) => {
    const program = writing(loop(14, rounds));
    const terms = { term: 0, graceExtra: 5000, graceShrink: 1e8, penalty: 'repossess' } as const;
    const silent = task('silent', program, 'fifo', 2, {
      ...zero,
      extra: 14,
      hostile: 'silent',
      ...more,
    });
    const reads = toReferenceString(loop(12, 40), { collapse: false });
    return cell(16, [silent, task('late', reads, 'lru', 12, { start })], { terms, slice: 5000 });
  };
  const all = kinds({ discardable: [[0, 14]] });
  expect(quiet(options(400, 3_000_000, {}))[0]?.lostFaults).toBeGreaterThan(0);
  const [victim] = quiet(options(100_000, 40_000, all));
  expect(victim).toMatchObject({ lostFaults: 0, pageOuts: 0 });
  expect(victim?.revocationsMissed).toBeGreaterThan(0);
  expect(victim?.regeneratedFaults).toBeGreaterThan(100);
});

test('[FAULT9] a central pager knows of no discardable pages', () => {
  const all = kinds({ discardable: [[0, 10]] });
  const one = task('one', writing(loop(10, 20)), 'fifo', 5, { ...zero, ...all });
  const [result] = quiet(cell(5, [one], { management: 'global-lru' }));
  expect(result?.regeneratedFaults).toBe(0);
  expect(result?.pageOuts).toBeGreaterThan(100);
});

test('[FAULT11] a callback is program time: it is preempted at the end of a slice', () => {
  // Each takes three slices; the other task must run in between.
  const all = kinds({ discardable: [[0, 6]], regenerateNs: 3_000_000 });
  const one = task('one', writing(loop(6, 4)), 'fifo', 3, { ...zero, ...all });
  const other = task('other', toReferenceString(loop(4, 20_000), { collapse: false }), 'fifo', 4, {
    atEnd: 'restart',
  });
  const world = boot(cell(8, [one, other]));
  const [id, beside] = world.clients as [number, number];
  let preempted = 0;
  let dispatched = -1;
  while (stepKernel(world.kernel)) {
    const { tasks, current } = world.kernel.state;
    const rest = tasks[id]?.callbackNs as number;
    if (rest > 0 && current === beside && dispatched === id) preempted++;
    dispatched = current;
  }
  expect(preempted).toBeGreaterThan(10);
  const made = collect(world).tasks[0];
  expect(made?.regeneratedFaults).toBe(18);
  const times = world.kernel.state.finished[id]?.times as Float64Array;
  expect(times[PROGRAM]).toBeGreaterThan(18 * 3_000_000);
});

test('[FAULT11] on the clock of references a callback takes time and no references', () => {
  const at = (regenerateNs: number) => {
    const all = kinds({ discardable: [[0, 10]], regenerateNs });
    const program = writing(randomPages(3, 400, 10));
    const tasks = ['one', 'two'].map((name) =>
      task(name, program, 'clock', 5, { ...zero, ...all }),
    );
    const terms = { term: 0, graceExtra: 50, graceShrink: 500, penalty: 'repossess' } as const;
    return quiet(cell(10, tasks, { clock: 'references', slice: 7, terms }));
  };
  const [none, some] = [at(0), at(123_456)];
  expect(some[0]?.regeneratedFaults).toBeGreaterThan(50);
  expect(some.map(({ regeneratedFaults }) => regeneratedFaults)).toEqual(
    none.map(({ regeneratedFaults }) => regeneratedFaults),
  );
  const [a, b] = [none[0], some[0]].map((result) => result?.timeNs?.program as number);
  expect((b as number) - (a as number)).toBe((some[0]?.regeneratedFaults ?? 0) * 123_456);
});

/** A lender of 4 + 12 frames, half of its pages discardable, and one who claims 12 of them. */
function lender(more: Partial<PageKinds>): CellOptions {
  const program = writing(randomPages(5, 4000, 20));
  const given = kinds({ discardable: [[0, 10]], regenerateNs: 1000, ...more });
  const one = task('lender', program, 'lru', 4, { ...zero, extra: 12, ...given });
  const claim = task('claimant', writing(loop(12, 10)), 'lru', 12, { ...zero, start: 2_000_000 });
  return cell(16, [one, claim]);
}

/** Most discardable pages that went in one decision, and the frames then free in hand. */
function flushes(options: CellOptions): { most: number; inHand: number } {
  const world = boot(options);
  const pager = world.kernel.receivers[world.clients[0] as number]?.state as PagerState;
  const resident = () => pager.pageWord.slice(0, 10).reduce((sum, word) => sum + (word & 1), 0);
  const seen = { most: 0, inHand: 0 };
  let before = 0;
  while (stepKernel(world.kernel)) {
    const now = resident();
    if (before - now > seen.most) {
      seen.most = before - now;
      seen.inHand = pager.freeSlots;
    }
    before = now;
    if (world.kernel.state.finished[world.clients[1] as number] !== null) break;
  }
  return seen;
}

test('[FAULT10] called back frames are paid in discardable pages first, in bulk if it is asked for', () => {
  expect(flushes(lender({}))).toEqual({ most: 1, inHand: 0 });
  const bulk = flushes(lender({ flushPages: 6 }));
  expect(bulk.most).toBeGreaterThanOrEqual(4);
  expect(bulk.inHand).toBeGreaterThanOrEqual(3);
  const [lent] = quiet(lender({ flushPages: 6 }));
  expect(lent?.revocationsMet).toBeGreaterThan(0);
  expect(lent?.revocationsMissed).toBe(0);
});

test('[FAULT10] [POL5] whoever gave discardable pages a priority above 0 has them kept', () => {
  const kept = { priorities: [{ pages: [0, 10], priority: 1 }] } as const;
  expect(flushes(lender({ flushPages: 6, ...kept })).most).toBeLessThan(
    flushes(lender({ flushPages: 6 })).most,
  );
});

test('[TIME7] a run with callbacks cloned in the middle ends as it does', () => {
  const { kernel } = boot(lender({ flushPages: 3, regenerateNs: 2_500_000 }));
  const id = 3;
  while (kernel.state.tasks[id]?.callbackNs === 0) stepKernel(kernel);
  const copy = cloneKernel(kernel);
  while (stepKernel(kernel));
  while (stepKernel(copy));
  expect(kernel.state.tasks[id]?.regeneratedFaults).toBeGreaterThan(10);
  expect(hashState(copy.state)).toBe(hashState(kernel.state));
});
