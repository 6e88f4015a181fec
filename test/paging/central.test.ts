/** What a management for all tasks may do beyond naming victims. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { boot, type World } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import { FAULTING, histogramQuantile, MESSAGE, type TaskState, TRAP } from '../../nucleus/tasks.ts';
import { PolicyFault } from '../../paging/policy-fault.ts';
import { bareCosts, type CostProfile, costProfiles } from '../../sim-hw/costs/index.ts';
import { createRandom, nextBelow } from '../../sim-hw/random.ts';
import { packRun, READ, WRITE } from '../../sim-hw/references.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { central, listed, managements, pagerOf, scripted, steps } from '../support/managements.ts';
import { toReferenceString } from '../support/reference-strings.ts';

const reading = (pages: readonly number[]) => toReferenceString(pages, { collapse: false });
const SWITCH_NS = bareCosts(costProfiles['modern-nvme'] as CostProfile).switchNs;
const image = { initial: 'image' } as const;

/** Unmaps each page as soon as the next one comes. */
const forgetful = scripted({
  admitted(line, page, view) {
    for (const other of line) view.unmap(other);
    line.push(page);
  },
});

test('a page that was unmapped comes back by a soft fault, and nothing moves [CENT1]', () => {
  const world = central(listed('forgetful', forgetful), 8, [
    task('one', reading([0, 1, 0, 1, 0]), 'fifo', 1, image),
  ]);
  const { kernel } = world;
  const id = world.clients[0] as number;
  steps(world);
  const one = kernel.state.finished[id] as TaskState;
  expect(one).toMatchObject({ faults: 3, hardFaults: 2, softFaults: 1, pageIns: 2, pageOuts: 0 });
  expect(pagerOf(world).central).toMatchObject({ rescues: 1, cleanings: 0 });
});

test('taking a page costs one mapping operation, having it back a trap and another [CENT1]', () => {
  const run = (management: 'global-clock') => {
    const one = task('one', reading([0, 1, 0, 1]), 'fifo', 1);
    const world = central(management, 8, [one]);
    steps(world);
    return [world.kernel.state.finished[world.clients[0] as number] as TaskState, world] as const;
  };
  const [plain] = run('global-clock');
  const [taken, { kernel }] = run(listed('forgetful', forgetful) as 'global-clock');
  const { trapNs, mapNs } = kernel.costs;
  expect((taken.times[TRAP] as number) - (plain.times[TRAP] as number)).toBe(trapNs);
  expect((taken.times[MESSAGE] as number) - (plain.times[MESSAGE] as number)).toBe(2 * mapNs);
});

test.each([
  ['written', WRITE, 1],
  ['read', READ, 0],
])(
  'of unmapped pages that were %s as many are stored before their frames are used [CENT2]',
  (_, kind, stored) => {
    const runs = [packRun(0, kind, 1), ...[1, 2].map((page) => packRun(page, READ, 1))];
    const program = { ...reading([0, 1, 2]), runs: Uint32Array.from(runs) };
    const world = central(listed('forgetful', forgetful), 2, [
      task('one', program, 'fifo', 1, image),
    ]);
    steps(world);
    const one = world.kernel.state.finished[world.clients[0] as number] as TaskState;
    expect(one.pageOuts).toBe(stored);
  },
);

test('a page that was cleaned stays, and is not written again when it goes [CENT3]', () => {
  const cleaned: number[] = [];
  const management = scripted({
    admitted(line, page, view) {
      for (const other of line) view.clean(other);
      line.push(page);
    },
    cleaned: (_, page) => {
      cleaned.push(page);
    },
  });
  const pages = [0, 1, 2, 3, 4, 5];
  const world = central(listed('cleaner', management), 3, [task('one', writing(pages), 'fifo', 1)]);
  steps(world);
  const one = world.kernel.state.finished[world.clients[0] as number] as TaskState;
  // The last one is neither cleaned nor given up.
  expect(one.pageOuts).toBe(cleaned.length);
  expect(new Set(cleaned).size).toBe(cleaned.length);
  expect(cleaned.length).toBeGreaterThan(2);
});

test('a page that is modified again after it was cleaned is written again [CENT3]', () => {
  const management = scripted({
    period: { ns: 50_000, references: 5 },
    ticked(line, view) {
      for (const page of line) view.clean(page);
      return 0;
    },
  });
  const pages = Array.from({ length: 4000 }, (_, at) => at % 2);
  const world = central(
    listed('sweeper', management),
    2,
    [task('one', writing([...pages, 2, 3]), 'fifo', 1)],
    { oracles: true, clock: 'references', slice: 10 },
  );
  steps(world);
  const one = world.kernel.state.finished[world.clients[0] as number] as TaskState;
  expect(one.pageOuts).toBeGreaterThan(4);
  expect(one.softFaults - one.compulsoryFaults).toBeGreaterThan(4);
});

