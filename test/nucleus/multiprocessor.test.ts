import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boot } from '../../lab/run/boot.ts';
import { runCell, runWorld } from '../../lab/run/cell.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import { collect } from '../../lab/run/collect.ts';
import { charge } from '../../nucleus/clock.ts';
import { cloneKernel, NUCLEUS } from '../../nucleus/kernel.ts';
import { killTask } from '../../nucleus/life.ts';
import { type Consistency, GOES_ON, processorOf } from '../../nucleus/processors.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { KILLED, type TaskState, TRAP } from '../../nucleus/tasks.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { inNucleus, onCpus, processorsOf, sideBySide } from '../support/processors.ts';
import { loop, randomPages } from '../support/reference-strings.ts';

/** What these cells gave before there were several CPUs. */
const RECORDED = [
  ['contracts', 'f572306fa92d4ae5'],
  ['mach', 'd9ac2c8705e07a41'],
  ['global-clock', 'ea1eb6ea08f11dff'],
  ['global-lru', '640cbe5fdc34d478'],
] as const;

test.each(RECORDED)(
  '[CPU1] %s with one CPU is what it was before there were more',
  (management, hash) => {
    const tasks = [1, 2, 3].map((i) =>
      task(`t${i}`, writing(randomPages(i, 2000, 30)), 'clock', 12),
    );
    const options = cell(60, tasks, { management, spareFrames: 2 });
    for (const run of [options, onCpus(options, 1, 'tick')]) {
      const { tasks: results, framesMean, processors } = runCell(run);
      expect(processors).toBeUndefined();
      expect(hashState({ results, framesMean })).toBe(hash);
    }
  },
);

/** Tasks that compute, share memory that is too small, and now and then begin again. */
function mixedCell(
  seed: number,
  management: CellOptions['management'],
  extra: number,
): CellOptions {
  const tasks = [
    task('one', writing(randomPages(seed, 300, 12)), 'clock', 6, { extra }),
    task('two', writing(loop(10, 60)), 'lru', 6, { extra }),
    task('three', writing(loop(4, 2000)), 'fifo', 5, { atEnd: 'restart' }),
  ];
  return cell(45, tasks, { management, spareFrames: 3, seed, slice: 20_000, oracles: true });
}

test('[CPU2] [CPU9] whatever runs, all CPUs end together, their parts sum to the whole, no rule is broken', () => {
  const shape = fc.record({
    management: fc.constantFrom<CellOptions['management'][]>(
      'contracts',
      'mach',
      'global-clock',
      'global-lru',
    ),
    consistency: fc.constantFrom<Consistency[]>('interrupt', 'tick', 'tolerate'),
    cpus: fc.integer({ min: 2, max: 5 }),
    extra: fc.nat(6),
    seed: fc.nat(1000),
  });
  fc.assert(
    fc.property(shape, ({ management, consistency, cpus, extra, seed }) => {
      const result = runCell(onCpus(mixedCell(seed, management, extra), cpus, consistency));
      expect(result.oracles.flatMap(({ violations }) => violations)).toEqual([]);
      const lengths = (result.processors?.cpus ?? []).map((cpu) =>
        Object.values(cpu).reduce((sum, part) => sum + part, 0),
      );
      expect(lengths).toHaveLength(cpus);
      expect(new Set(lengths).size).toBe(1);
      for (const { timeNs, virtualNs } of result.tasks) {
        const parts = Object.values(timeNs ?? {}).reduce((sum, part) => sum + part, 0);
        expect(parts).toBe(virtualNs);
      }
    }),
    { numRuns: 40, seed: 34 },
  );
});

test('[CPU3] in its program no CPU gets further ahead than an interrupt takes; the nucleus has one order', () => {
  const world = boot(onCpus(mixedCell(3, 'mach', 0), 3));
  const { kernel } = world;
  const processors = processorsOf(kernel);
  const { latencyNs } = processors.costs;
  // What a batch may take longer than it was to: a run of 64 references, a miss and its walk.
  const over = 100;
  let checked = 0;
  for (let more = true; more; ) {
    const free = processors.freeNs;
    const before = processors.list.map(({ nowNs }) => nowNs);
    more = stepKernel(kernel);
    if (!more) break;
    expect(processors.freeNs).toBeGreaterThanOrEqual(free);
    if (processors.freeNs > free) continue;
    const cpu = processors.list.find(({ id, nowNs }) => nowNs > (before[id] as number));
    if (cpu === undefined) throw new Error('multiprocessor: a decision took no time');
    const others = processors.list.filter((one) => one !== cpu && one.running !== 0);
    for (const other of others) {
      if (other.ended !== GOES_ON) continue;
      checked++;
      expect(cpu.nowNs - (before[other.id] as number)).toBeLessThanOrEqual(latencyNs + over);
    }
  }
  expect(checked).toBeGreaterThan(50);
});

