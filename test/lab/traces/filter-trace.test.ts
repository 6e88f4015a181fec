import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beladyFaults, interleave, lruCurve } from '../../../lab/bounds/index.ts';
import { filterTrace, readTrace } from '../../../lab/traces/index.ts';
import type { Trace } from '../../../lab/traces/trace.ts';
import {
  FETCH,
  kindOfRun,
  lengthOfRun,
  pageOfRun,
  READ,
  WRITE,
} from '../../../sim-hw/references.ts';
import { type Reference, referencesIn, traceOf } from './traces-support.ts';

const FOLDER = join(import.meta.dirname, '../../../traces');

/** Loops, neighbours and jumps over few pages, so that windows overlap in every way. */
const strings: fc.Arbitrary<Reference[]> = fc
  .array(
    fc.record({
      page: fc.integer({ min: 0, max: 14 }),
      span: fc.integer({ min: 1, max: 5 }),
      rounds: fc.integer({ min: 1, max: 4 }),
      kind: fc.constantFrom(READ, WRITE, FETCH),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((parts) =>
    parts.flatMap(({ page, span, rounds, kind }) =>
      Array.from({ length: span * rounds }, (_, i) => [(page + (i % span)) % 17, kind] as const),
    ),
  );

function curveOf({ runs, pageNumbers }: Trace, from: number): number[] {
  return [...lruCurve(runs, pageNumbers.length)].slice(from);
}

function optimaOf(trace: Trace, sizes: readonly number[]): number[] {
  const strings = interleave([trace], Math.min(...sizes));
  return beladyFaults(strings, sizes).map(({ faults }) => faults);
}

test('random traces: LRU and the optimum fault as before at every size from the least on', () => {
  let dropped = 0;
  fc.assert(
    fc.property(strings, fc.integer({ min: 1, max: 18 }), (references, frames) => {
      const whole = traceOf(references);
      const reduced = filterTrace(whole, frames);
      dropped += whole.references - reduced.references;
      expect(curveOf(reduced, frames)).toEqual(curveOf(whole, frames));
      const sizes = Array.from({ length: 18 }, (_, i) => frames + i);
      expect(optimaOf(reduced, sizes)).toEqual(optimaOf(whole, sizes));
    }),
    { seed: 19990501, numRuns: 400 },
  );
  expect(dropped).toBeGreaterThan(1000);
});

test('a smaller memory than stated is not promised, and does differ', () => {
  const whole = traceOf([1, 2, 1, 3, 1, 2].map((page) => [page, READ]));
  const reduced = filterTrace(whole, 3);
  expect(referencesIn(reduced).map(([page]) => page)).toEqual([1, 2, 3, 1, 2]);
  expect(curveOf(reduced, 3)).toEqual(curveOf(whole, 3));
  expect(curveOf(reduced, 1).slice(0, 2)).not.toEqual(curveOf(whole, 1).slice(0, 2));
});

test('random traces: LRU evicts as many dirty pages as before', () => {
  fc.assert(
    fc.property(strings, fc.integer({ min: 1, max: 12 }), (references, frames) => {
      const whole = traceOf(references);
      for (const size of [frames, frames + 3])
        expect(dirtyEvictions(filterTrace(whole, frames), size)).toBe(dirtyEvictions(whole, size));
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('real traces: exact at every size from the least on, and much shorter', async () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.lht'))) {
    const whole = await readTrace(join(FOLDER, name), { limit: 400_000 });
    for (const frames of [16, 100]) {
      const reduced = filterTrace(whole, frames);
      expect(reduced.references * 3).toBeLessThan(whole.references);
      expect(curveOf(reduced, frames)).toEqual(curveOf(whole, frames));
      const sizes = [frames, frames + 1, 2 * frames, 4 * frames];
      expect(optimaOf(reduced, sizes)).toEqual(optimaOf(whole, sizes));
    }
  }
}, 120_000);

test('frames that cannot be are refused', () => {
  const whole = traceOf([[1, READ]]);
  for (const frames of [0, -1, 1.5, Number.NaN, 2 ** 25])
    expect(() => filterTrace(whole, frames)).toThrow(`${frames} frames, expected`);
});

/** A plain LRU list: pages that were written while resident and have left. */
function dirtyEvictions(trace: Trace, frames: number): number {
  const resident: { page: number; dirty: boolean }[] = [];
  let count = 0;
  for (const run of trace.runs) {
    const page = pageOfRun(run);
    const at = resident.findIndex((one) => one.page === page);
    const one =
      at < 0
        ? { page, dirty: false }
        : (resident.splice(at, 1)[0] as never as { page: number; dirty: boolean });
    one.dirty ||= kindOfRun(run) === WRITE && lengthOfRun(run) > 0;
    resident.unshift(one);
    if (resident.length > frames && resident.pop()?.dirty) count++;
  }
  return count;
}
