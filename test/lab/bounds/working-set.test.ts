/** Working set and page fault frequency beside naive versions that keep the sets themselves. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultFrequency, workingSetCurve } from '../../../lab/bounds/index.ts';
import { toReferenceString, traceL } from '../../support/reference-strings.ts';

const strings = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 80 });

/** The set after each reference is the pages of the last tau references. */
function naiveWorkingSet(pages: readonly number[], tau: number) {
  let faults = 0;
  let size = 0;
  for (const [now, page] of pages.entries()) {
    if (!pages.slice(Math.max(0, now - tau), now).includes(page)) faults++;
    size += new Set(pages.slice(Math.max(0, now - tau + 1), now + 1)).size;
  }
  return { faults, meanPages: size / pages.length };
}

function naiveFaultFrequency(pages: readonly number[], threshold: number) {
  let resident = new Set<number>();
  let sinceFault = new Set<number>();
  let lastFault = Number.NEGATIVE_INFINITY;
  let faults = 0;
  let size = 0;
  for (const [now, page] of pages.entries()) {
    if (!resident.has(page)) {
      faults++;
      if (now - lastFault >= threshold) resident = new Set(sinceFault);
      resident.add(page);
      sinceFault = new Set();
      lastFault = now;
    }
    sinceFault.add(page);
    size += resident.size;
  }
  return { faults, meanPages: size / pages.length };
}

test('the working set at every window, from one pass', () => {
  fc.assert(
    fc.property(strings, fc.boolean(), (pages, collapse) => {
      const { faults, meanPages } = workingSetCurve(toReferenceString(pages, { collapse }), 90);
      for (let tau = 1; tau <= 90; tau++) {
        const naive = naiveWorkingSet(pages, tau);
        expect(faults[tau]).toBe(naive.faults);
        expect(meanPages[tau]).toBeCloseTo(naive.meanPages, 9);
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('page fault frequency at every threshold', () => {
  fc.assert(
    fc.property(strings, fc.integer({ min: 1, max: 20 }), (pages, threshold) => {
      const naive = naiveFaultFrequency(pages, threshold);
      for (const collapse of [false, true]) {
        const found = faultFrequency(toReferenceString(pages, { collapse }), threshold);
        expect(found.faults).toBe(naive.faults);
        expect(found.meanPages).toBeCloseTo(naive.meanPages, 9);
      }
    }),
    { seed: 2, numRuns: 200 },
  );
});

test('mean size grows by the miss rate (Denning 1968), but for the end of the string', () => {
  const program = toReferenceString(traceL(), { collapse: true });
  const { faults, meanPages } = workingSetCurve(program, 1000);
  for (let tau = 1; tau < 1000; tau++) {
    const slope = (meanPages[tau + 1] as number) - (meanPages[tau] as number);
    const missRate = (faults[tau] as number) / program.references;
    expect(Math.abs(slope - missRate)).toBeLessThan(200 / program.references);
  }
});
