/** Cells in which swap's layers and file servers share a disk server's device with everybody else. */

import { expect, test } from 'vitest';
import fifo from '../../../clients/policies/fifo.ts';
import { loop } from '../../../clients/programs/loop.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../../lab/run/cell-options.ts';
import { plainCell, plainTask } from '../../../lab/run/plain-cell.ts';
import type { DiskPlan } from '../../../lab/run/server-plans.ts';
import type { LayerPlan } from '../../../servers/swap/stack/plan.ts';
import { createRandom } from '../../../sim-hw/random.ts';

const DISK: DiskPlan = { scheduler: 'contracts', depth: 1, admit: 0.9 };
const FIXED: LayerPlan[] = [{ layer: 'disk', fixed: true, cacheBlocks: 0 }];

function task(name: string, pages: number, rounds: number, write: number, share: number): CellTask {
  const program = loop(pages, rounds, write, createRandom(1));
  const disk = { period: 250_000, slice: share * 2500, laxity: 10_000, slack: false, term: 0 };
  return { ...plainTask(name, program, fifo as Policy, 4), ...(share > 0 && { disk }) };
}

function cell(tasks: readonly CellTask[], layers: LayerPlan[] | null, disk = DISK): CellOptions {
  const machine = { costs: 'decstation-5000', tlb: 'r3000', device: 'disk-plain' };
  const plain = plainCell(tasks, 64);
  return {
    ...plain,
    machine: { ...plain.machine, ...machine },
    oracles: true,
    disk,
    ...(layers && { swap: { layers, quota: null } }),
  };
}

function found(options: CellOptions) {
  const result = runCell(options);
  expect(result.oracles.flatMap(({ violations }) => violations)).toEqual([]);
  return result.tasks;
}

test('[SWAP28] layers before a disk server: pages come and go, each task pays for its own', () => {
  const tasks = [task('a', 24, 3, 0.5, 30), task('b', 16, 3, 0, 0)];
  const [a, b] = found(cell(tasks, FIXED));
  const [c, d] = found(cell(tasks, null));
  expect([a.hardFaults, a.pageOuts, b.hardFaults]).toEqual([
    c.hardFaults,
    c.pageOuts,
    d.hardFaults,
  ]);
  expect([a.diskBlocksRead, a.diskBlocksWritten]).toEqual([c.diskBlocksRead, c.diskBlocksWritten]);
  expect(b.diskBlocksRead).toBe(b.pageIns);
  expect(a.diskSliceNs).toBeGreaterThan(0);
  expect(b.diskSliceNs).toBe(0);
});

const STACKS: Record<string, LayerPlan[]> = {
  deep: [
    { layer: 'waiting', frames: 4 },
    { layer: 'compressed', frames: 4 },
    { layer: 'deduplicating' },
    { layer: 'disk' },
  ],
  'mirrored over two disks': [
    { layer: 'encrypting' },
    { layer: 'mirrored', sides: [[{ layer: 'disk' }], [{ layer: 'disk', device: 'disk-plain' }]] },
  ],
  'tiered over two disks': [
    { layer: 'tiered', upper: [{ layer: 'disk', device: 'nvme' }], pages: 8 },
    { layer: 'disk' },
  ],
  remote: [{ layer: 'remote' }, { layer: 'disk' }],
  file: [{ layer: 'disk', blocks: 16, blocksMax: 128, grow: 8 }],
};

test.each(Object.keys(STACKS))(
  '[SWAP28] [SWAP11] %s: nothing is lost, nobody pays for others',
  (name) => {
    const tasks = [task('a', 24, 4, 0.5, 30), task('b', 20, 4, 0.5, 20)];
    const results = found(cell(tasks, STACKS[name]));
    for (const { lostFaults, diskBlocksRead = 0, diskBlocksWritten = 0, hardFaults } of results) {
      expect(lostFaults).toBe(0);
      expect(hardFaults).toBeGreaterThan(10);
      // What is across a network is no part of this machine's disk.
      if (name === 'remote') expect(diskBlocksRead + diskBlocksWritten).toBe(0);
      else expect(diskBlocksWritten).toBeGreaterThan(0);
    }
  },
);

test('[SWAP28] the page-ins of a stack come out of the contract of whoever faults', () => {
  const shares = [10, 40].map((share) => {
    const one = task(`${share}`, 64, 4, 0.2, share);
    return { ...one, atEnd: 'restart' as const };
  });
  const layers: LayerPlan[] = [{ layer: 'encrypting' }, { layer: 'disk' }];
  const ratio = (scheduler: DiskPlan['scheduler']) => {
    const results = found({
      ...cell(shares, layers, { ...DISK, scheduler }),
      windows: [{ name: 'long', from: 5e9, to: 40e9 }],
    });
    const [ten, forty] = results.map(({ windows }) => windows?.long.diskBlocks ?? 0);
    return forty / ten;
  };
  expect(Math.abs(ratio('contracts') / 4 - 1)).toBeLessThan(0.15);
  expect(Math.abs(ratio('fcfs') - 1)).toBeLessThan(0.15);
});

const FAULTS = { readErrors: 1500, writeErrors: 1500, lostWrites: 1500, tornWrites: 1500 };

test('[DISK19] [SWAP25] what the disk loses, tears or cannot read before a disk server is told to its task', () => {
  const tasks = [task('a', 24, 12, 0.5, 30), task('b', 20, 12, 0.5, 20)];
  const lost = found(cell(tasks, null, { ...DISK, faults: FAULTS }));
  expect(lost[0].lostFaults + lost[1].lostFaults).toBeGreaterThan(10);
  const layers: LayerPlan[] = [
    { layer: 'waiting', frames: 4 },
    { layer: 'disk', faults: FAULTS },
  ];
  const stacked = found(cell(tasks, layers));
  expect(stacked[0].lostFaults + stacked[1].lostFaults).toBeGreaterThan(5);
});

test.each([null, 'deep', 'mirrored over two disks', 'tiered over two disks', 'file'])(
  '[DISK20] the disk server dies below %s: all end, and what is lost is told',
  (name) => {
    const tasks = [task('a', 24, 6, 0.5, 30), task('b', 20, 6, 0.5, 20)];
    const layers = name === null ? null : STACKS[name];
    const [a, b] = found(cell(tasks, layers, { ...DISK, diesAt: 3e8 }));
    if (name !== 'mirrored over two disks') expect(a.lostFaults + b.lostFaults).toBeGreaterThan(0);
    else expect(a.lostFaults + b.lostFaults).toBe(0);
    expect(a.references).toBe(24 * 6);
  },
);
