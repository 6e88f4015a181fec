import fc from 'fast-check';
import { expect, test } from 'vitest';
import fifo from '../../clients/policies/fifo.ts';
import { policies } from '../../clients/policies/index.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';
import { boot } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellTask } from '../../lab/run/cell-options.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { type PageKinds, PLAIN_PAGES } from '../../paging/page-kinds.ts';
import { DIRTY, isIdle } from '../../paging/page-word.ts';
import {
  createPriorities,
  firstByPriority,
  listPage,
  unlistPage,
} from '../../paging/priorities.ts';
import type { PagerState } from '../../paging/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop, randomPages, toReferenceString } from '../support/reference-strings.ts';

function ranked(...priorities: PageKinds['priorities'][number][]): Partial<CellTask> {
  return { kinds: { ...PLAIN_PAGES, priorities } };
}

function faultsOf(policy: string, more: Partial<CellTask>): number {
  const reads = toReferenceString(loop(60, 40), { collapse: false });
  const { tasks, oracles } = runCell({
    ...cell(40, [task('one', reads, policy, 40, more)]),
    oracles: true,
  });
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  return tasks[0]?.faults as number;
}

test('[POL5] pages of a higher priority stay: of a loop only the rest faults', () => {
  for (const policy of ['fifo', 'clock', 'lru', 'second-chance'] as const)
    expect(faultsOf(policy, {}), policy).toBe(2400);
  const kept = ranked({ pages: [0, 36], priority: 10 });
  for (const policy of ['fifo', 'clock', 'lru', 'second-chance', 'working-set'] as const)
    expect(faultsOf(policy, kept), policy).toBe(36 + 24 * 40);
});

test('[POL5] pages of a lower priority go first, whatever the policy would name', () => {
  const given = ranked({ pages: [36, 60], priority: -10 });
  // The 24 change places in four frames, at random: now and then one is still there.
  const faults = faultsOf('lru', given);
  expect(faults).toBeLessThanOrEqual(36 + 24 * 40);
  expect(faults).toBeGreaterThan(880);
});

/** Lower, own order, higher: pages 0 to 7, 16 on, 8 to 15. */
function rankOf(page: number): number {
  return page < 8 ? -3 : page < 16 ? 7 : 0;
}

test.each(Object.entries(policies))(
  '[POL5] under %s no page goes while one of a lower priority can',
  (name, policy) => {
    const groups = ranked({ pages: [0, 8], priority: -3 }, { pages: [8, 16], priority: 7 });
    let pager: PagerState | undefined;
    let evicted = 0;
    const looking = {
      ...(policy as Policy),
      removed(state: object, page: number, view: PolicyView) {
        evicted++;
        for (const [other, word] of (pager as PagerState).pageWord.entries()) {
          const canGo = isIdle(word) && !(pager?.cleanOnly === true && (word & DIRTY) !== 0);
          if (canGo)
            expect(rankOf(other), `${page}, not ${other}`).toBeGreaterThanOrEqual(rankOf(page));
        }
        policy.removed(state as never, page, view);
      },
    };
    const program = writing(randomPages(5, 1500, 30));
    const one = task('one', program, 'fifo', 8, { policy: looking, extra: 4, ...groups });
    const world = boot(cell(12, [one]));
    pager = world.kernel.receivers[world.clients[0] as number]?.state as PagerState;
    while (stepKernel(world.kernel));
    expect(evicted, name).toBeGreaterThan(100);
  },
);

test('[POL5] [POL3] a policy that names a page whose priority it was not asked about is named', () => {
  const stubborn = { ...(fifo as Policy), name: 'stubborn', victim: () => 0 };
  const one = task('one', writing(loop(12, 3)), 'fifo', 6, {
    policy: stubborn,
    ...ranked({ pages: [0, 2], priority: 5 }),
  });
  expect(() => runCell(cell(6, [one]))).toThrow(/policy 'stubborn' named page 0 as victim/);
});

test('[POL6] a policy sees what was declared, at no cost', () => {
  const seen: [number, boolean][] = [];
  const looking: Policy = {
    ...(fifo as Policy),
    admitted(state, page, view) {
      seen[page] = [view.priority(page), view.discardable(page)];
      expect([view.priority(99), view.discardable(99)]).toEqual([0, false]);
      fifo.admitted(state as never, page, view);
    },
  };
  const kinds = {
    ...PLAIN_PAGES,
    discardable: [[2, 4]] as const,
    priorities: [
      { pages: [0, 3] as const, priority: -64 },
      { pages: [3, 4] as const, priority: 63 },
    ],
  };
  const program = writing(loop(5, 4));
  const options = (policy: Policy) =>
    cell(5, [task('one', program, 'fifo', 5, { policy, kinds, initial: 'zero' })]);
  const [one] = runCell(options(looking)).tasks;
  expect(seen).toEqual([
    [-64, false],
    [-64, false],
    [-64, true],
    [63, true],
    [0, false],
  ]);
  expect(one?.timeNs).toEqual(runCell(options(fifo as Policy)).tasks[0]?.timeNs);
});

test('[POL5] of equal priorities any goes, by the seed', () => {
  const program = writing(randomPages(5, 800, 30));
  const one = task('one', program, 'fifo', 8, ranked({ pages: [0, 30], priority: 1 }));
  const faults = [1, 1, 2, 3].map((seed) => runCell(cell(8, [one], { seed })).tasks[0]?.faults);
  expect(faults[0]).toBe(faults[1]);
  expect(new Set(faults).size).toBeGreaterThan(1);
});

test('[POL5] lists of pages by priority are a naive table, whoever comes and goes', () => {
  const step = fc.record({ page: fc.nat(15), word: fc.constantFrom(0, 1, 33, 65, 97, 129) });
  const ranks = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 16, maxLength: 16 });
  const property = fc.property(ranks, fc.array(step, { maxLength: 60 }), fc.boolean(), check);
  fc.assert(property, { seed: 11, numRuns: 300 });
});

function check(
  ranks: readonly number[],
  steps: readonly { page: number; word: number }[],
  cleanOnly: boolean,
): void {
  const priorities = ranks.map((priority, at) => ({ pages: [at, at + 1] as const, priority }));
  const state = createPriorities({ ...PLAIN_PAGES, priorities }, 16, 5);
  if (state === null) return;
  const pageWord = new Uint32Array(16);
  const pager = { pageWord, cleanOnly, priorities: state } as unknown as PagerState;
  const canGo = (word: number) => isIdle(word) && !(cleanOnly && (word & DIRTY) !== 0);
  for (const { page, word } of steps) {
    if ((word & 1) === 1) listPage(state, page);
    else unlistPage(state, page);
    pageWord[page] = word;
    const pages = ranks.flatMap((rank, at) =>
      canGo(pageWord[at] as number) ? [{ rank, at }] : [],
    );
    if (pages.length === 0) continue;
    const least = Math.min(...pages.map(({ rank }) => rank));
    const chosen = firstByPriority(pager, state, pages.length);
    if (least === 0) expect(chosen).toBe(-1);
    else expect(pages).toContainEqual({ rank: least, at: chosen });
  }
}
