/** FreeBSD's queues: activity, laundry, the background. */

import { expect, test } from 'vitest';
import type { CentralView } from '../../../contracts/central-management.ts';
import type { PageLists } from '../../../contracts/page-lists.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import freebsd from '../../../servers/central/freebsd.ts';
import { task, writing } from '../../support/cells.ts';
import { central, pagerOf, steps } from '../../support/managements.ts';
import { loop, toReferenceString, traceL } from '../../support/reference-strings.ts';

interface State {
  readonly lists: PageLists;
  readonly activity: Uint8Array;
  laundered: number;
}

/** A view of pages whose bits a test sets; what is cleaned is clean at once. */
function scene(frames: number) {
  const referenced = new Set<number>();
  const modified = new Set<number>();
  const looks: string[] = [];
  const state = freebsd.create({
    pages: 64,
    guaranteedFrames: frames,
    parameters: freebsd.parameters ?? {},
    seed: 1,
    members: [{ name: 'one', firstPage: 0, pages: 64, parameters: {} }],
  }) as State;
  const view = {
    referenced: (page: number) => referenced.has(page),
    clearReferenced: (page: number) => referenced.delete(page),
    modified: (page: number) => modified.has(page),
    evictable: () => true,
    memberOf: (page: number) => (page >= 0 && page < 64 ? 0 : -1),
    freeFrames: () => 0,
    comingFrames: () => 0,
    clean(page: number) {
      if (!modified.delete(page)) return false;
      looks.push(`clean ${page}`);
      return true;
    },
  } as unknown as CentralView;
  const victim = () => {
    const page = freebsd.victim(state as never, view);
    freebsd.removed(state as never, page, view);
    return page;
  };
  const admit = (page: number) => freebsd.admitted(state as never, page, view);
  return { state, view, referenced, modified, looks, victim, admit };
}

test('a page that is found referenced lives as many scans longer as it has gained [CENT8]', () => {
  const { state, victim, admit, referenced } = scene(16);
  for (const page of [0, 1, 2, 3]) admit(page);
  referenced.add(1);
  expect(victim()).toBe(0);
  // 5 at the start, 4 for the reference; the others have lost one.
  expect([...state.activity.subarray(0, 4)]).toEqual([4, 9, 4, 4]);
  expect([victim(), victim(), victim()]).toEqual([2, 3, 1]);
});

test('dirty pages go to the laundry and are written after clean ones, in clusters [CENT3]', () => {
  const { state, victim, admit, modified, looks } = scene(16);
  for (let page = 0; page < 8; page++) {
    admit(page);
    if (page < 4) modified.add(page);
  }
  // All begin with the same count; one scan takes it down, of four dirty ones and a clean one.
  for (let page = 0; page < 8; page++) state.activity[page] = 1;
  expect([victim(), victim()]).toEqual([4, 0]);
  expect(looks).toEqual(['clean 1', 'clean 2', 'clean 3']);
});

test('a page of the laundry that is touched again is active again [CENT8]', () => {
  const { state, victim, admit, modified, referenced } = scene(16);
  for (const page of [0, 1]) {
    admit(page);
    modified.add(page);
  }
  admit(2);
  state.activity.fill(1);
  expect(victim()).toBe(2);
  referenced.add(0);
  expect(victim()).toBe(1);
  expect(state.activity[0]).toBeGreaterThan(4);
});

test('on trace L it does better than first in, first out, in every size of table 6.2 [CENT8]', () => {
  const program = toReferenceString(traceL(), { collapse: false });
  const hard = (management: 'freebsd', frames: number) => {
    const one = task('one', program, 'fifo', 1, { initial: 'image' });
    const world = central(management, frames, [one], { clock: 'references' });
    steps(world);
    return (world.kernel.state.finished[world.clients[0] as number] as TaskState).hardFaults;
  };
  // First in, first out: 4433 and 2125; its reserve of free frames costs it the smallest sizes.
  expect(hard('freebsd', 64)).toBeLessThan(4433);
  expect(hard('freebsd', 128)).toBeLessThan(2125);
});

test('the laundry is written in the background when it is large for what is clean [CENT4]', () => {
  const world = central('freebsd', 128, [task('one', writing(loop(160, 12)), 'fifo', 1)], {
    clock: 'references',
    oracles: true,
    central: {
      kernel: 'servers',
      defaultPager: 'server',
      pager: 'kernel',
      parameters: { freebsd: { period: 20 } },
    },
  });
  steps(world);
  expect(pagerOf(world).central?.cleanings).toBeGreaterThan(0);
  expect((pagerOf(world).policy as State).laundered).toBeGreaterThan(0);
});
