/**
 * OPT at some sizes, by the kernel of that name (assembly/optimal-sizes.ts), 16 sizes at a time; where there
 * is none, or for many sizes of few pages, by its twin, which reckons every size in one pass
 * (lab/curves/optimal-curve.ts).
 */

import { optimalCurve } from '../curves/optimal-curve.ts';
import { advanceKernelBackward, ask, startKernel } from './kernel.ts';

const SIZES_TOGETHER = 16;
/** For so many sizes the twin's one pass is quicker, if pages are carried down no longer list than this. */
const SIZES_MANY = 128;
const PAGES_FEW = 1 << 13;

/** Faults of OPT with each of these numbers of frames, 1 or more, started empty. */
export function optimalFaults(
  runs: Uint32Array,
  pages: number,
  sizes: readonly number[],
): number[] {
  if (sizes.length > SIZES_MANY && pages < PAGES_FEW) return faultsOfTwin(runs, pages, sizes);
  const faults: number[] = [];
  for (let from = 0; from < sizes.length; from += SIZES_TOGETHER) {
    const some = faultsTogether(runs, pages, sizes.slice(from, from + SIZES_TOGETHER));
    if (some === null) return faultsOfTwin(runs, pages, sizes);
    faults.push(...some);
  }
  return faults;
}

function faultsTogether(
  runs: Uint32Array,
  pages: number,
  sizes: readonly number[],
): number[] | null {
  const kernel = startKernel('optimal-sizes', runs.length, pages, sizes.length);
  if (kernel === null) return null;
  for (const [at, frames] of sizes.entries()) ask(kernel, 'setFrames', at, frames);
  advanceKernelBackward(kernel, runs);
  ask(kernel, 'decide');
  return sizes.map((_, at) => ask(kernel, 'misses', at) >>> 0);
}

function faultsOfTwin(runs: Uint32Array, pages: number, sizes: readonly number[]): number[] {
  const curve = optimalCurve(runs, pages);
  return sizes.map((frames) => curve[Math.min(frames, pages)]);
}
