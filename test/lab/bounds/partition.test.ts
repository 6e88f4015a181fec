import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseGuarantees, lruCurve } from '../../../lab/bounds/index.ts';
import { loop, toReferenceString, traceL } from '../../support/reference-strings.ts';

function curveOf(pages: readonly number[]): Float64Array {
  const { runs, pageNumbers } = toReferenceString(pages, { collapse: true });
  return lruCurve(runs, pageNumbers.length);
}

const faultsAt = (curve: Float64Array, frames: number): number =>
  curve[Math.min(frames, curve.length - 1)];

const total = (curves: readonly Float64Array[], frames: readonly number[]): number =>
  curves.reduce((sum, curve, task) => sum + faultsAt(curve, frames[task]), 0);

/** The least sum of faults, over all divisions of up to `budget` frames. */
function fewest(curves: readonly Float64Array[], budget: number, minimum: number): number {
  if (curves.length === 0) return 0;
  let best = Number.POSITIVE_INFINITY;
  const others = curves.slice(1);
  for (let frames = minimum; frames <= budget - minimum * others.length; frames++) {
    const rest = fewest(others, budget - frames, minimum);
    best = Math.min(best, faultsAt(curves[0], frames) + rest);
  }
  return best;
}

const drops = fc.array(fc.nat(50), { minLength: 1, maxLength: 12 });
/** Falling curves of any shape: steep, flat, with cliffs. */
const curveFrom = (fall: readonly number[]): Float64Array => {
  const curve = new Float64Array(fall.length + 1);
  for (let frames = fall.length - 1; frames >= 0; frames--)
    curve[frames] = curve[frames + 1] + fall[frames];
  return curve;
};
const falling = drops.map(curveFrom);
const fixed = { seed: 20_260_105, numRuns: 300 };

describe('chooseGuarantees', () => {
  test('hands out exactly the budget, within the caps', () => {
    const curves = fc.array(falling, { minLength: 1, maxLength: 4 });
    const property = fc.property(curves, fc.nat(40), fc.nat(3), (list, more, minimum) => {
      const budget = list.length * minimum + more;
      const frames = chooseGuarantees(list, budget, minimum);
      const caps = list.map((curve) => Math.max(minimum, curve.length - 1));
      const capSum = caps.reduce((sum, cap) => sum + cap, 0);
      expect(frames.reduce((sum, count) => sum + count, 0)).toBe(Math.min(budget, capSum));
      frames.forEach((count, task) => {
        expect(count).toBeGreaterThanOrEqual(minimum);
        expect(count).toBeLessThanOrEqual(caps[task]);
      });
    });
    fc.assert(property, fixed);
  });

  test('is the best of all divisions', () => {
    const curves = fc.array(falling, { minLength: 1, maxLength: 3 });
    const property = fc.property(curves, fc.nat(25), fc.nat(2), (list, more, minimum) => {
      const budget = list.length * minimum + more;
      const frames = chooseGuarantees(list, budget, minimum);
      expect(total(list, frames)).toBe(fewest(list, budget, minimum));
    });
    fc.assert(property, fixed);
  });

  test('carries a loop over the flat part to its cliff, when it pays', () => {
    const curves = [curveOf(traceL()), curveOf(loop(100, 200))];
    expect(chooseGuarantees(curves, 128, 8)).toEqual([28, 100]);
    // The cliff is out of reach: all that helps goes to trace L.
    expect(chooseGuarantees(curves, 96, 8)).toEqual([88, 8]);
  });

  test('divides by steps where there is much to divide', () => {
    const slope = Float64Array.from({ length: 9001 }, (_, frames) => 9000 - frames);
    const steeper = slope.map((faults) => 2 * faults);
    const frames = chooseGuarantees([slope, steeper], 10_000, 10);
    expect(frames[0] + frames[1]).toBe(10_000);
    expect(frames[1]).toBe(9000);
  });

  test('frames that save nothing go round', () => {
    const flat = Float64Array.of(9, 9, 9, 9, 9, 9);
    expect(chooseGuarantees([flat, flat, flat], 10, 1)).toEqual([4, 3, 3]);
    expect(chooseGuarantees([flat, Float64Array.of(9, 9)], 20, 1)).toEqual([5, 1]);
  });

  test('refuses a budget below the minimums', () => {
    expect(() => chooseGuarantees([Float64Array.of(1, 0)], 3, 4)).toThrow(RangeError);
    expect(chooseGuarantees([], 10, 4)).toEqual([]);
  });
});
