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
import { advanceKernel } from '../kernels/kernel.ts';
import { curveSoFar, type LruStream, startLruStream, takeRuns } from '../kernels/lru-curve.ts';
import { countsOfLanes, startLanes } from '../kernels/policies.ts';
import { isPolicyFile, policyOfText } from '../scenario/policy-names.ts';
import { pagesToldBy } from '../traces/compact-read.ts';
import { type ReadOptions, streamTrace } from '../traces/read-trace.ts';
import { choicesOf, policyText } from './choices.ts';
import { type Curves, type CurvesWanted, SIZES_A_KERNEL_JOB } from './curve.ts';
import { pointOf } from './points.ts';
import { sizesOf } from './sizes.ts';

/** The document that curvesOf (curve.ts) gives; null where it is of more than this, or there is no kernel. */
export async function streamedCurves(
  file: string,
  name: string,
  wanted: CurvesWanted,
  options: Omit<ReadOptions, 'collapse' | 'shared'>,
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
  options: Omit<ReadOptions, 'collapse' | 'shared'>,
  pool: Pool,
): Promise<Curves | null> {
  const { policies, traffic } = wanted;
  // What is cut may have fewer pages than the whole; a user's own policy has no kernel.
  const { name: policy } = policyOfText(policies, '--policy');
  if (options.limit !== undefined || isPolicyFile(policy)) return null;
  const told = await pagesToldBy(file);
  if (told === null || told === 0 || told > PAGES_MAX) return null;
  const sizes = sizesOf(wanted.sizes, told, '--sizes');
  const [choice] = await choicesOf(policies, '--policy', pool);
  if (sizes.length > SIZES_A_KERNEL_JOB) return null;
  const settings = { ...findPolicy(choice.name)?.parameters, ...choice.parameters };
  const kernel = startLanes(choice.name, settings, told, sizes);
  if (kernel === null) return null;
  const sink = (runs: Uint32Array): void => advanceKernel(kernel, runs);
  const { references, pageNumbers } = await streamTrace(file, sink, options);
  const points = countsOfLanes(kernel, sizes).map((counts) => pointOf(counts, traffic));
  const curve = { policy: policyText(choice), points };
  const pages = pageNumbers.length;
  return { of: 'misses', trace: name, references, pages, curves: [curve] };
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
