import { describe, expect, test } from 'vitest';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import type { LayerPlan } from '../../../servers/swap/stack/plan.ts';
import { cell, task, writing } from '../../support/cells.ts';

const managements = ['contracts', 'mach'] as const;
const disk: LayerPlan = { layer: 'disk' };

/** Two tasks that write all over twice the memory there is, and read what they wrote. */
function options(
  layers: readonly LayerPlan[] | null,
  more: Partial<CellOptions> = {},
): CellOptions {
  const pages = Array.from({ length: 1500 }, (_, at) => (at * 37 + (at >> 4)) % 60);
  const tasks = ['one', 'two'].map((name, at) =>
    task(name, writing(pages), 'clock', 20, { initial: at === 0 ? 'zero' : 'image', extra: 40 }),
  );
  const base = cell(60, tasks, { oracles: true, ...more });
  return {
    ...base,
    machine: { ...base.machine, ...more.machine },
    swap: layers === null ? null : { layers, quota: null },
  };
}

function faultsOf(result: ReturnType<typeof runCell>): number {
  return result.oracles.reduce((sum, { violations }) => sum + violations.length, 0);
}

describe.each(managements)('%s', (management) => {
  test('[SWAP23] a disk with fixed places takes the time of a plain device, to the nanosecond', () => {
    const plain = runCell(options(null, { management }));
    const fixed: LayerPlan = { layer: 'disk', fixed: true, cacheBlocks: 0 };
    const { swap, ...stacked } = runCell(options([fixed], { management }));
    expect(stacked).toEqual(plain);
    const outs = plain.tasks.reduce((sum, { pageOuts }) => sum + pageOuts, 0);
    expect(outs).toBeGreaterThan(500);
    expect(swap?.[0]?.counts.writes).toBeGreaterThanOrEqual(outs);
  });

  test('[SWAP11] [SWAP23] through four layers every page is what its task wrote', () => {
    for (const fidelity of ['stamped', 'bytes'] as const) {
      const base = options(
        [
          { layer: 'waiting', frames: 4 },
          { layer: 'compressed', frames: 8 },
          { layer: 'encrypting' },
          { layer: 'mirrored', sides: [[disk], [disk]] },
        ],
        { management },
      );
      const machine = { ...base.machine, fidelity };
      const result = runCell({ ...base, machine });
      expect(faultsOf(result)).toBe(0);
      expect(result.tasks.every(({ lostFaults }) => lostFaults === 0)).toBe(true);
      const [waiting, compressed] = result.swap ?? [];
      expect(waiting?.counts.stores).toBeGreaterThan(500);
      expect(compressed?.counts.hits).toBeGreaterThan(0);
      expect(compressed?.note).toBe(fidelity === 'bytes' ? 'sizes: WKdm' : 'sizes: a model');
      expect(result.tasks[0]?.timeNs?.zero).toBeGreaterThan(100_000);
    }
  });

  test('[SWAP25] [SWAP12] what devices lose, and what is over quota, a task is told of', () => {
    const faults = { tornWrites: 1500, lostWrites: 1500, readErrors: 20_000, writeErrors: 9000 };
    const base = options(
      [
        { layer: 'waiting', frames: 2 },
        { layer: 'disk', faults },
      ],
      {
        management,
      },
    );
    const lossy = runCell(base);
    expect(faultsOf(lossy)).toBe(0);
    const lost = lossy.tasks.reduce((sum, { lostFaults }) => sum + lostFaults, 0);
    expect(lost).toBeGreaterThan(20);
    const tight = runCell({ ...base, swap: { layers: [disk], quota: 40 } });
    expect(faultsOf(tight)).toBe(0);
    expect(tight.tasks.reduce((sum, { lostFaults }) => sum + lostFaults, 0)).toBeGreaterThan(20);
  });
});

test('[TIME5] a copy that a layer makes costs what any copy of a page does on that machine', () => {
  const copyNs = 1000;
  const base = options([{ layer: 'waiting', frames: 8 }, disk]);
  const machine = { ...base.machine, figures: { zeroNs: 0, copyNs } };
  const { tasks, swap } = runCell({ ...base, machine });
  const { stores, rescues } = swap?.[0]?.counts ?? {};
  expect(stores).toBeGreaterThan(500);
  const filling = tasks.reduce((sum, { timeNs }) => sum + (timeNs?.zero ?? 0), 0);
  expect(filling).toBe(copyNs * ((stores as number) + (rescues as number)));
});

