import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cutTrace,
  mixTraces,
  readTrace,
  sampleTrace,
  splitTrace,
} from '../../../lab/traces/index.ts';
import { READ } from '../../../sim-hw/references.ts';
import { type Reference, referenceStrings, referencesIn, traceOf } from './traces-support.ts';

const TASK = 2 ** 44;

describe('cut', () => {
  test('gives the part that a slice of the references is', () => {
    fc.assert(
      fc.property(referenceStrings, fc.nat(600), fc.integer({ min: 1, max: 600 }), (all, at, n) => {
        const from = at % all.length;
        const part = cutTrace(traceOf(all), from, n);
        expect(part).toEqual(traceOf(all.slice(from, from + n)));
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  test('a part that is not there is refused', () => {
    const whole = traceOf([[1, READ]]);
    expect(() => cutTrace(whole, 1, 1)).toThrow('from 1 on 1, expected a part of its 1 references');
    expect(() => cutTrace(whole, 0, 0)).toThrow('expected a part');
  });
});

describe('mix', () => {
  const a = traceOf([1, 2, 3, 4, 5].map((page): Reference => [page, READ]));
  const b = traceOf([1, 1, 1].map((page): Reference => [page, READ]));

  test('turns of the quantum in the order given; pages of each program apart', () => {
    const pages = referencesIn(mixTraces([a, b], 2)).map(([page]) => page);
    expect(pages).toEqual([1, 2, TASK + 1, TASK + 1, 3, 4, TASK + 1, 5]);
  });

  test('whatever quantum and seed: each program keeps its references in their order', () => {
    fc.assert(
      fc.property(
        fc.array(referenceStrings, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 150 }),
        fc.option(fc.nat(99), { nil: undefined }),
        (strings, quantum, seed) => {
          const near = strings.map((all) =>
            all.map(([page, kind]): Reference => [page % 1000, kind]),
          );
          const traces = near.map((all) => traceOf(all));
          const mixed = mixTraces(traces, quantum, seed);
          expect(mixTraces(traces, quantum, seed)).toEqual(mixed);
          const found = referencesIn(mixed);
          for (const [task, all] of near.entries())
            expect(
              found
                .filter(([page]) => Math.floor(page / TASK) === task)
                .map(([page, kind]) => [page % TASK, kind]),
            ).toEqual(all);
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  test('split gives each program back, run by run, whatever turns they took', () => {
    const own = fc.array(referenceStrings, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(own, fc.integer({ min: 1, max: 150 }), fc.nat(99), (strings, quantum, seed) => {
        const traces = strings.map((all) =>
          traceOf(all.map(([page, kind]): Reference => [page % TASK, kind])),
        );
        const mixed = mixTraces(traces, quantum, seed);
        for (const [program, { runs, pageNumbers, references }] of traces.entries()) {
          const alone = splitTrace(mixed, program);
          expect([...alone.runs]).toEqual([...runs]);
          expect([...alone.pageNumbers]).toEqual([...pageNumbers]);
          expect(alone.references).toBe(references);
        }
      }),
      { seed: 12, numRuns: 60 },
    );
  });

  test('a program that is not in the mix, and a trace that is none, are refused', () => {
    expect(() => splitTrace(mixTraces([a, b], 2), 2)).toThrow(
      '2 programs, expected number 2 among them; there are 0 to 1',
    );
    expect(() => splitTrace(a, 0)).toThrow('it is no mixture');
  });

  test('a seed draws another order of rounds, the same each time', () => {
    const orders = [1, 2, 3, 4, 5, 6].map((seed) =>
      referencesIn(mixTraces([a, b], 1, seed)).map(([page]) => page),
    );
    expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
  });

  test('pages that would meet another program, and no program at all, are refused', () => {
    expect(() => mixTraces([traceOf([[TASK, READ]])], 1)).toThrow('below 2^44');
    expect(() => mixTraces([], 1)).toThrow('0 traces by 1, expected 1 to 256');
  });
});

describe('sample', () => {
  test('all references of a page or none, in their order; more with a higher rate', () => {
    fc.assert(
      fc.property(referenceStrings, fc.nat(1000), (all, seed) => {
        const whole = traceOf(all);
        expect(referencesIn(sampleTrace(whole, 1, seed))).toEqual(all);
        const parts = [0.3, 0.7].map((rate) => pagesOf(() => sampleTrace(whole, rate, seed)));
        for (const page of parts[0]) expect(parts[1]).toContain(page);
        const chosen = new Set(parts[1]);
        if (chosen.size > 0)
          expect(referencesIn(sampleTrace(whole, 0.7, seed))).toEqual(
            all.filter(([page]) => chosen.has(page)),
          );
      }),
      { seed: 13, numRuns: 60 },
    );
  });

  test('of many pages about the share that was asked for, neighbours or far apart', () => {
    for (const stride of [1, 4096, 2 ** 33]) {
      const whole = traceOf(
        Array.from({ length: 20_000 }, (_, i): Reference => [i * stride, READ]),
      );
      const share = sampleTrace(whole, 0.1, 1).pageNumbers.length / 20_000;
      expect(Math.abs(share - 0.1)).toBeLessThan(0.01);
      expect(sampleTrace(whole, 0.1, 2).pageNumbers).not.toEqual(
        sampleTrace(whole, 0.1, 1).pageNumbers,
      );
    }
  });

  test('a rate that cannot be, or that leaves nothing, is refused', () => {
    const whole = traceOf([[1, READ]]);
    for (const rate of [0, -1, 1.1, Number.NaN])
      expect(() => sampleTrace(whole, rate, 1)).toThrow(`rate ${rate}, expected`);
    expect(() => sampleTrace(whole, 1e-9, 1)).toThrow('none of 1 pages is in a sample');
  });

  /** Pages of a sample, none if it is refused for being empty. */
  function pagesOf(work: () => { pageNumbers: Float64Array }): number[] {
    try {
      return [...work().pageNumbers];
    } catch {
      return [];
    }
  }
});

test('the recorded traces can be cut as they are read', async () => {
  const file = new URL('../../../traces/matrix.lht', import.meta.url).pathname;
  const first = await readTrace(file, { limit: 5000 });
  expect(referencesIn(cutTrace(first, 1000, 500))).toEqual(referencesIn(first).slice(1000, 1500));
});
