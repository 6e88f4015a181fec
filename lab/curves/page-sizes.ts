/**
 * Page sizes: the same references in pages from those of the trace to 2 MiB, under LRU, at every size from
 * one pass.
 *
 *   memory      the same bytes in larger pages: fewer misses where neighbours are used, more where not
 *   TLB reach   as many entries of larger pages: what a fully associative TLB would miss
 *
 * Memory is counted in frames of 4 KiB (of the trace's own pages, where those are larger), whatever the
 * pages: so the same sizes mean the same bytes however fine the trace is.
 */

import { PAGE_BYTES } from '../../sim-hw/references.ts';
import { bytesText } from '../bytes-text.ts';
import { fastLruCurve } from '../kernels/lru-curve.ts';
import { regroup } from '../scenario/units.ts';
import { PAGE_BYTES_MAX, type Trace } from '../traces/trace.ts';
import type { Curve } from './curve.ts';

type Program = Pick<Trace, 'references' | 'runs' | 'pageNumbers' | 'pageBytes'>;

/** What a frame is where memory is of several page sizes. */
export function frameBytesOf({ pageBytes }: Pick<Trace, 'pageBytes'>): number {
  return Math.max(PAGE_BYTES, pageBytes);
}

/** Frames of that size that hold all pages of the trace. */
export function framesFor(program: Pick<Trace, 'pageNumbers' | 'pageBytes'>): number {
  const share = program.pageBytes / frameBytesOf(program);
  if (share === 1) return program.pageNumbers.length;
  return new Set(program.pageNumbers.map((page) => Math.floor(page * share))).size;
}

/** The page sizes of its curves, in bytes, in their order. */
export function pageSizesOf({ pageBytes }: Pick<Trace, 'pageBytes'>): number[] {
  const count = 1 + Math.log2(PAGE_BYTES_MAX / pageBytes);
  return Array.from({ length: count }, (_, order) => pageBytes * 2 ** order);
}

/**
 * One curve a page size: misses in memories of so many frames each, none where no page fits. Of a part of a
 * trace, `share` of its pages: in memories as much smaller.
 */
export function pageSizeCurves(program: Program, frames: readonly number[], share = 1): Curve[] {
  const frameBytes = frameBytesOf(program);
  return curvesBy(program, share, (size) =>
    frames.flatMap((count) => {
      const units = Math.floor((count * frameBytes) / size);
      return units === 0 ? [] : [{ frames: count, units }];
    }),
  );
}

/** One curve a page size: misses of a TLB of `entries` entries, least recently used. */
export function tlbReachCurves(program: Program, entries: readonly number[], share = 1): Curve[] {
  return curvesBy(program, share, () => entries.map((count) => ({ frames: count, units: count })));
}

interface Asked {
  readonly frames: number;
  /** The same in pages of that size. */
  readonly units: number;
}

function curvesBy(program: Program, share: number, askedOf: (size: number) => Asked[]): Curve[] {
  let grouped: Pick<Program, 'references' | 'runs' | 'pageNumbers'> = program;
  return pageSizesOf(program).map((size, order) => {
    // From the size before it, whose runs are fewer.
    if (order > 0) grouped = regroup(grouped, 2 ** order);
    const { runs, pageNumbers } = grouped;
    const curve = fastLruCurve(runs, pageNumbers.length);
    const points = askedOf(size).map(({ frames, units }) => {
      const scaled = Math.max(1, Math.round(units * share));
      return { frames, misses: curve[Math.min(scaled, pageNumbers.length)] };
    });
    return { policy: bytesText(size), points };
  });
}