test('[SWAP25] an oracle notices a page that is lost and nobody is told of', () => {
  const quiet = runCell({ ...options([disk]), planted: 'swap-wrong-block' });
  // The planted fault is of the plain device: through a stack nothing is read wrong.
  expect(faultsOf(quiet)).toBe(0);
  const wrong = runCell({ ...options(null), planted: 'swap-wrong-block' });
  expect(faultsOf(wrong)).toBeGreaterThan(0);
});

test('[SWAP30] [REV1] frames of layers under a contract: oracles agree, and tasks that need them get them', () => {
  const layers: LayerPlan[] = [
    { layer: 'waiting', frames: 8 },
    { layer: 'compressed', frames: 24 },
    { layer: 'mirrored', sides: [[disk], [{ layer: 'waiting', frames: 3 }, disk]] },
  ];
  const machine = { pagerFrames: 'outside' as const };
  const pages = Array.from({ length: 1500 }, (_, at) => (at * 37 + (at >> 4)) % 60);
  for (const more of [{}, { memoryServers: { depth: 2 } }, { clock: 'references' as const }])
    for (const memory of [
      { guaranteed: 3, extra: 40 },
      { guaranteed: 12, extra: 0 },
    ]) {
      const tasks = ['one', 'two'].map((name, at) =>
        task(name, writing(pages), 'clock', 20, { extra: 30, start: at * 1_000_000 }),
      );
      const base = cell(60, tasks, { oracles: true, ...more });
      const plan = { layers, quota: null, memory };
      const result = runCell({ ...base, machine: { ...base.machine, ...machine }, swap: plan });
      expect(faultsOf(result)).toBe(0);
      expect(result.tasks.every(({ lostFaults }) => lostFaults === 0)).toBe(true);
      const inHand = (result.swap ?? []).map(({ counts }) => counts.inHand ?? 0);
      expect(inHand.reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(memory.guaranteed);
      expect(result.swap?.[0]?.counts.stores).toBeGreaterThan(500);
    }
  const [one] = [task('one', writing(pages), 'clock', 20)];
  const much = { layers, quota: null, memory: { guaranteed: 61, extra: 0 } };
  const tight = cell(60, [one]);
  expect(() =>
    runCell({ ...tight, machine: { ...tight.machine, ...machine }, swap: much }),
  ).toThrow(/swap.memory.guaranteed: 61 frames/);
});

test('[SWAP27] pages of 2 MiB go through layers, beside small ones; in a quota each counts as 512', () => {
  const layers: LayerPlan[] = [
    { layer: 'waiting', frames: 600 },
    { layer: 'compressed', frames: 64 },
    disk,
  ];
  // A page of 2 MiB has the number of its first base page.
  const large = writing(Array.from({ length: 60 }, (_, at) => ((at * 5) % 7) * 512));
  const small = writing(Array.from({ length: 800 }, (_, at) => (at * 37) % 90));
  const tasks = [
    task('large', large, 'clock', 1024, { pageBytes: 2097152, extra: 1024, initial: 'zero' }),
    task('small', small, 'clock', 30, { initial: 'image' }),
  ];
  const run = (quota: number | null, plan: LayerPlan[]) => {
    const base = cell(2048 + 512, tasks, { oracles: true });
    return runCell({ ...base, swap: { layers: plan, quota } });
  };
  const result = run(null, layers);
  expect(faultsOf(result)).toBe(0);
  expect(result.tasks.every(({ lostFaults }) => lostFaults === 0)).toBe(true);
  const [superpages, waiting] = result.swap ?? [];
  expect(superpages?.counts.fetches).toBeGreaterThan(20);
  expect(waiting?.counts.stores).toBeGreaterThan(20 * 512);
  const [tight, ample] = [3 * 512 - 1, 7 * 512].map((quota) => run(quota, [disk]).tasks[0]);
  expect(tight?.lostFaults).toBeGreaterThan(0);
  expect(ample?.lostFaults).toBe(0);
});
