import fc from 'fast-check';
import { expect, test } from 'vitest';
import { admitted, lruCurve, utilisation } from '../../../lab/bounds/index.ts';
import { loop, toReferenceString, traceL } from '../../support/reference-strings.ts';

const L = toReferenceString(traceL(), { collapse: true });

test('a copy alone computes and waits by turns: its time is that of its references and its faults', () => {
  const strings = fc.array(fc.nat(9), { minLength: 1, maxLength: 80, size: 'max' });
  const property = fc.property(
    strings,
    fc.integer({ min: 1, max: 10 }),
    fc.nat(20),
    (pages, f, s) => {
      const program = toReferenceString(pages, { collapse: true });
      const faults = lruCurve(program.runs, program.pageNumbers.length);
      const count = faults[Math.min(f, faults.length - 1)];
      const { cpu, lifetime } = utilisation(program, 1, f, s);
      expect(cpu).toBeCloseTo(pages.length / (pages.length + s * count), 12);
      expect(lifetime).toBeCloseTo(pages.length / count, 12);
    },
  );
  fc.assert(property, { seed: 20_260_506, numRuns: 200 });
});

test('with a device that takes no time the CPU never waits, whatever the number of copies', () => {
  for (const copies of [1, 3, 9]) expect(utilisation(L, copies, 64, 0).cpu).toBe(1);
});

test('where every reference faults the device is what all wait for', () => {
  const program = toReferenceString(loop(10, 30), { collapse: true });
  // Three copies in 15 frames: 5 each, and a fault a reference. 8 units for each unit of CPU.
  expect(utilisation(program, 3, 15, 8).cpu).toBeCloseTo(1 / 8, 2);
});

test('the curve of trace L rises, collapses, and L = S stops before that', () => {
  const cpu = Array.from({ length: 12 }, (_, at) => utilisation(L, at + 1, 256, 8).cpu);
  expect(cpu[5]).toBeGreaterThan(cpu[1]);
  expect(cpu[11]).toBeLessThan(0.5 * cpu[5]);
  const limit = admitted(L, 16, 256, 8);
  expect(limit).toBe(8);
  expect(cpu[limit - 1]).toBeGreaterThan(0.95);
  expect(cpu[limit]).toBeLessThan(0.85);
});