test('it is called once a period, gives up what it says, and is charged to no task [CENT4]', () => {
  let ticks = 0;
  const management = scripted({
    period: { ns: 1000, references: 10 },
    ticked(line) {
      ticks++;
      return line.length;
    },
  });
  const pages = Array.from({ length: 100 }, (_, at) => at % 4);
  const options = { clock: 'references', slice: 1000 } as const;
  const run = (name: string) => {
    const world = central(
      name as 'mach',
      8,
      [task('one', reading(pages), 'fifo', 1, image)],
      options,
    );
    steps(world);
    return world.kernel.state.finished[world.clients[0] as number] as TaskState;
  };
  const plain = run('global-clock');
  const ticked = run(listed('ticking', management));
  // The tenth would come when the last task is over.
  expect(ticks).toBe(9);
  expect(plain.hardFaults).toBe(4);
  expect(ticked.hardFaults).toBe(4 + 4 * 9);
  // Each of its own faults costs what a plain one costs; it is switched to once.
  const each = ((plain.times[TRAP] as number) - SWITCH_NS) / plain.faults;
  expect(ticked.times[TRAP]).toBe(SWITCH_NS + each * ticked.faults);
});

test('a task that may have no free frame pays each fault with a page of its own [CENT5]', () => {
  const LIMIT = 3;
  const mine = (line: number[], member: number) =>
    line.filter((page) => (page >= 10 ? 1 : 0) === member);
  const management = scripted({
    mayTakeFree: (line, member) => member === 1 || mine(line, 0).length < LIMIT,
    victim: (line, view) =>
      mine(line, view.faulting()).find((page) => view.evictable(page)) ?? (line[0] as number),
  });
  const pages = Array.from({ length: 200 }, (_, at) => at % 10);
  const world = central(listed('limiting', management), 20, [
    task('one', writing(pages), 'fifo', 1),
    task('two', writing(pages), 'fifo', 1),
  ]);
  const [one, two] = world.clients as [number, number];
  steps(world);
  expect(world.kernel.state.finished[one]).toMatchObject({ faults: 200, framesMax: LIMIT });
  expect(world.kernel.state.finished[two]).toMatchObject({ faults: 10, framesMax: 10 });
});

test('who waits for a page of its own to be written keeps nobody from free frames [CENT5]', () => {
  const LIMIT = 3;
  const FRESH = 400;
  const mine = (line: number[]) => line.filter((page) => page < FRESH);
  const management = scripted({
    mayTakeFree: (_, member, view) => member === 1 || view.framesOf(0) < LIMIT,
    victim: (line, view) => mine(line).find((page) => view.evictable(page)) ?? -1,
  });
  const zero = { initial: 'zero' } as const;
  // Each page is new, so that its frame can only come from a page that is written before.
  const fresh = writing(Array.from({ length: FRESH }, (_, at) => at));
  const few = writing(Array.from({ length: 40 }, (_, at) => at));
  const world = central(
    listed('passing', management),
    200,
    [task('one', fresh, 'fifo', 1, zero), task('two', few, 'fifo', 1, { ...zero, start: 1e6 })],
    { slice: 1000 },
  );
  const [one, two] = world.clients as [number, number];
  steps(world);
  const finished = (id: number) => world.kernel.state.finished[id] as TaskState;
  expect(finished(one)).toMatchObject({ pageOuts: FRESH - LIMIT, framesMax: LIMIT });
  // It reads nothing and writes nothing back: none of its faults waits for a device.
  expect(finished(two)).toMatchObject({ faults: 40, softFaults: 40 });
  // A page is written in 27 us.
  expect(histogramQuantile(finished(two).histogram, 1)).toBeLessThan(10_000);
});

test('a task that is suspended executes nothing until it is resumed [CENT6]', () => {
  const seen: number[] = [];
  let tick = 0;
  const management = scripted({
    period: { ns: 1000, references: 50 },
    ticked(_, view) {
      tick++;
      if (tick === 2) view.suspend(1);
      if (tick >= 2) seen.push(view.taskTime(1));
      if (tick === 6) view.resume(1);
      return 0;
    },
  });
  const pages = Array.from({ length: 400 }, (_, at) => at % 4);
  const world = central(
    listed('stopping', management),
    20,
    [task('one', reading(pages), 'fifo', 1), task('two', reading(pages), 'fifo', 1)],
    { clock: 'references', slice: 5, oracles: true },
  );
  steps(world);
  const [at = -1] = seen;
  expect(seen.slice(0, 5)).toEqual([at, at, at, at, at]);
  expect(at).toBeLessThan(400);
  const two = world.kernel.state.finished[world.clients[1] as number] as TaskState;
  expect(two.references).toBe(400);
});

