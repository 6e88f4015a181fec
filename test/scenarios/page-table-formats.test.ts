/** One run on every page table: what it leaves behind is the same; what it costs is not. */

import { expect, test } from 'vitest';
import type { PageTableUse } from '../../lab/results.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellMachine, CellOptions } from '../../lab/run/cell-options.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { kindOfRun, type ReferenceString, WRITE } from '../../sim-hw/references.ts';
import { cell, task, writing } from '../support/cells.ts';
import { randomPages, toReferenceString } from '../support/reference-strings.ts';

/** Extras that come and go, a hoarder, scratch: much that could go differently. */
function mixed(machine: Partial<CellMachine>, more: Partial<CellOptions> = {}): CellOptions {
  const pages = (seed: number) => writing(randomPages(seed, 2500, 40));
  const tasks = [
    task('one', pages(3), 'clock', 12, { extra: 16, scratch: [[0, 5]], initial: 'zero' }),
    task('two', pages(5), 'lru', 10, { start: 600 }),
    task('three', pages(7), 'fifo', 6, { extra: 16, hostile: 'hoarder' }),
  ];
  const options = cell(40, tasks, {
    clock: 'references',
    slice: 50,
    terms: { term: 0, graceExtra: 40, graceShrink: 1e6, penalty: 'repossess' },
    tellsPageTable: true,
    oracles: true,
    ...more,
  });
  return { ...options, machine: { ...options.machine, ...machine } };
}

function use(options: CellOptions): PageTableUse {
  const { pageTable, oracles } = runCell(options);
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  return pageTable as PageTableUse;
}

/** Tasks on a page table, with frames for all. */
function cellOn(pageTable: string, tasks: CellOptions['tasks']): CellOptions {
  const options = cell(64, tasks, { tellsPageTable: true, oracles: true });
  return { ...options, machine: { ...options.machine, pageTable } };
}

/** What may not differ. */
function left({ contents, servers, faults }: PageTableUse) {
  return { contents, servers, faults };
}

const managements = ['contracts', 'mach', 'global-clock', 'global-lru'] as const;

test.each(managements)(
  '[PMAP2] %s: the same run on every page table',
  (management) => {
    const runs = Object.keys(pageTableFormats).map((pageTable) => ({
      pageTable,
      ...use(mixed({ pageTable }, { management })),
    }));
    const [first, ...others] = runs;
    expect(others.length).toBeGreaterThanOrEqual(8);
    for (const other of others) expect(left(other), other.pageTable).toEqual(left(first));
    expect(new Set(runs.map(({ tableBytes }) => tableBytes)).size).toBeGreaterThan(5);
    expect(new Set(runs.map(({ ns }) => ns)).size).toBeGreaterThan(5);
    const traps = Object.fromEntries(runs.map((run) => [run.pageTable, run.traps]));
    // Software fills this one's TLB: each miss is a trap, and more are when it writes.
    expect(traps.mips).toBeGreaterThan(first.tlbMisses);
    expect(traps.vax).toBeGreaterThan(0);
    expect([traps['x86-64'], traps['sun-3'], traps.ns32082]).toEqual([0, 0, 0]);
  },
  60_000,
);

test('the comparison can fail: another seed of a task, another slice', () => {
  const one = left(use(mixed({ pageTable: 'vax' })));
  const other = left(use(mixed({ pageTable: 'vax' }, { slice: 60 })));
  expect(other).not.toEqual(one);
});

test('[PMAP1] mappings dropped at random, of whatever page table, change nothing', () => {
  for (const pageTable of Object.keys(pageTableFormats)) {
    const whole = use(mixed({ pageTable }));
    const holed = use(mixed({ pageTable, drops: 3 }));
    expect(left(holed), pageTable).toEqual(left(whole));
    expect(holed.drops).toBeGreaterThan(1000);
    expect(holed.reloads).toBeGreaterThan(500);
    expect(holed.ns).toBeGreaterThan(whole.ns);
  }
}, 120_000);

test('[PMAP1] under Mach too, with nanoseconds for a clock: what pages hold is right', () => {
  for (const management of managements)
    expect(use(mixed({ drops: 3 }, { management, clock: 'ns' })).reloads).toBeGreaterThan(500);
});

test('[PMAP3] any number of hardware pages in a page: the same run', () => {
  const runs = [512, 1024, 4096, 8192, 65536].map((pageBytes) =>
    use(mixed({ pageTable: 'vax-linear', pageBytes })),
  );
  const [first] = runs;
  for (const run of runs) expect(left(run)).toEqual(left(first));
  expect(runs.map(({ hardwarePages }) => hardwarePages)).toEqual([1, 2, 8, 16, 128]);
  expect(runs.map((run) => run.tableBytes / first.tableBytes)).toEqual([1, 2, 8, 16, 128]);
  const folded = Object.keys(pageTableFormats).map((pageTable) =>
    left(use(mixed({ pageTable, pageBytes: 8192 }))),
  );
  for (const run of folded) expect(run).toEqual(left(first));
}, 120_000);

test('[PMAP4] the NS32082 takes writes for reads: contents stay right, for a fault more', () => {
  const mended = use(mixed({ pageTable: 'ns32082' }));
  const broken = use(mixed({ pageTable: 'ns32082', erratum: true }));
  expect(mended.misreports).toBe(0);
  expect(broken.misreports).toBeGreaterThan(1000);
  expect(broken.ns).toBeGreaterThan(mended.ns);
});

test('[PMAP5] bits set by software: a trap for each first touch, each first write, to the number', () => {
  const pages = randomPages(9, 1000, 30);
  const touched = new Set(pages).size;
  const run = (pageTable: string, program: ReferenceString) =>
    use(cellOn(pageTable, [task('alone', program, 'fifo', 30)]));
  for (const program of [toReferenceString(pages, { collapse: false }), writing(pages)]) {
    const writes = program.runs.some((word) => kindOfRun(word) === WRITE);
    // Everything stays in the TLB, so that misses are first touches: each faults, and is tried again.
    expect(run('vax', program)).toMatchObject({ tlbMisses: 2 * touched, traps: touched });
    expect(run('mips', program).traps).toBe(2 * touched + (writes ? touched : 0));
    expect(run('riscv-sv48', program).traps).toBe(0);
  }
});

test('[PMAP2] 2^40 bytes of addresses with few pages touched: tables grow with these alone', () => {
  const sparse = (pages: number): ReferenceString => {
    const program = toReferenceString([...Array(pages).keys()], { collapse: false });
    const step = Math.floor(2 ** 28 / pages);
    return { ...program, pageNumbers: program.pageNumbers.map((page) => page * step) };
  };
  for (const pageTable of ['x86-64', 'riscv-sv48']) {
    const bytes = [3, 30, 300].map((pages) => {
      const program = sparse(pages);
      expect(Math.max(...program.pageNumbers)).toBeGreaterThan(2 ** 28 * 0.6);
      const options = cell(512, [task('sparse', program, 'fifo', 512)], { tellsPageTable: true });
      const run = use({ ...options, machine: { ...options.machine, pageTable } });
      return run.tableBytes / 4096;
    });
    // A root, two nodes below it, and two of each page's own.
    expect(bytes).toEqual([9, 63, 603]);
  }
});