test('[CPU5] tick: what a server sends after it has unmapped goes on when the tick is over, in its order', () => {
  // Each computes for longer than it takes to read a page, now and then.
  const at = Uint32Array.from({ length: 40 }, (_, i) => 5 * (i + 1));
  const stops = { at, restNs: new Float64Array(40), workNs: new Float64Array(40).fill(200_000) };
  const tasks = [1, 2, 3].map((seed) =>
    task(`t${seed}`, { ...writing(randomPages(seed, 205, 30)), stops }, 'clock', 8),
  );
  const options = cell(45, tasks, { management: 'global-clock', spareFrames: 3 });
  const world = boot(onCpus(options, 3, 'tick'));
  const { kernel } = world;
  const processors = processorsOf(kernel);
  const { tickNs } = processors.costs;
  let held = 0;
  for (let more = true; more; ) {
    const before = [...processors.held];
    more = stepKernel(kernel);
    const gone = before.filter((one) => !processors.held.includes(one));
    for (const { untilNs } of gone) {
      held++;
      expect(untilNs % tickNs).toBe(0);
      expect(processors.freeNs).toBeGreaterThanOrEqual(untilNs);
    }
    // What goes on first was sent first.
    const rest = processors.held.filter((one) => before.includes(one));
    expect(before.slice(before.length - rest.length)).toEqual(rest);
  }
  expect(held).toBeGreaterThan(3);
});

test('[CPU3] tasks that need nothing of each other run side by side', () => {
  const program = writing(loop(5, 300_000));
  const programs = [0, 1, 2, 3].map((i) => task(`t${i}`, program, 'clock', 6, { initial: 'zero' }));
  const took = [1, 2, 4].map((cpus) => {
    const world = boot(onCpus(cell(40, programs), cpus));
    runWorld(world);
    return world.kernel.state.nowNs;
  }) as [number, number, number];
  expect(took[0] / took[1]).toBeGreaterThan(1.8);
  expect(took[0] / took[2]).toBeGreaterThan(3.2);
});

test('[TIME7] a run on several CPUs cloned in the middle ends as the original does', () => {
  for (const consistency of ['interrupt', 'tick', 'tolerate'] as const) {
    const world = boot(onCpus({ ...mixedCell(5, 'mach', 2), oracles: false }, 3, consistency));
    for (let step = 0; step < 500; step++) stepKernel(world.kernel);
    const copy = { ...world, kernel: cloneKernel(world.kernel) };
    runWorld(world);
    runWorld(copy);
    expect(hashState(collect(copy))).toBe(hashState(collect(world)));
    expect(hashState(copy.kernel.state)).toBe(hashState(world.kernel.state));
  }
});

test('[CPU9] a task that is killed while another CPU runs it has lived as long as its parts say', () => {
  const { kernel, clients } = sideBySide(2, 3, 'interrupt');
  const id = clients[1] as number;
  const task = kernel.state.tasks[id] as TaskState;
  inNucleus(kernel, () => killTask(kernel, id));
  expect(task.status).toBe(KILLED);
  expect(processorOf(processorsOf(kernel), id)).toBeNull();
  const parts = task.times.reduce((sum, part) => sum + part, 0);
  expect(parts).toBe(task.endedNs - task.startedNs);
});

/** What the parts of a task's time sum to. */
function lived({ times }: TaskState): number {
  return times.reduce((sum, part) => sum + part, 0);
}

test('[CPU2] [CPU9] what is done between two decisions takes no time from whoever runs meanwhile', () => {
  for (const consistency of ['interrupt', 'tick', 'tolerate'] as const) {
    const { kernel, clients } = sideBySide(2, 2, consistency);
    const { state } = kernel;
    const processors = processorsOf(kernel);
    for (let step = 0; step < 100; step++) {
      stepKernel(kernel);
      state.account = clients[step % 2] as number;
      charge(kernel, TRAP, 777);
    }
    for (const id of clients) {
      state.account = NUCLEUS;
      killTask(kernel, id);
      const task = state.tasks[id] as TaskState;
      // Its program was to its end before: since when it is dead says its status.
      expect(lived(task)).toBe(task.sinceNs - task.startedNs);
      charge(kernel, TRAP, 777);
    }
    for (const { nowNs, times } of processors.list)
      expect(times.reduce((sum, part) => sum + part, 0)).toBe(nowNs);
  }
});

test('[CPU9] whoever runs on when the run is over has lived as long as its parts say', () => {
  const { kernel, clients } = boot(onCpus(mixedCell(3, 'mach', 0), 3));
  while (stepKernel(kernel));
  const restarted = kernel.state.tasks[clients[2] as number] as TaskState;
  killTask(kernel, restarted.id);
  expect(lived(restarted)).toBe(restarted.sinceNs - restarted.startedNs);
});

test.each(Object.keys(pageTableFormats))(
  '[PMAP1] %s: what the hardware loses while several CPUs run is put back, and the programs end',
  (pageTable) => {
    const options = onCpus(mixedCell(3, 'mach', 0), 3);
    const { kernel } = boot({ ...options, machine: { ...options.machine, pageTable, drops: 2 } });
    let left = 100_000;
    while (left > 0 && stepKernel(kernel)) left--;
    expect(left).toBeGreaterThan(0);
    expect(kernel.state.table.counts.reloads).toBeGreaterThan(0);
  },
);