test('a fault of a suspended task is answered when it is resumed [CENT6]', () => {
  let tick = 0;
  const management = scripted({
    period: { ns: 1000, references: 20 },
    ticked(line, view) {
      tick++;
      if (tick === 1) view.suspend(1);
      if (tick === 3) view.resume(1);
      return tick === 2 ? line.length : 0;
    },
  });
  const pages = Array.from({ length: 100 }, (_, at) => at % 4);
  const world = central(
    listed('answering', management),
    20,
    [task('one', reading(pages), 'fifo', 1, image), task('two', reading(pages), 'fifo', 1, image)],
    { clock: 'references', slice: 3 },
  );
  let held = 0;
  steps(world, () => {
    if (pagerOf(world).central?.suspended[1] !== 0) held++;
    return false;
  });
  expect(held).toBeGreaterThan(0);
  const two = world.kernel.state.finished[world.clients[1] as number] as TaskState;
  expect(two).toMatchObject({ references: 100, faults: 8 });
});

test('a management that suspends every task has failed, by its name [CENT6]', () => {
  const management = scripted({
    period: { ns: 1000, references: 20 },
    ticked(_, view) {
      view.suspend(0);
      return 0;
    },
  });
  const world = central(
    listed('stifling', management),
    20,
    [task('one', reading(Array.from({ length: 100 }, () => 0)), 'fifo', 1)],
    { clock: 'references', slice: 3 },
  );
  expect(() => steps(world)).toThrow(PolicyFault);
  expect((world.kernel.state.tasks[world.clients[0] as number] as TaskState).status).toBe(FAULTING);
});

/** Two tasks that read and write at random, in too little memory. */
function random(seed: number, management: string, frames: number, clock: 'ns' | 'references') {
  const state = createRandom(seed);
  const program = () => {
    const pages = 4 + nextBelow(state, 40);
    const runs = Array.from({ length: 120 }, () =>
      packRun(nextBelow(state, pages), nextBelow(state, 2) === 0 ? READ : WRITE, 1),
    );
    const touched = [...new Set(runs.map((run) => run >>> 8))];
    const dense = runs.map((run) => packRun(touched.indexOf(run >>> 8), (run >>> 6) & 3, 1));
    return { ...reading(touched), runs: Uint32Array.from(dense), references: 120 };
  };
  return cell(
    frames,
    [
      task('one', program(), 'fifo', 1, image),
      task('two', program(), 'fifo', 1, { atEnd: 'restart' }),
      task('three', program(), 'fifo', 1, { killAt: clock === 'ns' ? 3e6 : 400 }),
    ],
    {
      management: management as 'mach',
      clock,
      slice: clock === 'ns' ? 100_000 : 20,
      oracles: true,
      seed,
    },
  );
}

const acting = Object.keys(managements).filter((name) => managements[name]?.control === 'pages');

test.each(['mach', ...acting])(
  'no page is lost or leaked under %s, whatever is asked [CENT1] [CENT2] [CENT3]',
  (name) => {
    listed(name, managements[name] as (typeof managements)[string]);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1 << 20 }),
        fc.integer({ min: 6, max: 60 }),
        fc.constantFrom('ns' as const, 'references' as const),
        (seed, frames, clock) => {
          const result = runCell(random(seed, name, frames, clock));
          for (const { violations } of result.oracles) expect(violations).toEqual([]);
          const again = runCell(random(seed, name, frames, clock));
          expect(again).toEqual(result);
        },
      ),
      { numRuns: 25, seed: 5 },
    );
  },
);

test.each(Object.keys(managements).filter((name) => managements[name]?.check !== undefined))(
  'the lists of %s add up after every step, and a run is the same again [CENT1]',
  (name) => {
    listed(name, managements[name] as (typeof managements)[string]);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1 << 20 }),
        fc.integer({ min: 6, max: 60 }),
        (seed, frames) => {
          const [world, again] = [0, 1].map(() =>
            boot({ ...random(seed, name, frames, 'ns'), oracles: false }),
          ) as [World, World];
          const pager = pagerOf(world);
          steps(world, () => {
            expect(managements[name]?.check?.(pager.policy)).toBeUndefined();
            return false;
          });
          steps(again);
          expect(hashState(again.kernel.state)).toBe(hashState(world.kernel.state));
          expect(hashState(pagerOf(again))).toBe(hashState(pager));
        },
      ),
      { numRuns: 3, seed: 6 },
    );
  },
);
