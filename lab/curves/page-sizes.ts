/**
 * Page sizes: the same references in pages of 4 KiB to 2 MiB, under LRU, at every size from one pass.
 *
 *   memory      the same bytes in larger pages: fewer misses where neighbours are used, more where not
 *   TLB reach   as many entries of larger pages: what a fully associative TLB would miss
 */

import type { ReferenceString } from '../../sim-hw/references.ts';
import { fastLruCurve } from '../kernels/lru-curve.ts';
import { regroup } from '../scenario/units.ts';
import type { Curve } from './curve.ts';

const ORDERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const BASE_KIB = 4;

/** One curve a page size: misses in memories of `frames` base pages each. */
export function pageSizeCurves(program: ReferenceString, frames: readonly number[]): Curve[] {
  return curvesBy(program, (order) =>
    frames.flatMap((size) => {
      const units = Math.floor(size / 2 ** order);
      return units === 0 ? [] : [{ frames: size, units }];
    }),
  );
}

/** One curve a page size: misses of a TLB of `entries` entries, least recently used. */
export function tlbReachCurves(program: ReferenceString, entries: readonly number[]): Curve[] {
  return curvesBy(program, () => entries.map((count) => ({ frames: count, units: count })));
}

interface Asked {
  readonly frames: number;
  /** The same in pages of that size. */
  readonly units: number;
}

function curvesBy(program: ReferenceString, askedOf: (order: number) => Asked[]): Curve[] {
  return ORDERS.map((order) => {
    const { runs, pageNumbers } = order === 0 ? program : regroup(program, 2 ** order);
    const curve = fastLruCurve(runs, pageNumbers.length);
    const points = askedOf(order).map(({ frames, units }) => ({
      frames,
      misses: curve[Math.min(units, pageNumbers.length)],
    }));
    return { policy: sizeText(BASE_KIB * 2 ** order), points };
  });
}

function sizeText(kib: number): string {
  return kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`;
}
