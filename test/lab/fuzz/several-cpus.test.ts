/** What the fuzz draws, hostile tasks and all, on a machine with several CPUs. */

import { expect, test } from 'vitest';
import { draw } from '../../../lab/fuzz/draw.ts';
import { oracleResults, sweep } from '../../../lab/oracles/index.ts';
import { boot } from '../../../lab/run/boot.ts';
import { openMemories } from '../../../lab/run/boot-memories.ts';
import { openSwapFrames } from '../../../lab/run/boot-swap.ts';
import { watch } from '../../../lab/run/watch.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { onCpus, processorsOf } from '../../support/processors.ts';

const SEEDS = 40;
/** Decisions of a run: enough for its tasks to start, fault, lose frames and die. */
const STEPS = 12_000;
const WAYS = ['interrupt', 'tick', 'tolerate'] as const;

test('[CPU2] [CPU3] drawn cells on two to five CPUs break no rule', () => {
  const counts = { cells: 0, shootdowns: 0, lazyDrops: 0, faults: 0 };
  for (let seed = 0; seed < SEEDS; seed++) {
    const { options } = draw(seed);
    if (options.clock !== 'ns' || options.schedule !== 'slices') continue;
    const way = WAYS[Math.floor(seed / 4) % WAYS.length];
    const world = boot(onCpus(options, 2 + (seed % 4), way));
    const oracles = watch(world);
    if (oracles === null) throw new Error('no oracles');
    openMemories(world.kernel, world.memories);
    openSwapFrames(world.kernel);
    for (let step = 0; step < STEPS && stepKernel(world.kernel); step++);
    sweep(oracles);
    const found = oracleResults(oracles).flatMap(({ violations }) => violations);
    expect(found, `seed ${seed}`).toEqual([]);
    const { shootdowns, lazyDrops } = processorsOf(world.kernel).counts;
    counts.cells++;
    counts.shootdowns += shootdowns;
    counts.lazyDrops += lazyDrops;
    for (const { faults } of world.kernel.state.tasks) counts.faults += faults;
  }
  expect(counts.cells).toBeGreaterThan(15);
  expect(counts.shootdowns).toBeGreaterThan(100);
  expect(counts.lazyDrops).toBeGreaterThan(100);
  expect(counts.faults).toBeGreaterThan(5000);
}, 120_000);
