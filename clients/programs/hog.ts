/**
 * Hog: grabs memory step by step, holds it, and ends, which gives it back (after the hog beside
 * Viengoos' cache.c, Walfield 2009).
 *
 *   step, step, ... until it has `pages`;  then `hold` rounds more;  each ends with a rest
 *
 * At each step it writes to all that it has, so that whatever of it was taken is fetched again.
 */

import { type ReferenceString, WRITE } from '../../sim-hw/references.ts';
import { createScript, stop, touch, written } from './script.ts';

/** Grows by `step` pages to `pages`, then goes on for `hold` rounds; rests `restNs` after each. */
export function hog(pages: number, step: number, hold: number, restNs: number): ReferenceString {
  const script = createScript();
  const steps = Math.ceil(pages / step);
  for (let round = 1; round <= steps + hold; round++) {
    const has = Math.min(pages, round * step);
    for (let page = 0; page < has; page++) touch(script, page, WRITE);
    stop(script, restNs, 0);
  }
  return written(script);
}
