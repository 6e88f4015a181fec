/**
 * Trace L: a locality of 24 pages that moves every 2000 references, with one reference in ten
 * anywhere among 200 pages. Its fault counts are known for many policies, so it is an oracle.
 *
 * xorshift32 (Marsaglia 2003; shifts 13, 17, 5) from seed 2463534242, whatever the scenario's seed:
 * the string is one and the same everywhere. At a larger scale everything is so many times as large
 * or as long but the share of references that go anywhere: pages, locality, phases.
 */

import { createRandom } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

const SEED = 2463534242;
const PHASE = 2000;
const PAGES = 200;
const LOCALITY = 24;
const BASES = 177;

/** The first `references` references of trace L, `scale` times as large, all reads. */
export function traceL(references: number, scale = 1): ReferenceString {
  const order = new Uint32Array(references);
  let x = SEED;
  let base = 0;
  for (let at = 0; at < references; at++) {
    if (at % (PHASE * scale) === 0) {
      x = following(x);
      base = x % (BASES * scale);
    }
    x = following(x);
    const local = x % 100 < 90;
    x = following(x);
    order[at] = local ? base + (x % (LOCALITY * scale)) : x % (PAGES * scale);
  }
  return stringOfPages(order, 0, createRandom(0));
}

function following(x: number): number {
  let next = x ^ (x << 13);
  next ^= next >>> 17;
  next ^= next << 5;
  return next >>> 0;
}
