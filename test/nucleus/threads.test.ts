import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boot, type World } from '../../lab/run/boot.ts';
import { runCell, runWorld } from '../../lab/run/cell.ts';
import { collect } from '../../lab/run/collect.ts';
import { watch } from '../../lab/run/watch.ts';
import { cloneKernel, FAULT, type Receiver } from '../../nucleus/kernel.ts';
import { killTask } from '../../nucleus/life.ts';
import { protect } from '../../nucleus/memory-map.ts';
import type { Message } from '../../nucleus/messages.ts';
import type { Consistency } from '../../nucleus/processors.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { isAlive, KILLED, RESTING, type TaskState } from '../../nucleus/tasks.ts';
import { otherThreads, type ThreadGroup } from '../../nucleus/threads.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { inNucleus, onCpus, processorsOf, untilAllRun } from '../support/processors.ts';
import { loop } from '../support/reference-strings.ts';
import { threadedCell, threadedWorld } from '../support/threads.ts';

/** What a lecture would say of one task: pages that are mapped, and whose fault is being served. */
interface Naive {
  readonly mapped: Set<number>;
  serving: number;
  told: number;
  readonly wrong: string[];
}

function noteTold(naive: Naive, { w0: page, w2: mapped }: Message): void {
  naive.told++;
  if (naive.serving >= 0) naive.wrong.push(`${page} is told while ${naive.serving} is served`);
  naive.serving = page;
  if (naive.mapped.has(page) !== (mapped === 1)) naive.wrong.push(`${page}: mapped is ${mapped}`);
}

/** Follows the first task of `world` by what its kernel says, and by nothing that the kernel keeps. */
function follow({ kernel, clients, central }: World): Naive {
  const naive: Naive = { mapped: new Set(), serving: -1, told: 0, wrong: [] };
  const leader = clients[0] as number;
  const { probe } = kernel;
  if (probe === null) throw new Error('threads: nobody watches');
  const pager = kernel.receivers[central] as Receiver;
  kernel.receivers[central] = {
    ...pager,
    step(told, state, message) {
      if (message.op === FAULT && message.from === leader) noteTold(naive, message);
      pager.step(told, state, message);
    },
  };
  kernel.probe = {
    ...probe,
    mapped(told, id, page, frame) {
      if (id === leader) naive.mapped.add(page);
      probe.mapped(told, id, page, frame);
    },
    unmapped(told, space, page, entry) {
      if (space.id === 0) naive.mapped.delete(page);
      probe.unmapped(told, space, page, entry);
    },
    resumed(told, id, page, how) {
      if (id === leader && page !== naive.serving) naive.wrong.push(`${page} is resumed`);
      if (id === leader) naive.serving = -1;
      probe.resumed(told, id, page, how);
    },
  };
  return naive;
}

test('[CPU10] [CPU11] [CPU12] whatever runs, one fault of a task is told at a time, and only for what is not there', () => {
  const shape = fc.record({
    cpus: fc.integer({ min: 1, max: 5 }),
    frames: fc.integer({ min: 24, max: 60 }),
    management: fc.constantFrom('mach' as const, 'global-clock' as const, 'linux' as const),
    consistency: fc.constantFrom<Consistency[]>('interrupt', 'tolerate'),
    threads: fc.integer({ min: 2, max: 5 }),
    seed: fc.nat(1000),
    slice: fc.constantFrom(500, 20_000),
  });
  let lines = 0;
  let found = 0;
  fc.assert(
    fc.property(shape, (wish) => {
      let naive: Naive | undefined;
      const result = runCell(threadedCell(wish), (world) => {
        naive = follow(world);
        for (let _step = 0; stepKernel(world.kernel); _step++) {
          const { line, foundMapped } = world.kernel.state.groups[0] as ThreadGroup;
          lines += line.length > 0 ? 1 : 0;
          found = Math.max(found, foundMapped);
        }
      });
      expect(result.oracles.flatMap(({ violations }) => violations)).toEqual([]);
      expect(naive?.wrong).toEqual([]);
      const [many] = result.tasks;
      expect(many?.references).toBe(wish.threads * 300);
      expect(many?.threads).toHaveLength(wish.threads - 1);
      // Faults that were told, and those that found their page when their turn came.
      expect(many?.faults).toBe((naive?.told ?? 0) + (many?.foundMapped ?? 0));
      const { faults = 0, hardFaults = 0, softFaults = 0, lostFaults = 0 } = many ?? {};
      expect(faults).toBe(hardFaults + softFaults + lostFaults);
      for (const { timeNs, virtualNs } of many?.threads ?? [])
        expect(Object.values(timeNs).reduce((sum, part) => sum + part, 0)).toBe(virtualNs);
    }),
    { numRuns: 40, seed: 34 },
  );
  expect(lines).toBeGreaterThan(100);
  expect(found).toBeGreaterThan(0);
});

