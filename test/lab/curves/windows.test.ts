import fc from 'fast-check';
import { expect, test } from 'vitest';
import { workingSetCurve } from '../../../lab/bounds/working-set.ts';
import { windowCurves } from '../../../lab/curves/windows.ts';
import { packRun, type ReferenceString } from '../../../sim-hw/references.ts';

const anyProgram = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 5 })), {
    minLength: 1,
    maxLength: 80,
  })
  .map((words): ReferenceString => {
    const runs = Uint32Array.from(words, ([page, length]) => packRun(page, 0, length));
    const references = words.reduce((sum, [, length]) => sum + length, 0);
    return { runs, references, pageNumbers: new Float64Array(8) };
  });

const anyWindows = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 })
  .map((windows) => windows.sort((a, b) => a - b));

test('working sets: what the curve over all windows says at each', () => {
  fc.assert(
    fc.property(anyProgram, anyWindows, (program, windows) => {
      const whole = workingSetCurve(program, 60);
      for (const { window, frames, misses } of windowCurves(program, windows).workingSet) {
        expect(misses).toBe(whole.faults[window]);
        expect(frames).toBeCloseTo(whole.meanPages[window] as number, 9);
      }
    }),
  );
});

/** VMIN by its words: after each reference, keep the page if its next use is within the window. */
function naiveVmin(program: ReferenceString, window: number): { frames: number; misses: number } {
  const pages = [...program.runs].flatMap((run) =>
    Array.from({ length: (run & 63) + 1 }, () => run >>> 8),
  );
  let misses = 0;
  let held = 0;
  for (const [at, page] of pages.entries()) {
    const last = pages.lastIndexOf(page, at - 1);
    if (at === 0 || last < 0 || at - last > window) misses++;
    const next = pages.indexOf(page, at + 1);
    held += next >= 0 && next - at <= window ? next - at : 1;
  }
  return { frames: held / pages.length, misses };
}

test('vmin: the same faults in the least memory', () => {
  fc.assert(
    fc.property(anyProgram, anyWindows, (program, windows) => {
      const { workingSet, vmin } = windowCurves(program, windows);
      for (const [at, point] of vmin.entries()) {
        const naive = naiveVmin(program, point.window);
        expect(point.misses).toBe(naive.misses);
        expect(point.misses).toBe(workingSet[at]?.misses);
        expect(point.frames).toBeCloseTo(naive.frames, 9);
        expect(point.frames).toBeLessThanOrEqual((workingSet[at]?.frames ?? 0) + 1e-9);
      }
    }),
  );
});
