/**
 * LRU curve, by the kernel of that name where there is one (assembly/lru-curve.ts), else by its twin
 * (lab/bounds/lru-curve.ts): the same figures.
 */

import { lruCurve } from '../bounds/lru-curve.ts';
import { inputError } from '../scenario/input-error.ts';
import { advanceKernel, ask, doublesAt, type Kernel, startKernel } from './kernel.ts';

/** Faults of LRU with f frames, for f = 0..pages; as `lruCurve` of lab/bounds. */
export function fastLruCurve(runs: Uint32Array, pages: number): Float64Array {
  const kernel = startKernel('lru-curve', pages);
  if (kernel === null) return lruCurve(runs, pages);
  advanceKernel(kernel, runs);
  return doublesAt(kernel, ask(kernel, 'result'), pages + 1);
}

/** A curve in the making, of runs that stream by and are not kept. */
export interface LruStream {
  readonly kernel: Kernel;
  /** Pages that the kernel has room for. */
  pages: number;
  /** Runs so far. */
  runs: number;
}

const PAGES_FIRST = 1 << 12;

/** A stream that nothing has gone through; null where there are no kernels: then runs must be kept. */
export function startLruStream(): LruStream | null {
  const kernel = startKernel('lru-curve', PAGES_FIRST);
  return kernel === null ? null : { kernel, pages: PAGES_FIRST, runs: 0 };
}

/** The kernel counts the runs of each distance in 32 bits. */
export const RUNS_MAX = 0xffffffff;

/** Takes the next runs in, whose page ids are below `pages`. Throws InputError beyond 2^32 - 1 runs. */
export function takeRuns(stream: LruStream, runs: Uint32Array, pages: number): void {
  makeRoom(stream, runs.length, pages);
  advanceKernel(stream.kernel, runs);
}

/** Takes in the first `count` runs of the kernel's window, as takeRuns does. */
export function takeWindow(stream: LruStream, count: number, pages: number): void {
  makeRoom(stream, count, pages);
  ask(stream.kernel, 'advance', count);
}

function makeRoom(stream: LruStream, count: number, pages: number): void {
  stream.runs += count;
  if (stream.runs > RUNS_MAX)
    throw inputError(
      'trace',
      `has more than ${RUNS_MAX} runs, expected fewer for an exact curve; take --sample or --limit`,
    );
  if (pages > stream.pages) {
    stream.pages = Math.max(pages, 2 * stream.pages);
    ask(stream.kernel, 'grow', stream.pages);
  }
}

/** How many pages have been used so far. */
export function firstUses({ kernel }: LruStream): number {
  return ask(kernel, 'firstCount');
}

/** Pages [from, to) in the order of first use; not after `curveSoFar`. They stand there until memory grows. */
export function firstPages({ kernel }: LruStream, from: number, to: number): Uint32Array {
  return new Uint32Array(kernel.memory.buffer, ask(kernel, 'firsts') >>> 0, to).subarray(from);
}

/** Faults of LRU on all runs so far with f frames, for f = 0..pages. */
export function curveSoFar({ kernel }: LruStream, pages: number): Float64Array {
  return doublesAt(kernel, ask(kernel, 'result'), pages + 1);
}
