/**
 * Streamed curve: one policy, from file to curve, without keeping the runs. Each batch goes through the
 * kernel as it is read, while the next is unpacked: memory is that of the pages.
 *
 *   lru at several sizes    of any trace: its kernel grows with the pages
 *   at few sizes            of a compact trace, which says how many pages it has before its runs come
 */

import { findPolicy } from '../../clients/policies/index.ts';
import { PAGES_MAX } from '../../sim-hw/references.ts';
import type { Pool } from '../compare/pool.ts';
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
import { isPolicyFile, policyOfText } from '../scenario/policy-names.ts';
import { pagesToldBy } from '../traces/compact-told.ts';
import { type StreamOptions, streamTrace } from '../traces/read-trace.ts';
import { choicesOf, policyText } from './choices.ts';
import { type Curves, type CurvesWanted, sizesTogether } from './curve.ts';
import { pointOf } from './points.ts';
import { sizesOf } from './sizes.ts';

/** The document that curvesOf (curve.ts) gives; null where it is of more than this, or there is no kernel. */
export async function streamedCurves(
  file: string,
  name: string,
  wanted: CurvesWanted,
  options: StreamOptions,
  pool: Pool,
): Promise<Curves | null> {
  const { of, policies, sizes, traffic } = wanted;
  if (of !== 'misses' || policies.includes(',')) return null;
  // At one size the stack would be kept in more order than is asked for (points.ts).
  if (policies !== 'lru' || traffic || /^[\d.]+$/.test(sizes))
    return streamedLanes(file, name, wanted, options, pool);
  const stream = startLruStream();
  return stream && streamed(stream, file, name, sizes, options);
}

async function streamedLanes(
  file: string,
  name: string,
  wanted: CurvesWanted,
  options: StreamOptions,
  pool: Pool,
): Promise<Curves | null> {
  const { policies, traffic } = wanted;
  // What is cut, or read in larger pages, may have fewer than the file tells; a user's own policy has no kernel.
  const { name: policy } = policyOfText(policies, '--policy');
  if (options.limit !== undefined || options.pageBytes !== undefined) return null;
  if (isPolicyFile(policy)) return null;
  const told = await pagesToldBy(file);
  if (told === null || told === 0 || told > PAGES_MAX) return null;
  const sizes = sizesOf(wanted.sizes, told, '--sizes');
  const [choice] = await choicesOf(policies, '--policy', pool);
  if (sizes.length > sizesTogether(told)) return null;
  const settings = { ...findPolicy(choice.name)?.parameters, ...choice.parameters };
  const kernel = startLanes(choice.name, settings, told, sizes);
  if (kernel === null) return null;
  const sink = (runs: Uint32Array, pages: number): void => {
    requireTold(pages, told);
    advanceKernel(kernel, runs);
  };
  const window = kernelWindow(kernel, (count, pages) => {
    requireTold(pages, told);
    ask(kernel, 'advance', count);
  });
  const { references, pageNumbers, pageBytes } = await streamTrace(file, sink, {
    ...options,
    window,
  });
  const points = countsOfLanes(kernel, sizes).map((counts) => pointOf(counts, traffic));
  const curve = { policy: policyText(choice), points };
  const pages = pageNumbers.length;
  return { of: 'misses', trace: name, references, pages, pageBytes, curves: [curve] };
}

/** The kernel has room for the pages that the file told of when it was looked at first. */
function requireTold(pages: number, told: number): void {
  if (pages <= told) return;
  const expected = 'expected one that stays as it is while it is read';
  throw inputError('trace', `has been written anew meanwhile, ${expected}; try again`);
}

async function streamed(
  stream: LruStream,
  file: string,
  name: string,
  sizes: string,
  options: StreamOptions,
): Promise<Curves> {
  const sink = (runs: Uint32Array, pages: number): void => takeRuns(stream, runs, pages);
  const window = kernelWindow(stream.kernel, (count, pages) => takeWindow(stream, count, pages));
  const { references, pageNumbers, pageBytes } = await streamTrace(file, sink, {
    ...options,
    window,
  });
  const pages = pageNumbers.length;
  const curve = curveSoFar(stream, pages);
  const points = sizesOf(sizes, pages, '--sizes').map((frames) => ({
    frames,
    misses: curve[Math.min(frames, pages)] as number,
  }));
  return {
    of: 'misses',
    trace: name,
    references,
    pages,
    pageBytes,
    curves: [{ policy: 'lru', points }],
  };
}
