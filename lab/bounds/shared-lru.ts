/**
 * Shared LRU: the faults of one LRU for all tasks, at every memory size, on their lockstep
 * interleaving (as `interleaving.ts` has it): what memory that is not divided comes to.
 */

import { packRun, READ, type ReferenceString } from '../../sim-hw/references.ts';
import { lruCurve } from './lru-curve.ts';

/** References that are laid beside one another at most: bounds the memory that this takes. */
export const TOGETHER_MAX = 2 ** 26;

/**
 * faults[f] of one LRU with f frames, f = 0..all pages. Throws RangeError for more than TOGETHER_MAX
 * references.
 */
export function sharedLruCurve(strings: readonly ReferenceString[]): Float64Array {
  const references = strings.reduce((sum, string) => sum + string.references, 0);
  if (references > TOGETHER_MAX) throw new RangeError(`sharedLruCurve: ${references} references`);
  const pages = strings.reduce((sum, string) => sum + string.pageNumbers.length, 0);
  const together = new Uint32Array(references);
  const next = new Uint32Array(strings.length);
  const left = new Uint32Array(strings.length);
  let count = 0;
  while (count < references) {
    let first = 0;
    for (const [task, { runs, pageNumbers }] of strings.entries()) {
      if ((left[task] as number) === 0 && (next[task] as number) < runs.length)
        left[task] = ((runs[next[task]++] as number) & 63) + 1;
      if ((left[task] as number) > 0) {
        const run = runs[(next[task] as number) - 1] as number;
        together[count++] = packRun(first + (run >>> 8), READ, 1);
        left[task]--;
      }
      first += pageNumbers.length;
    }
  }
  return lruCurve(together, pages);
}
