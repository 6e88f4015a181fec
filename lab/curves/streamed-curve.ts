/**
 * Streamed curves: from file to curve without keeping the runs (streamed-points.ts).
 *
 *   lru alone, several sizes  of any trace: its kernel grows with the pages
 *   one policy, few sizes     of a compact trace, which says how many pages it has before its runs come
 *   several, or more sizes    of a plain one: each job reads the file again, which is quick
 */

import { PAGES_MAX } from '../../sim-hw/references.ts';
import type { Pool } from '../compare/pool.ts';
import { startLruStream } from '../kernels/lru-curve.ts';
import { isPolicyFile, policyOfText } from '../scenario/policy-names.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { type CompactHeader, PLAIN_VERSION } from '../traces/compact-layout.ts';
import { headerIn } from '../traces/compact-told.ts';
import type { StreamOptions } from '../traces/read-trace.ts';
import { choicesOf, policyText } from './choices.ts';
import { costAt, costOf, isKernel } from './costs.ts';
import { type Curves, type CurvesWanted, sizesInParts } from './curve.ts';
import { isOnePass } from './points.ts';
import { sizesOf } from './sizes.ts';
import {
  type StreamedPoints,
  type StreamWanted,
  streamedLru,
  streamedPoints,
  writtenAnew,
} from './streamed-points.ts';

/** The document that curvesOf (curve.ts) gives; null where it is of more than this, or there is no kernel. */
export async function streamedCurves(
  file: string,
  name: string,
  wanted: CurvesWanted,
  options: StreamOptions,
  pool: Pool,
): Promise<Curves | null> {
  const { of, policies, sizes, traffic } = wanted;
  if (of !== 'misses') return null;
  if (policies === 'lru' && !traffic && !/^[\d.]+$/.test(sizes)) {
    const stream = startLruStream();
    if (stream === null) return null;
    const sizesFor = (pages: number): number[] => sizesOf(sizes, pages, '--sizes');
    const { summary, points } = await streamedLru(file, stream, sizesFor, options);
    return { of, trace: name, ...summary, curves: [{ policy: 'lru', points }] };
  }
  // What is cut, or read in larger pages, may have fewer than the file tells; a user's own policy has no kernel.
  if (options.limit !== undefined || options.pageBytes !== undefined) return null;
  const names = policies.split(',').map((part) => policyOfText(part.trim(), '--policy').name);
  if (names.some(isPolicyFile)) return null;
  const header = await headerIn(file);
  if (header === null || header.pages === 0 || header.pages > PAGES_MAX) return null;
  const all = sizesOf(sizes, header.pages, '--sizes');
  const choices = await choicesOf(policies, '--policy', pool);
  const parts = await pointsOfAll(file, header, choices, all, traffic, options, pool);
  const summary = parts?.[0]?.[0].summary;
  if (!parts || !summary) return null;
  const curves = choices.map((choice, at) => {
    const points = parts[at].flatMap((part) => part.points);
    return { policy: policyText(choice), points: points.sort((a, b) => a.frames - b.frames) };
  });
  return { of, trace: name, ...summary, curves };
}

/** By policy, what its sizes cost in one part or more; null: it is not for streams. */
async function pointsOfAll(
  file: string,
  { pages, version }: CompactHeader,
  choices: readonly PolicyChoice[],
  sizes: readonly number[],
  traffic: boolean,
  options: StreamOptions,
  pool: Pool,
): Promise<StreamedPoints[][] | null> {
  if (!choices.every((policy) => isKernel(policy))) return null;
  const jobs = choices.map((policy) => {
    const isOne = isOnePass(policy.name, traffic) && !traffic;
    const parts = isOne ? [sizes] : sizesInParts(sizes, pages);
    return parts.map((frames): StreamWanted => ({ policy, frames, traffic, told: pages }));
  });
  if (jobs.length === 1 && jobs[0].length === 1) {
    const alone = await streamedPoints(file, jobs[0][0], options);
    return alone && [[alone]];
  }
  const isAsked = options.format !== undefined || options.columns !== undefined;
  if (version !== PLAIN_VERSION || isAsked) return null;
  const running = new Map<StreamWanted, Promise<StreamedPoints | null>>();
  const inOrder = jobs.flat().sort((a, b) => costOf(b.policy) - costOf(a.policy));
  for (const wanted of inOrder) {
    const label = `${policyText(wanted.policy)} at ${wanted.frames.length} sizes`;
    running.set(wanted, pool.run({ kind: 'stream', file, cost: costAt(wanted), ...wanted }, label));
  }
  const found = await Promise.all(
    jobs.map((some) => Promise.all(some.map((one) => running.get(one)))),
  );
  const whole = found.flat();
  if (whole.some((part) => !part)) return null;
  const [first] = whole as StreamedPoints[];
  for (const part of whole as StreamedPoints[])
    if (JSON.stringify(part.summary) !== JSON.stringify(first.summary)) throw writtenAnew(file);
  return found as StreamedPoints[][];
}
