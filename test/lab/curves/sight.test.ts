import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { createInlinePool } from '../../../lab/compare/index.ts';
import {
  type SightRow,
  type SightsWanted,
  sightsOf,
  sightsTable,
} from '../../../lab/curves/index.ts';
import { faultsSoFar, simulate } from '../../../lab/curves/simulation.ts';
import { runCell } from '../../../lab/run/cell.ts';
import { CLIENT_TRANSFERS } from '../../../lab/run/layout.ts';
import { plainCell, plainTask } from '../../../lab/run/plain-cell.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { seedOf } from '../../../sim-hw/random.ts';
import { packRun, type ReferenceString } from '../../../sim-hw/references.ts';

const traceFile = (name: string) =>
  fileURLToPath(new URL(`../../../traces/${name}.lht`, import.meta.url));
const cc1plus = await readTrace(traceFile('cc1plus'), { limit: 100_000 });
const sqlite = await readTrace(traceFile('sqlite'), { limit: 100_000 });

const all = Object.values(policies);
const [variable, fixed] = [true, false].map((gives) =>
  all
    .filter((policy) => (policy.outside !== undefined) === gives)
    .map((policy) => [policy.name, policy] as const),
);

interface Counts {
  misses: number;
  faults: number;
  pageOuts: number;
  writeBacks: number;
}

/** The policy over the program in the curve engine, and alone in the machine. */
function both(policy: (typeof all)[number], program: ReferenceString, frames: number): Counts {
  const cell = plainCell([plainTask('alone', program, policy, frames)], frames);
  const seed = seedOf(cell.seed, 'policy alone');
  const [simulation] = simulate(policy, program, [frames], {}, seed);
  const [{ faults, pageOuts }] = runCell(cell).tasks;
  return { misses: faultsSoFar(simulation), faults, pageOuts, writeBacks: simulation.writeBacks };
}

const PAGES = 12;
/** Reads, writes and fetches; `reads`: none of them writes. */
function anyProgram(reads: boolean): fc.Arbitrary<ReferenceString> {
  const word = fc.tuple(fc.nat(PAGES - 1), fc.nat(2), fc.integer({ min: 1, max: 64 }));
  return fc.array(word, { minLength: 1, maxLength: 200, size: 'max' }).map((words) => {
    const runs = words.map(([page, kind, length]) => packRun(page, reads ? 0 : kind, length));
    const references = words.reduce((sum, [, , length]) => sum + length, 0);
    const pageNumbers = Float64Array.from({ length: PAGES }, (_, page) => page);
    return { runs: Uint32Array.from(runs), references, pageNumbers };
  });
}

test.each(fixed)(
  '[POL19] %s alone in the machine faults as often as it misses in the curve engine',
  (_name, policy) => {
    const frameCounts = fc.integer({ min: 1, max: PAGES });
    fc.assert(
      fc.property(anyProgram(false), frameCounts, (program, frames) => {
        const { misses, faults, pageOuts, writeBacks } = both(policy, program, frames);
        expect([faults, pageOuts]).toEqual([misses, writeBacks]);
      }),
      { seed: 20_261_122, numRuns: 25 },
    );
    for (const trace of [cc1plus, sqlite]) {
      const { misses, faults, pageOuts, writeBacks } = both(policy, trace, 60);
      expect([faults, pageOuts]).toEqual([misses, writeBacks]);
    }
  },
);

test.each(variable)(
  '[POL19] [POL16] %s, which gives up pages unasked, does so where none has to be written',
  (_name, policy) => {
    const frameCounts = fc.integer({ min: 1, max: PAGES });
    fc.assert(
      fc.property(anyProgram(true), frameCounts, (program, frames) => {
        const { misses, faults } = both(policy, program, frames);
        expect(faults).toBe(misses);
      }),
      { seed: 20_261_123, numRuns: 25 },
    );
    const { misses, faults } = both(policy, { ...cc1plus, runs: readsOf(cc1plus) }, 100);
    expect(faults).toBe(misses);
  },
);

function readsOf({ runs }: ReferenceString): Uint32Array {
  return runs.map((run) => packRun(run >>> 8, 0, (run & 63) + 1));
}

test('[POL16] a page that is given up and has to be written takes no other page along', () => {
  const { misses, faults, pageOuts, writeBacks } = both(policies.vmin, cc1plus, 100);
  expect(faults).toBe(misses);
  // Some are still being written when the program ends.
  expect(pageOuts).toBeLessThanOrEqual(writeBacks);
  expect(pageOuts).toBeGreaterThan(writeBacks - CLIENT_TRANSFERS);
});

const wanted: SightsWanted = {
  policies: 'clock,fifo',
  sizes: '60,100',
  costs: 'modern-nvme',
  pageTable: null,
};

test('beside who looks at bits stands who sees each reference; looks take time', async () => {
  const sights = await sightsOf(cc1plus, 'cc1plus.lht', wanted, createInlinePool());
  const rows = sights.rows.map(({ policy, frames }) => `${policy} ${frames}`);
  const each = (frames: number) =>
    ['clock', 'fifo', 'fifo-reinsertion'].map((p) => `${p} ${frames}`);
  expect(rows).toEqual([...each(60), ...each(100)]);
  for (const { policy, misses, faults, looks, scanNs, oracle } of sights.rows) {
    expect(faults).toBe(misses);
    expect(oracle).toBe(policy === 'clock' ? 'fifo-reinsertion' : null);
    expect(scanNs > 0 && Number.isInteger(looks) && looks > 0).toBe(policy === 'clock');
  }
  const table = sightsTable(sights);
  expect(table).toMatch(/^clock +hardware .* [+-]\d+\.\d % +[+-]\d+\.\d % +fifo-reinsertion$/m);
});

test('a page table without referenced bits makes the same looks dearer', async () => {
  const of = (pageTable: string | null) =>
    sightsOf(
      cc1plus,
      't',
      { ...wanted, policies: 'clock', sizes: '60', pageTable },
      createInlinePool(),
    );
  const [[bits, all], [softBits, softAll]] = [(await of(null)).rows, (await of('vax')).rows];
  const same = ({ frames, misses, faults, looks }: SightRow) => [frames, misses, faults, looks];
  expect(same(softBits)).toEqual(same(bits));
  expect(softBits.virtualNs - softAll.virtualNs).toBeGreaterThan(bits.virtualNs - all.virtualNs);
});

test('what is not there is refused by name', async () => {
  const pool = createInlinePool();
  const of = (wish: Partial<SightsWanted>) => sightsOf(cc1plus, 't', { ...wanted, ...wish }, pool);
  await expect(of({ costs: 'modern-nvm' })).rejects.toThrow(
    "--costs: is 'modern-nvm', expected a cost profile; did you mean 'modern-nvme'?",
  );
  await expect(of({ pageTable: 'vx' })).rejects.toThrow(/--page-table: is 'vx'.*'vax'/);
  await expect(of({ policies: 'clok' })).rejects.toThrow(/--policy: is 'clok'/);
});
