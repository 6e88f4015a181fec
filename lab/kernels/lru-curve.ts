/**
 * LRU curve, by the kernel of that name where there is one (assembly/lru-curve.ts), else by its twin
 * (lab/bounds/lru-curve.ts): the same figures.
 */

import { lruCurve } from '../bounds/lru-curve.ts';
import { advanceKernel, ask, doublesAt, startKernel } from './kernel.ts';

/** Faults of LRU with f frames, for f = 0..pages; as `lruCurve` of lab/bounds. */
export function fastLruCurve(runs: Uint32Array, pages: number): Float64Array {
  const kernel = startKernel('lru-curve', pages);
  if (kernel === null) return lruCurve(runs, pages);
  advanceKernel(kernel, runs);
  return doublesAt(kernel, ask(kernel, 'result'), pages + 1);
}
