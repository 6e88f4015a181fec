import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addPages } from '../../../lab/traces/page-ranges.ts';
import {
  addReference,
  createReferenceLog,
  type LogOptions,
  type ReferenceLog,
  traceOfLog,
} from '../../../lab/traces/reference-log.ts';

const TWO_TO_32 = 4294967296;
type Range = [first: number, count: number, kind: number];

/** Pages close together and far apart, across 2^32 and at the end of what there is; the same ones again. */
const range = fc.tuple(
  fc.oneof(
    fc.nat(20),
    fc.integer({ min: TWO_TO_32 - 20, max: TWO_TO_32 + 5 }),
    fc.integer({ min: 2 ** 52 - 400, max: 2 ** 52 - 301 }),
  ),
  fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 300 })),
  fc.nat(2),
);

function logged(ranges: readonly Range[], options: LogOptions, add: typeof addPages): unknown {
  const log = createReferenceLog('x', options);
  for (const [first, count, kind] of ranges) add(log, first, count, kind);
  const { runs, ...rest } = traceOfLog(log, 'x', 'x');
  return { ...rest, runs: [...runs], left: log.limitLeft };
}

function oneByOne(log: ReferenceLog, first: number, count: number, kind: number): void {
  for (let page = first; page < first + count; page++)
    addReference(log, page | 0, Math.floor(page / TWO_TO_32), kind);
}

test('a range is a reference to each of its pages, whatever part of a trace is wanted', () => {
  const window = fc.oneof(
    fc.constant({}),
    fc.record({ skip: fc.nat(200), limit: fc.integer({ min: 1, max: 2000 }) }),
  );
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), window, (ranges, options) => {
      expect(logged(ranges, options, addPages)).toEqual(logged(ranges, options, oneByOne));
    }),
    { seed: 20261123, numRuns: 400 },
  );
});

test('the same page again and again fills runs, and a batch for a sink holds what fits', () => {
  const ranges: Range[] = Array.from({ length: 200 }, () => [7, 1, 0]);
  expect(logged(ranges, {}, addPages)).toMatchObject({ references: 200, lines: 0 });
  const many: Range[] = Array.from({ length: 40 }, (_, i) => [i * 65_536, 1 << 16, 1]);
  const taken: number[] = [];
  const sink = (runs: Uint32Array): void => void taken.push(runs.length);
  expect(logged(many, { sink }, addPages)).toMatchObject({ references: 40 << 16, runs: [] });
  expect(taken.length).toBeGreaterThan(1);
  expect(taken.reduce((all, some) => all + some)).toBe(40 << 16);
});
