/** Linux's two lists against arrays, refault distance, limits of control groups. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CentralManagement } from '../../../contracts/central-management.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import { groupsOf } from '../../../servers/central/linux/limits.ts';
import linux from '../../../servers/central/linux/linux.ts';
import { watermarks } from '../../../servers/central/linux/watermarks.ts';
import { task, writing } from '../../support/cells.ts';
import { central, pagerOf, steps } from '../../support/managements.ts';
import { loop } from '../../support/reference-strings.ts';
import { scene } from '../../support/scenes.ts';

const management = linux as CentralManagement;

/** The same for one group, in arrays that are searched. Returns what left at each touch. */
function naive(trace: readonly number[], frames: number): number[] {
  const inactive: number[] = [];
  const active: number[] = [];
  const referenced = new Set<number>();
  const marked = new Set<number>();
  const shadows = new Map<number, number>();
  let age = 0;
  const evict = () => {
    for (;;) {
      while (inactive.length < active.length) {
        const page = active.shift() as number;
        referenced.delete(page);
        marked.delete(page);
        inactive.push(page);
      }
      const page = inactive.shift() as number;
      if (!referenced.delete(page)) {
        shadows.set(page, age++);
        return page;
      }
      if (marked.delete(page)) {
        age++;
        active.push(page);
      } else {
        marked.add(page);
        inactive.push(page);
      }
    }
  };
  return trace.map((page) => {
    let left = -1;
    if (!inactive.includes(page) && !active.includes(page)) {
      if (inactive.length + active.length === frames) left = evict();
      const shadow = shadows.get(page);
      marked.delete(page);
      if (shadow !== undefined && age - shadow <= active.length) {
        active.push(page);
        age++;
      } else inactive.push(page);
      shadows.delete(page);
    }
    referenced.add(page);
    return left;
  });
}

test('what leaves is what leaves arrays with marks and shadows [CENT8]', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 19 }), { minLength: 50, maxLength: 400 }),
      fc.integer({ min: 2, max: 16 }),
      (trace, frames) => {
        const { touch, state } = scene(management, frames, 20);
        expect(trace.map((page) => touch(page))).toEqual(naive(trace, frames));
        expect(management.check?.(state)).toBeUndefined();
      },
    ),
    { numRuns: 200, seed: 8 },
  );
});

test('a page that comes back within the length of the active list is active at once [CENT8]', () => {
  const one = scene(management, 8, 40);
  // Hot pages, touched again whenever something else comes, become active.
  for (let at = 4; at < 40; at++) {
    for (const hot of [0, 1, 2, 3]) one.touch(hot);
    one.touch(at);
  }
  const { activatedRefaults } = one.state as { activatedRefaults: number };
  expect(activatedRefaults).toBe(0);
  // The last to leave is back after no other eviction but its own successor's.
  const left = one.touch(4);
  one.touch(left);
  expect((one.state as { activatedRefaults: number }).activatedRefaults).toBeGreaterThan(0);
});

test('tasks without limits are in the root group together, unless they are apart [CENT8]', () => {
  const members = [{}, { max: 5 }, {}, { low: 1 }].map((parameters, at) => ({
    name: `task${at}`,
    firstPage: at,
    pages: 1,
    parameters,
  }));
  const shared = groupsOf(members, false);
  expect([...shared.groupOf]).toEqual([0, 1, 0, 2]);
  expect(shared.limits).toMatchObject([{ max: 0 }, { max: 5 }, { low: 1 }]);
  expect([...groupsOf(members, true).groupOf]).toEqual([0, 1, 2, 3]);
});

test('watermarks follow the root of memory [CENT8]', () => {
  expect(watermarks(262_144)).toEqual({ freeMin: 1280, freeTarget: 1536 });
  // At most a 32nd of memory.
  expect(watermarks(1024)).toEqual({ freeMin: 26, freeTarget: 32 });
});

/** Frames that each of two tasks holds, when both go round many pages for a while. */
function shares(settings: Record<string, Record<string, number>>): [number, number, World] {
  const names = ['one', 'two'];
  const world = central(
    'linux',
    100,
    names.map((name) => task(name, writing(loop(80, 30)), 'fifo', 1)),
    {
      clock: 'references',
      slice: 200,
      oracles: true,
      central: {
        kernel: 'servers',
        defaultPager: 'server',
        pager: 'kernel',
        parameters: { linux: { period: 50 } },
        tasks: { linux: settings },
      },
    },
  );
  const sums = [0, 0];
  let looks = 0;
  steps(world, () => {
    const held = world.clients.map((id) => (world.kernel.state.tasks[id] as TaskState).framesHeld);
    const { references } = world.kernel.state;
    if (references < 1500 || references > 4000) return false;
    looks++;
    for (const at of [0, 1]) sums[at] = (sums[at] as number) + (held[at] as number);
    return false;
  });
  return [(sums[0] as number) / looks, (sums[1] as number) / looks, world];
}
type World = ReturnType<typeof central>;

test('without limits two that do the same hold about the same [CENT8]', () => {
  const [one, two] = shares({});
  expect(Math.abs(one - two)).toBeLessThan(12);
});

test('a group is never given more than its max, and pays with its own pages [CENT5]', () => {
  const [one, two, { kernel, clients }] = shares({ one: { max: 20 } });
  expect((kernel.state.finished[clients[0] as number] as TaskState).framesMax).toBe(20);
  expect(one).toBeGreaterThan(10);
  expect(two).toBeGreaterThan(45);
});

test('what a group has below its min or low is left to it [CENT5]', () => {
  for (const kind of ['min', 'low']) {
    const [one, two, { kernel, clients }] = shares({ one: { [kind]: 60 } });
    expect(one).toBeGreaterThanOrEqual(58);
    expect(two).toBeLessThan(40);
    expect(kernel.state.finished[clients[0] as number]).toMatchObject({ lostFaults: 0 });
  }
});

test('low protects until nobody else has any, min even then [CENT8]', () => {
  const held = (settings: Record<string, number>[]) => {
    const two = scene(management, 10, 10, settings);
    for (let page = 0; page < 5; page++) two.touch(page);
    for (let page = 10; page < 15; page++) two.touch(page);
    two.referenced.clear();
    return [two.victim(), two.victim()].map((page) => Math.floor(page / 10));
  };
  expect(held([{ low: 5 }, { low: 5 }])).toEqual([0, 1]);
  expect(held([{ min: 5 }, { low: 5 }])).toEqual([1, 1]);
  expect(held([{ low: 5 }, {}])).toEqual([1, 1]);
});

test('beyond high a group is taken from first, and gives the rest in a tick [CENT4]', () => {
  const [one, two] = shares({ one: { high: 25 } });
  expect(one).toBeLessThan(35);
  expect(two).toBeGreaterThan(40);
});

test('what it keeps free and counts is told [CENT8]', () => {
  const [, , world] = shares({});
  const { policy, spareLow } = pagerOf(world);
  expect(spareLow).toBe(watermarks(100).freeMin);
  expect(management.counters?.(policy)).toMatchObject({ refaults: expect.any(Number) });
});
