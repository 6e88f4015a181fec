/** Writes that the hardware reports as reads, beside copies on write. */

import { expect, test } from 'vitest';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { formatFor, type PageTableFormat } from '../../../../../sim-hw/page-table/index.ts';
import { createDesk, get, given, PAGE, put, taskWith } from '../../../../support/memory-desk.ts';

const PAGES = 8;

function desk(erratum: boolean): mach.Vm {
  return createDesk({ format: formatFor({ pageTable: 'ns32082', erratum }) as PageTableFormat });
}

/** A parent's pages written, forked, written by the child: faults and misreports of that last part. */
function forked(erratum: boolean, readsFirst: boolean) {
  const vm = desk(erratum);
  const parent = taskWith(vm, PAGES);
  for (let page = 0; page < PAGES; page++) put(vm, parent, page, 10 + page);
  const child = given(mach.forkTask(vm, parent));
  const { counts, table } = vm.state;
  if (readsFirst) for (let page = 0; page < PAGES; page++) get(vm, child, page);
  const before = [counts.faults, counts.copyOnWriteFaults, table.counts.misreports];
  for (let page = 0; page < PAGES; page++) put(vm, child, page, 50 + page);
  for (let page = 0; page < PAGES; page++)
    expect([get(vm, parent, page), get(vm, child, page)]).toEqual([10 + page, 50 + page]);
  expect(mach.checkVm(vm)).toBeUndefined();
  const after = [counts.faults, counts.copyOnWriteFaults, table.counts.misreports];
  const [faults, copies, misreports] = after.map((count, at) => count - before[at]);
  return { faults, copies, misreports };
}

test('[PMAP4] a write to a page shared since a fork: read first, then copied, for a fault more', () => {
  // The parent's reads at the end fault where copies took its page from it: alike in both.
  const right = forked(false, false);
  const wrong = forked(true, false);
  expect(right).toMatchObject({ copies: PAGES, misreports: 0 });
  expect(wrong).toEqual({ faults: right.faults + PAGES, copies: PAGES, misreports: PAGES });
});

test('[PMAP4] a page that may be read already: its fault is the write, at once', () => {
  const right = forked(false, true);
  expect(right.copies).toBe(PAGES);
  expect(forked(true, true)).toEqual(right);
});

test('[PMAP4] a write to a page that may only be read is refused, however it is reported', () => {
  for (const erratum of [false, true]) {
    const vm = desk(erratum);
    const task = taskWith(vm, 2);
    put(vm, task, 0, 7);
    expect(mach.vmProtect(vm, task, 0, 2 * PAGE, mach.READ)).toBeUndefined();
    expect([put(vm, task, 0, 8), put(vm, task, 1, 8)]).toEqual([
      'PROTECTION_FAILURE',
      'PROTECTION_FAILURE',
    ]);
    expect([get(vm, task, 0), get(vm, task, 1)]).toEqual([7, 0]);
  }
});
