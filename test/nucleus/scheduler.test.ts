import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boot, type World } from '../../lab/run/boot.ts';
import { runCell, runWorld } from '../../lab/run/cell.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import { collect } from '../../lab/run/collect.ts';
import { charge } from '../../nucleus/clock.ts';
import { cloneKernel, type Receiver } from '../../nucleus/kernel.ts';
import { createMessage } from '../../nucleus/messages.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { defer } from '../../nucleus/starvation.ts';
import {
  FAULTING,
  IO_WAIT,
  isAlive,
  MESSAGE,
  type TaskState,
  WAITING_DEVICE,
} from '../../nucleus/tasks.ts';
import { pushEvent } from '../../sim-hw/event-queue.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop, randomPages, toReferenceString } from '../support/reference-strings.ts';

const reads = toReferenceString(loop(12, 30), { collapse: false });

function tasksOf(world: World): TaskState[] {
  return world.clients.map((id) => world.kernel.state.tasks[id] as TaskState);
}

function isWaiting({ status }: TaskState): boolean {
  return status === FAULTING || status === WAITING_DEVICE;
}

test('[TIME4] lockstep: one reference each by turns, and nobody overtakes a task that faults', () => {
  const tasks = [task('one', reads, 'lru', 5), task('two', reads, 'fifo', 12)];
  const world = boot(cell(17, tasks, { schedule: 'lockstep', slice: 1 }));
  let waited = 0;
  do {
    const [one, two] = tasksOf(world) as [TaskState, TaskState];
    const ahead = one.references - two.references;
    expect(ahead === 0 || ahead === 1).toBe(true);
    if (isWaiting(one)) waited++;
  } while (stepKernel(world.kernel));
  expect(waited).toBeGreaterThan(300);
});

test('[TIME3] counting references: a thread that worked past the moment of a device puts no clock back', () => {
  const world = boot(cell(10, [task('one', reads, 'lru', 5)], { clock: 'references' }));
  const { state } = world.kernel;
  const [id] = world.clients as [number];
  const worked = state.nowNs + 5000;
  const step = () => charge(world.kernel, MESSAGE, worked);
  const kernel = { ...world.kernel, receivers: [...world.kernel.receivers] };
  kernel.receivers[id] = { ...world.kernel.receivers[id], step } as Receiver;
  pushEvent(state.deviceEvents, state.nowNs + 1000, id, id, 0);
  defer(kernel, { ...createMessage(), from: id, to: id }, tasksOf(world)[0] as TaskState, false);
  stepKernel(kernel);
  expect(state.nowNs).toBeGreaterThanOrEqual(worked);
});

test('[TIME6] slices: while one task waits for a device another runs, unless overlap is off', () => {
  for (const overlap of [true, false]) {
    const tasks = [task('one', reads, 'lru', 5), task('two', reads, 'lru', 5)];
    const world = boot(cell(10, tasks));
    const kernel = { ...world.kernel, schedule: { ...world.kernel.schedule, overlap } };
    let overlapped = 0;
    do {
      const [one, two] = tasksOf(world) as [TaskState, TaskState];
      if (one.status === WAITING_DEVICE && two.status === WAITING_DEVICE) overlapped++;
    } while (stepKernel(kernel));
    expect(overlapped > 0, `overlap ${overlap}`).toBe(overlap);
  }
});

test('[TIME3] counted in references: nothing runs while a device is at work', () => {
  const tasks = [task('one', reads, 'lru', 5), task('two', reads, 'lru', 5)];
  const world = boot(cell(10, tasks, { clock: 'references', slice: 7 }));
  const kernel = { ...world.kernel, schedule: { ...world.kernel.schedule, overlap: true } };
  const { state } = kernel;
  const waiting = () => state.tasks.some(({ status }) => status === WAITING_DEVICE);
  let busy = 0;
  for (let more = true; more; ) {
    const before = state.references;
    if (waiting()) busy++;
    more = stepKernel(kernel);
    if (state.references > before) expect(waiting()).toBe(false);
  }
  expect(busy).toBeGreaterThan(100);
});

