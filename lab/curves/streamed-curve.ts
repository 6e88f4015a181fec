/**
 * Streamed curve: LRU alone, from file to curve, without keeping the runs. Each batch goes through the
 * kernel as it is read, while the next is unpacked: memory is that of the pages.
 */

import { curveSoFar, type LruStream, startLruStream, takeRuns } from '../kernels/lru-curve.ts';
import { type ReadOptions, streamTrace } from '../traces/read-trace.ts';
import type { Curves, CurvesWanted } from './curve.ts';
import { sizesOf } from './sizes.ts';

/** The document that curvesOf (curve.ts) gives; null where it is of more than this, or there is no kernel. */
export async function streamedCurves(
  file: string,
  name: string,
  { of, policies, sizes, traffic }: CurvesWanted,
  options: Omit<ReadOptions, 'collapse' | 'shared'>,
): Promise<Curves | null> {
  // At one size the stack would be kept in more order than is asked for (points.ts).
  if (/^[\d.]+$/.test(sizes)) return null;
  if (of !== 'misses' || policies !== 'lru' || traffic) return null;
  const stream = startLruStream();
  return stream && streamed(stream, file, name, sizes, options);
}

async function streamed(
  stream: LruStream,
  file: string,
  name: string,
  sizes: string,
  options: Omit<ReadOptions, 'collapse' | 'shared'>,
): Promise<Curves> {
  const sink = (runs: Uint32Array, pages: number): void => takeRuns(stream, runs, pages);
  const { references, pageNumbers } = await streamTrace(file, sink, options);
  const pages = pageNumbers.length;
  const curve = curveSoFar(stream, pages);
  const points = sizesOf(sizes, pages, '--sizes').map((frames) => ({
    frames,
    misses: curve[Math.min(frames, pages)] as number,
  }));
  return { of: 'misses', trace: name, references, pages, curves: [{ policy: 'lru', points }] };
}
