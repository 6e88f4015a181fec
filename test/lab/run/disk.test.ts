/** Cells with a disk server: who gets how much of the device, and that nothing else changes. */

import { expect, test } from 'vitest';
import fifo from '../../../clients/policies/fifo.ts';
import { loop } from '../../../clients/programs/loop.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../../lab/run/cell-options.ts';
import { plainCell, plainTask } from '../../../lab/run/plain-cell.ts';
import type { DiskPlan } from '../../../lab/run/server-plans.ts';
import { createRandom } from '../../../sim-hw/random.ts';

const DISK: DiskPlan = { scheduler: 'contracts', depth: 1, admit: 0.9 };

function task(name: string, pages: number, rounds: number, write: number, share: number): CellTask {
  const program = loop(pages, rounds, write, createRandom(1));
  const disk = { period: 250_000, slice: share * 2500, laxity: 10_000, slack: false, term: 0 };
  return { ...plainTask(name, program, fifo as Policy, 4), ...(share > 0 && { disk }) };
}

function cell(tasks: readonly CellTask[], disk: DiskPlan | null = DISK): CellOptions {
  const machine = { costs: 'decstation-5000', tlb: 'r3000', device: 'disk-plain' };
  const plain = plainCell(tasks, 64);
  return {
    ...plain,
    machine: { ...plain.machine, ...machine },
    oracles: true,
    ...(disk && { disk }),
  };
}

function found(options: CellOptions) {
  const result = runCell(options);
  expect(result.oracles.flatMap(({ violations }) => violations)).toEqual([]);
  return result.tasks;
}

test('pages come and go as with a device of swap’s own: the same faults, page-ins and page-outs', () => {
  const tasks = [task('a', 24, 3, 0.5, 0), task('b', 16, 3, 0, 0)];
  const counts = [null, DISK].map((disk) =>
    found(cell(tasks, disk)).map(({ faults, hardFaults, pageIns, pageOuts }) => ({
      faults,
      hardFaults,
      pageIns,
      pageOuts,
    })),
  );
  expect(counts[0]).toEqual(counts[1]);
  const [a] = found(cell(tasks));
  expect(a.diskBlocksRead).toBe(a.pageIns);
  expect(a.diskBlocksWritten).toBe(a.pageOuts);
  expect(found(cell(tasks, null))[0].diskBlocksRead).toBeUndefined();
});

test('disk contracts of 10, 20 and 40 % give time in these proportions; fcfs does not', () => {
  const shares = (scheduler: DiskPlan['scheduler']) => {
    const tasks = [10, 20, 40].map((share) => {
      const one = task(`${share}`, 64, 4, 0, share);
      return { ...one, atEnd: 'restart' as const };
    });
    const results = found({
      ...cell(tasks, { ...DISK, scheduler }),
      windows: [{ name: 'long', from: 5e9, to: 40e9 }],
    });
    const [ten, twenty, forty] = results.map(({ windows }) => windows?.long.diskBlocks ?? 0);
    return [twenty / ten, forty / ten];
  };
  const [two, four] = shares('contracts');
  expect(Math.abs(two / 2 - 1)).toBeLessThan(0.1);
  expect(Math.abs(four / 4 - 1)).toBeLessThan(0.1);
  for (const ratio of shares('fcfs')) expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
});

test('no drift: in each 5 seconds of ten minutes everybody makes the progress of its contract', () => {
  const tasks = [10, 20, 40].map((share) => {
    const one = task(`${share}`, 256, 15, 0, share);
    return { ...one, atEnd: 'restart' as const };
  });
  const windows = Array.from({ length: 118 }, (_, at) => ({
    name: `w${at}`,
    from: (at + 2) * 5e9,
    to: (at + 3) * 5e9,
  }));
  for (const { windows: found = {} } of runCell({ ...cell(tasks), oracles: false, windows })
    .tasks) {
    const reads = windows.map(({ name }) => found[name].pageIns);
    const mean = reads.reduce((sum, one) => sum + one, 0) / reads.length;
    expect(mean).toBeGreaterThan(25);
    // A tenth, and two requests that are counted on one side or the other of a window's edge.
    for (const one of reads) expect(Math.abs(one - mean)).toBeLessThanOrEqual(0.1 * mean + 2);
  }
});

test('a contract that is renewed lasts; one that is not admitted leaves best effort', () => {
  const wish = { period: 250_000, slice: 100_000, laxity: 10_000, slack: false };
  const lasting = { ...task('lasting', 64, 2, 0, 0), disk: { ...wish, term: 1_000_000_000 } };
  const greedy = { ...task('greedy', 64, 2, 0, 60) };
  const [first, second] = found(cell([lasting, greedy]));
  expect(first.diskSlackNs).toBe(0);
  expect(first.diskSliceNs).toBeGreaterThan(1e9);
  expect(second.diskSliceNs).toBe(0);
  expect(second.diskSlackNs).toBeGreaterThan(1e9);
});

test('a reader keeps several requests under way, in its own frames, as fast as it is let', () => {
  const streams = { blocks: 256, length: 4, ahead: 2, every: 0, lockMax: 1_000_000_000 };
  const rests = {
    ...loop(2, 5, 0, createRandom(1)),
    stops: {
      at: Uint32Array.of(2, 4, 6, 8),
      restNs: Float64Array.of(1e9, 1e9, 1e9, 1e9),
      workNs: new Float64Array(4),
    },
  };
  const reader = (every: number, share: number): CellTask => ({
    ...task('reader', 2, 1, 0, share),
    program: rests,
    guaranteed: 12,
    streams: { ...streams, every },
  });
  const [fast] = found(cell([reader(0, 50)]));
  const [slow] = found(cell([reader(500_000_000, 50)]));
  expect(fast.framesMax).toBeLessThanOrEqual(12);
  expect(fast.diskSliceNs).toBeGreaterThan(1.8e9);
  expect(fast.diskSliceNs).toBeLessThan(2.2e9);
  // Nine moments in four seconds, the first one included; and the two pages of its program.
  expect(slow.diskBlocksRead).toBe(9 * 4 + slow.pageIns);
});

test('under a central pager streams are of whoever faults, and nobody has a contract', () => {
  const tasks = [task('a', 64, 2, 0, 40), task('b', 64, 2, 0, 40)];
  const results = found({
    ...cell(tasks),
    management: 'global-clock',
    machine: { ...cell(tasks).machine, frames: 32 },
  });
  for (const { pageIns, diskBlocksRead, diskSliceNs } of results) {
    expect(diskBlocksRead).toBe(pageIns);
    expect(pageIns).toBeGreaterThan(50);
    expect(diskSliceNs).toBe(0);
  }
});
