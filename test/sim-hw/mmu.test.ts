import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FREE_COSTS } from '../../lab/run/bare-kernel.ts';
import { createSpace } from '../../sim-hw/address-space.ts';
import { createFrames } from '../../sim-hw/frames.ts';
import { FAULTED, PROGRAM_ENDED, runBatch, TIME_UP } from '../../sim-hw/mmu.ts';
import { MODIFIED, REFERENCED, WRITABLE } from '../../sim-hw/page-table/format.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { FETCH, packRun, READ, type ReferenceString, WRITE } from '../../sim-hw/references.ts';
import { holds } from '../../sim-hw/tlb.ts';
import { createMmu, type Translation } from '../../sim-hw/translation.ts';
import { NaiveMmu } from '../support/naive-mmu.ts';

const PAGES = 24;
/** Small enough that everything is evicted again and again. */
const geometry = {
  name: 'small',
  summary: '',
  firstSets: 2,
  firstWays: 2,
  secondSets: 4,
  secondWays: 3,
};
const format = pageTableFormats['x86-64'] as NonNullable<(typeof pageTableFormats)[string]>;
const costs = { ...FREE_COSTS, secondTlbPs: 700, walkStartPs: 300, walkProbePs: 900 };

type Reference = readonly [page: number, kind: number];

function stringOf(references: readonly Reference[], collapse: boolean): ReferenceString {
  const runs: number[] = [];
  let length = 0;
  references.forEach(([page, kind], i) => {
    const [before, how] = references[i - 1] ?? [-1, -1];
    const again = collapse && before === page && how === kind && length < 64;
    length = again ? length + 1 : 1;
    if (again) runs.pop();
    runs.push(packRun(page, kind, length));
  });
  const pageNumbers = Float64Array.from({ length: PAGES }, (_, page) => page * 3 + 7);
  return { references: references.length, runs: Uint32Array.from(runs), pageNumbers };
}

interface Outcome {
  readonly faults: [at: number, protection: boolean][];
  references: number;
  secondLookups: number;
  walks: number;
  readonly holds: boolean[];
  readonly bits: number[];
  readonly versions: number[];
}

/** Runs the machine in batches of the given sizes; a fault maps the page, or lets it be written. */
function machine(program: ReferenceString, batches: readonly number[]): Outcome {
  const mmu = createMmu(geometry, PAGES, costs, false);
  const table = format.create(64, 1);
  const at: Translation = { mmu, frames: createFrames(64, 9), format, table };
  const space = createSpace(0, 0, program, 0);
  const outcome = { faults: [], references: 0, secondLookups: 0, walks: 0 } as unknown as Outcome;
  for (let batch = 0; ; batch++) {
    const end = runBatch(at, space, program, batches[batch % batches.length] as number);
    outcome.references += mmu.references;
    outcome.secondLookups += mmu.secondLookups;
    outcome.walks += mmu.walks;
    if (end === PROGRAM_ENDED) break;
    if (end === TIME_UP) {
      expect(mmu.references).toBeGreaterThan(0);
      continue;
    }
    expect(end).toBe(FAULTED);
    const page = (program.runs[space.cursor] as number) >>> 8;
    const pageNumber = program.pageNumbers[page] as number;
    outcome.faults.push([outcome.references, mmu.protection]);
    if (mmu.protection) {
      const index = format.find(table, 0, pageNumber);
      table.entries[index] = (table.entries[index] as number) | WRITABLE;
    } else format.enter(table, 0, pageNumber, page, 0, 0);
  }
  const entry = (page: number) => {
    const index = format.find(table, 0, program.pageNumbers[page] as number);
    return index < 0 ? 0 : (table.entries[index] as number) & 0xff;
  };
  const pages = Array.from({ length: PAGES }, (_, page) => page);
  return {
    ...outcome,
    holds: pages.map((page) => holds(mmu.tlb, space.unitOf[page] as number)),
    bits: pages.map(entry),
    versions: [...space.versions],
  };
}