test('[TIME3] so faults do not depend on what translation costs', () => {
  const tasks = [task('one', reads, 'lru', 5), task('two', writing(loop(9, 40)), 'clock', 5)];
  const results = (['x86-64', 'rt-pc'] as const).map((pageTable) => {
    const base = cell(10, tasks, { clock: 'references', slice: 7 });
    const { tasks: done } = runCell({ ...base, machine: { ...base.machine, pageTable } });
    return done.map(({ faults, pageIns, pageOuts }) => [faults, pageIns, pageOuts]);
  });
  expect(results[0]).toEqual(results[1]);
});

test('a slice of references is what a task runs before another one does', () => {
  const ample = [task('one', reads, 'lru', 12), task('two', reads, 'lru', 12)];
  const options = cell(24, ample, { clock: 'references', slice: 20 });
  const world = boot(options);
  const trail: number[] = [];
  let last: number[] = [0, 0];
  while (stepKernel(world.kernel)) {
    const now = tasksOf(world).map(({ references }) => references);
    const who = now.findIndex((references, i) => references !== last[i]);
    if (who >= 0) for (let i = last[who] as number; i < (now[who] as number); i++) trail.push(who);
    last = now;
  }
  for (let at = 0; at < 400; at++) expect(trail[at], `${at}`).toBe(Math.floor(at / 20) % 2);
});

test('[TIME1] whatever runs, the parts of each task sum to its life, and stalls are not negative', () => {
  const management = fc.constantFrom(
    'contracts',
    'mach',
    'global-clock',
    'global-lru',
    'unlimited',
  );
  const shape = fc.record({
    management: management as fc.Arbitrary<CellOptions['management']>,
    schedule: fc.constantFrom<CellOptions['schedule']>('slices', 'lockstep'),
    clock: fc.constantFrom<CellOptions['clock']>('ns', 'references'),
    extra: fc.nat(6),
    spareFrames: fc.nat(2),
    seed: fc.nat(1000),
  });
  fc.assert(
    fc.property(shape, ({ management: who, schedule, clock, extra, spareFrames, seed }) => {
      const tasks = [
        task('one', writing(randomPages(seed + 1, 400, 15)), 'clock', 6, { extra }),
        task(
          'two',
          toReferenceString(randomPages(seed + 7, 300, 20), { collapse: true }),
          'lru',
          5,
        ),
      ];
      const slice = schedule === 'lockstep' ? 1 : 5000;
      // Mach keeps 15 pages free, so it needs some more.
      const more = { management: who, schedule, clock, slice, spareFrames } as const;
      for (const result of runCell(cell(40, tasks, more)).tasks) {
        const parts = Object.values(result.timeNs ?? {}) as number[];
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(result.virtualNs);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
        expect(result.stallNs).toBeLessThanOrEqual(result.virtualNs ?? 0);
      }
    }),
    { seed: 131, numRuns: 60 },
  );
});

test('[TIME7] a run cloned in the middle and continued ends as the original does', () => {
  const tasks = [
    task('one', writing(randomPages(3, 900, 15)), 'second-chance', 6, { extra: 4 }),
    task('two', reads, 'random', 5, { extra: 4 }),
  ];
  for (const steps of [1, 57, 333]) {
    const world = boot(cell(14, tasks));
    for (let step = 0; step < steps; step++) stepKernel(world.kernel);
    const copy = { ...world, kernel: cloneKernel(world.kernel) };
    const hash = hashState(world.kernel.state);
    runWorld(copy);
    expect(hashState(world.kernel.state)).toBe(hash);
    runWorld(world);
    expect(collect(copy, [])).toEqual(collect(world, []));
    expect(hashState(copy.kernel.state)).toBe(hashState(world.kernel.state));
  }
});

test('waiting for a device is I/O wait; who never waits for one has none', () => {
  const quiet = task('one', reads, 'lru', 12, { initial: 'zero' });
  const world = boot(cell(24, [quiet, task('two', reads, 'lru', 5)]));
  runWorld(world);
  const [one, two] = tasksOf(world).map((each) => each.times[IO_WAIT] as number);
  expect(one).toBe(0);
  expect(two).toBeGreaterThan(1e6);
  expect(tasksOf(world).some(isAlive)).toBe(false);
});
