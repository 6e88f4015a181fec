/**
 * Streamed points: what one policy costs at some sizes, by its kernel while the file is read: no run is
 * kept. Memory is that of the pages.
 */

import { findPolicy } from '../../clients/policies/index.ts';
import { advanceKernel, ask } from '../kernels/kernel.ts';
import {
  curveSoFar,
  type LruStream,
  startLruStream,
  takeRuns,
  takeWindow,
} from '../kernels/lru-curve.ts';
import { countsOfLanes, startLanes } from '../kernels/policies.ts';
import { kernelWindow } from '../kernels/run-window.ts';
import { inputError } from '../scenario/input-error.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { type StreamOptions, streamTrace, type TraceSummary } from '../traces/read-trace.ts';
import { createLruParts } from './lru-parts.ts';
import { type Point, pointOf } from './points.ts';

export interface StreamWanted {
  readonly policy: PolicyChoice;
  readonly frames: readonly number[];
  readonly traffic: boolean;
  /** Pages that the file tells of: the kernel makes room for as many. */
  readonly told: number;
}

/** What the trace was, and one point a size. */
export interface StreamedPoints {
  readonly summary: Pick<TraceSummary, 'references' | 'pageBytes'> & { readonly pages: number };
  readonly points: readonly Point[];
}

/** null: the policy has no kernel, here or with these parameters. Refuses what streamTrace refuses. */
export async function streamedPoints(
  file: string,
  { policy, frames, traffic, told }: StreamWanted,
  options: StreamOptions,
): Promise<StreamedPoints | null> {
  // At one size the stack would be kept in more order than is asked for (points.ts).
  if (policy.name === 'lru' && frames.length > 1 && !traffic) {
    const stream = startLruStream();
    return stream && streamedLru(file, stream, () => frames, options);
  }
  const settings = { ...findPolicy(policy.name)?.parameters, ...policy.parameters };
  const kernel = startLanes(policy.name, settings, told, frames);
  if (kernel === null) return null;
  const sink = (runs: Uint32Array, pages: number): void => {
    requireTold(file, pages, told);
    advanceKernel(kernel, runs);
  };
  const window = kernelWindow(kernel, (count, pages) => {
    requireTold(file, pages, told);
    ask(kernel, 'advance', count);
  });
  const summary = summaryOf(await streamTrace(file, sink, { ...options, window }));
  return { summary, points: countsOfLanes(kernel, frames).map((one) => pointOf(one, traffic)) };
}

/** Faults of LRU at sizes that may depend on the pages there are: of any trace, since its kernel grows. */
export async function streamedLru(
  file: string,
  stream: LruStream,
  sizes: (pages: number) => readonly number[],
  options: StreamOptions,
): Promise<StreamedPoints> {
  const sink = (runs: Uint32Array, pages: number): void => takeRuns(stream, runs, pages);
  const window = kernelWindow(stream.kernel, (count, pages) => takeWindow(stream, count, pages));
  const later = createLruParts(stream, options.threads);
  const summary = summaryOf(await streamTrace(file, sink, { ...options, window, later }));
  const { pages } = summary;
  const curve = curveSoFar(stream, pages);
  await later.addTo(curve);
  const points = sizes(pages).map((frames) => ({
    frames,
    misses: curve[Math.min(frames, pages)],
  }));
  return { summary, points };
}

function summaryOf({
  references,
  pageNumbers,
  pageBytes,
}: TraceSummary): StreamedPoints['summary'] {
  return { references, pages: pageNumbers.length, pageBytes };
}

/** The kernel has room for the pages that the file told of when it was looked at first. */
function requireTold(file: string, pages: number, told: number): void {
  if (pages > told) throw writtenAnew(file);
}

export function writtenAnew(file: string) {
  const expected = 'expected one that stays as it is while it is read';
  return inputError(file, `has been written anew meanwhile, ${expected}; try again`);
}
