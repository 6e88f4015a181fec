import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ContractEvent } from '../../contracts/events.ts';
import { OP } from '../../contracts/messages.ts';
import { boot } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { type CapabilityTable, frameAt } from '../../nucleus/capabilities.ts';
import { deliverAll, send } from '../../nucleus/ipc.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { type PageKinds, PLAIN_PAGES } from '../../paging/page-kinds.ts';
import type { PagerState } from '../../paging/state.ts';
import { takeUnused } from '../../servers/memory/revocation/unused-runs.ts';
import { clientOf, type MemoryServerState } from '../../servers/memory/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop, randomPages } from '../support/reference-strings.ts';

const terms = { term: 0, graceExtra: 5000, graceShrink: 1e8, penalty: 'repossess' } as const;

/** A lender whose pages can all be made anew, and one who claims twelve of its sixteen frames. */
function lending(more: Partial<PageKinds>, rounds = 60_000): CellOptions {
  const kinds = { ...PLAIN_PAGES, discardable: [[0, 14] as const], flushPages: 8, ...more };
  const lender = task('lender', writing(loop(14, rounds)), 'fifo', 4, {
    initial: 'zero',
    extra: 12,
    kinds,
  });
  const late: Partial<CellTask> = { start: 60_000, initial: 'zero' };
  const claimant = task('claimant', writing(loop(12, 400)), 'lru', 12, late);
  return cell(16, [lender, claimant], { terms, slice: 5000 });
}

function watched(options: CellOptions) {
  const events: ContractEvent[] = [];
  const observer = (event: ContractEvent) => void events.push(event);
  const { tasks, oracles } = runCell({ ...options, oracles: true, observer });
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  const count = (kind: string) => events.filter((event) => event.kind === kind).length;
  return { tasks, notices: count('notice'), silent: count('silent') };
}

test('[POL12] [REV17] what a flush has freed is taken with no notice', () => {
  const told = watched(lending({}));
  const marked = watched(lending({ marksUnused: true }));
  expect(told.silent).toBe(0);
  expect(told.notices).toBeGreaterThan(8);
  expect(marked.silent).toBeGreaterThan(6);
  expect(marked.notices).toBeLessThan(told.notices / 2);
  for (const { tasks } of [told, marked]) {
    expect(tasks[0]).toMatchObject({ revocationsMissed: 0, lostFaults: 0 });
    expect(tasks[1]).toMatchObject({ faults: 12 });
  }
});

test('[POL12] who marks and still needs a frame asks first, and has what is there', () => {
  // Eight frames are freed for one: the lender wants most of them back.
  const options = lending({ marksUnused: true });
  const small = task('claimant', writing(loop(2, 400)), 'lru', 2, {
    start: 60_000,
    initial: 'zero',
  });
  const [lender] = watched({ ...options, tasks: [options.tasks[0] as CellTask, small] }).tasks;
  expect(lender).toMatchObject({ revocationsMissed: 0, lostFaults: 0, framesMax: 14 });
});

test('[POL12] a frame that is granted into the slot of one taken in silence is not a marked one', () => {
  const { kernel, clients, memory } = boot(lending({ marksUnused: true }));
  const id = clients[0] as number;
  const pager = kernel.receivers[id]?.state as PagerState;
  const server = kernel.receivers[memory]?.state as MemoryServerState;
  const marked = pager.unused?.marked as readonly number[];
  while (marked.length < 2 && stepKernel(kernel));
  const before = [...marked];
  expect(before.length).toBeGreaterThan(1);
  expect(takeUnused(kernel, server, clientOf(server, id), before.length)).toBe(before.length);
  for (const _ of before) send(kernel, id, pager.memoryPort, OP.allocate, 0, 0, 0, 0, 0);
  deliverAll(kernel);
  const table = kernel.state.capabilities[id] as CapabilityTable;
  const there = before.filter((slot) => frameAt(table, slot) >= 0);
  expect(there.length).toBeGreaterThan(0);
  // It counts each frame once: those that are there, and marked ones whose loss it has not learnt.
  const held = Array.from({ length: table.slots }, (_, slot) => slot).filter(
    (slot) => frameAt(table, slot) >= 0,
  );
  const unlearnt = marked.filter((slot) => frameAt(table, slot) < 0);
  expect(pager.held).toBe(held.length + unlearnt.length);
});

test('[POL12] any lender and claimant: every deadline is met, nothing is lost, books hold', () => {
  fc.assert(
    fc.property(fc.nat(999), fc.integer({ min: 1, max: 20 }), (seed, flushPages) => {
      const kinds = {
        ...PLAIN_PAGES,
        discardable: [[0, 10] as const],
        flushPages,
        marksUnused: true,
      };
      const lender = task('lender', writing(randomPages(seed, 3000, 18)), 'clock', 4, {
        initial: 'zero',
        extra: 12,
        kinds,
      });
      const claimants = [200_000, 700_000].map((start, i) =>
        task(`claimant${i}`, writing(randomPages(seed + i, 200, 7)), 'lru', 6, { start }),
      );
      const { tasks } = watched(
        cell(16, [lender, ...claimants], { terms: { ...terms, graceExtra: 50_000 }, slice: 5000 }),
      );
      expect(tasks[0]).toMatchObject({ revocationsMissed: 0, lostFaults: 0 });
    }),
    { seed: 8, numRuns: 30 },
  );
});