test('[CPU11] three that touch one page at once: one fault is told, the others find it mapped', () => {
  const program = writing([0]);
  const options = onCpus(
    cell(20, [{ ...task('many', program, 'clock', 4), threads: [program, program] }], {
      management: 'mach',
      oracles: true,
    }),
    3,
  );
  const world = boot(options);
  watch(world);
  const naive = follow(world);
  runWorld(world);
  const [many] = collect(world).tasks;
  expect(naive).toMatchObject({ told: 1, wrong: [] });
  expect(many).toMatchObject({ faults: 3, foundMapped: 2, hardFaults: 1, softFaults: 2 });
  expect(many?.threads?.every(({ faults }) => faults === 1)).toBe(true);
});

/** A task whose `threads` threads write to the same few pages, each on a CPU, and one CPU idle. */
function besideEachOther(threads: number): World {
  const program = writing(loop(6, 50_000));
  const others = Array.from({ length: threads - 1 }, () => program);
  const many = { ...task('many', program, 'clock', 6), threads: others };
  const world = boot(onCpus(cell(40, [many], { management: 'mach' }), threads + 1));
  untilAllRun(world);
  return world;
}

test.each([2, 4, 9])(
  '[CPU10] what is taken away is gone for all %i CPUs that run the space, in one round',
  (threads) => {
    const { kernel, central, clients } = besideEachOther(threads);
    const { counts, list, costs } = processorsOf(kernel);
    const running = () => list.filter(({ running: id }) => id !== 0).length;
    for (let left = 200; left > 0 && running() < threads; left--) stepKernel(kernel);
    expect(running()).toBe(threads);
    const before = { ...counts };
    inNucleus(kernel, () => protect(kernel, central, clients[0] as number, 0, false));
    expect(counts.shootdowns - before.shootdowns).toBe(1);
    expect(counts.interrupted - before.interrupted).toBe(threads);
    const ns = costs.shootdownBaseNs + threads * costs.shootdownCpuNs;
    expect(counts.initiatorNs - before.initiatorNs).toBe(ns);
    for (let step = 0; step < 200; step++) stepKernel(kernel);
    for (const { mmu } of list) expect(mmu.stale?.writes).toBe(0);
  },
);

test('[CPU10] threads that need nothing of each other run side by side', () => {
  const program = writing(loop(5, 400_000));
  const many = { ...task('many', program, 'clock', 6), threads: [program, program, program] };
  const took = [1, 2, 4].map((cpus) => {
    const world = boot(onCpus(cell(40, [many], { management: 'mach' }), cpus));
    runWorld(world);
    return world.kernel.state.nowNs;
  }) as [number, number, number];
  expect(took[0] / took[1]).toBeGreaterThan(1.6);
  expect(took[0] / took[2]).toBeGreaterThan(2.5);
});

test('[CPU12] the task lives as long as one of its threads, and is gone with the last', () => {
  const short = writing([0, 1]);
  const long = writing(loop(6, 2000));
  const many = { ...task('many', short, 'clock', 6), threads: [long, short] };
  const { kernel, clients } = boot(onCpus(cell(40, [many], { management: 'mach' }), 2));
  const first = kernel.state.tasks[clients[0] as number] as TaskState;
  const [lasts] = otherThreads(kernel.state, first) as [TaskState];
  let rested = 0;
  while (stepKernel(kernel)) {
    if (isAlive(lasts)) expect(isAlive(first)).toBe(true);
    if (isAlive(lasts) && first.status === RESTING) rested++;
  }
  expect(rested).toBeGreaterThan(0);
  expect(isAlive(first)).toBe(false);
  expect(first.endedNs).toBe(lasts.endedNs);
  expect(kernel.state.frames.mappedBy.every((key) => key === 0)).toBe(true);
});

test('[CPU12] a task that is killed takes its threads along, wherever they are', () => {
  for (let steps = 5; steps < 300; steps += 37) {
    const world = threadedWorld({ cpus: 3, frames: 26 });
    const { kernel, clients } = world;
    for (let step = 0; step < steps; step++) stepKernel(kernel);
    const id = clients[0] as number;
    const first = kernel.state.tasks[id] as TaskState;
    const others = otherThreads(kernel.state, first);
    killTask(kernel, (others[1] as TaskState).id);
    for (const thread of [first, ...others]) {
      expect(isAlive(thread)).toBe(false);
      const parts = thread.times.reduce((sum, part) => sum + part, 0);
      expect(parts).toBe(thread.endedNs - thread.startedNs);
    }
    expect(first.status).toBe(KILLED);
    expect(kernel.state.groups[0]).toMatchObject({ serving: -1, line: [], kinds: [] });
    runWorld(world);
  }
});

test('[TIME7] a run with threads cloned in the middle ends as the original does', () => {
  const world = threadedWorld({ cpus: 3, frames: 26 });
  for (let step = 0; step < 200; step++) stepKernel(world.kernel);
  const copy = { ...world, kernel: cloneKernel(world.kernel) };
  runWorld(world);
  runWorld(copy);
  expect(hashState(collect(copy))).toBe(hashState(collect(world)));
});
