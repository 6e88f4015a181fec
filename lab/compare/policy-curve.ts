/**
 * Policy curve: how often a task would fault at each number of frames if its own policy chose.
 *
 * A guarantee chosen from the curve of LRU would be wrong for a task that does not run LRU. So the
 * policy is simulated over the program alone, at a number of sizes. Between two sizes the curve stays
 * what it was at the smaller one: it promises nothing that was not seen.
 */

import type { Policy } from '../../contracts/policy.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { pointsOf } from '../curves/points.ts';

/** Sizes looked at, evenly spaced up to where the whole program fits. */
const CURVE_SIZES = 16;
/** Fewer frames than this nobody is granted. */
const FRAMES_LEAST = 4;

/**
 * Faults from empty memory by frames: entry f for f frames, entry 0 for none (each run faults). `isOurs`: the
 * policy is the house's.
 */
export function policyCurve(
  program: ReferenceString,
  policy: Policy,
  parameters: Readonly<Record<string, number>>,
  isOurs = false,
): Float64Array {
  const pages = program.pageNumbers.length;
  const curve = new Float64Array(pages + 1).fill(program.runs.length);
  let least = program.runs.length;
  let from = 1;
  const wanted = { parameters, frames: sizesOf(pages), traffic: false };
  for (const { frames, misses } of pointsOf(program, policy, isOurs, wanted)) {
    curve.fill(least, from, frames);
    // More memory may cost a policy more faults (Belady's anomaly); what is chosen from must not
    // rise.
    least = Math.min(least, misses);
    from = frames;
  }
  curve.fill(least, from);
  // Who gives pages up unasked may fault again where all would fit.
  if (policy.outside === undefined) curve[pages] = Math.min(least, pages);
  return curve;
}

/** Ascending, below all pages. */
function sizesOf(pages: number): number[] {
  const sizes: number[] = [];
  for (let step = 1; step < CURVE_SIZES; step++) {
    const frames = Math.round((pages * step) / CURVE_SIZES);
    if (frames >= FRAMES_LEAST && frames < pages && frames !== sizes.at(-1)) sizes.push(frames);
  }
  return sizes;
}