const page = fc.oneof(fc.nat(5), fc.nat(PAGES - 1));
const kind = fc.constantFrom(READ, READ, FETCH, WRITE);
const references = fc
  .array(fc.tuple(page, kind, fc.constantFrom(1, 1, 2, 70)), { maxLength: 80 })
  .map((parts) =>
    parts.flatMap(([where, how, times]) => Array<Reference>(times).fill([where, how])),
  );

test('any split into batches gives what one batch gives: counts, faults, TLB, bits, versions', () => {
  const batches = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(references, batches, (all, sizes) => {
      const program = stringOf(all, true);
      expect(machine(program, sizes)).toEqual(machine(program, [2_000_000_000]));
    }),
    { seed: 121, numRuns: 400 },
  );
});

test('collapsed runs give what single references give', () => {
  fc.assert(
    fc.property(references, (all) => {
      const collapsed = machine(stringOf(all, true), [2_000_000_000]);
      expect(collapsed).toEqual(machine(stringOf(all, false), [2_000_000_000]));
      expect(collapsed.references).toBe(all.length);
    }),
    { seed: 122, numRuns: 400 },
  );
});

test('faults, look-ups, walks, TLB contents and bits are those of a naive machine', () => {
  fc.assert(
    fc.property(references, fc.integer({ min: 1, max: 9_000 }), (all, ticks) => {
      const program = stringOf(all, true);
      const naive = new NaiveMmu(geometry, program.pageNumbers);
      for (const [where, how] of all) naive.reference(where, how === WRITE);
      const real = machine(program, [ticks]);
      expect(real).toEqual({
        faults: naive.faults,
        references: all.length,
        secondLookups: naive.secondLookups,
        walks: naive.walks,
        holds: Array.from({ length: PAGES }, (_, i) => naive.holds(i)),
        bits: Array.from({ length: PAGES }, (_, i) => naive.bits(i)),
        versions: Array.from({ length: PAGES }, (_, i) => (naive.written.has(i) ? 1 : 0)),
      });
    }),
    { seed: 123, numRuns: 400 },
  );
});

test('a batch ends at the first moment past its ticks, and executes one reference at least', () => {
  const program = stringOf(Array<Reference>(50).fill([0, READ]), true);
  const mmu = createMmu(geometry, PAGES, costs, false);
  const table = format.create(64, 1);
  format.enter(table, 0, program.pageNumbers[0] as number, 3, 0, 0);
  const at: Translation = { mmu, frames: createFrames(64, 9), format, table };
  const space = createSpace(0, 0, program, 0);
  const counts = [1, 1, 1000, 1001, 2000, 7500].map((ticks) => {
    expect(runBatch(at, space, program, ticks)).toBe(TIME_UP);
    return mmu.references;
  });
  expect(counts).toEqual([1, 1, 1, 2, 2, 8]);
  expect(runBatch(at, space, program, 35_000)).toBe(PROGRAM_ENDED);
  expect(mmu.references).toBe(35);
});

test('a clock of references costs nothing for translation', () => {
  const program = stringOf(
    Array.from({ length: 20 }, (_, i) => [i % 5, READ] as const),
    true,
  );
  const mmu = createMmu(geometry, PAGES, costs, true);
  const table = format.create(64, 1);
  for (let i = 0; i < 5; i++) format.enter(table, 0, program.pageNumbers[i] as number, i, 0, 0);
  const at: Translation = { mmu, frames: createFrames(64, 9), format, table };
  const space = createSpace(0, 0, program, 0);
  expect(runBatch(at, space, program, 13)).toBe(TIME_UP);
  expect([mmu.references, space.cursor]).toEqual([13, 13]);
});

test('reading sets REFERENCED alone; writing MODIFIED too, and stamps the frame', () => {
  const program = stringOf(
    [
      [0, READ],
      [1, WRITE],
    ],
    true,
  );
  const { bits, versions, faults } = machine(program, [1_000_000]);
  expect((bits[0] as number) & (REFERENCED | MODIFIED)).toBe(REFERENCED);
  expect((bits[1] as number) & (REFERENCED | MODIFIED)).toBe(REFERENCED | MODIFIED);
  expect(versions.slice(0, 2)).toEqual([0, 1]);
  expect(faults).toEqual([
    [0, false],
    [1, false],
    [1, true],
  ]);
});
