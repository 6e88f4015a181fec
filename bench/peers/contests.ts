/**
 * Contests: the same question put to libCacheSim and to us.
 *
 *   one      one policy, one size (a quarter of the pages), one thread each
 *   curve    one policy at 16 sizes, theirs at its better number of threads, ours with two workers
 *   count    misses of one policy at one size, compared to the last one
 */

import { type Finished, runLeasehold, runTimed } from './processes.ts';
import { INTERVAL, type PeerTrace } from './traces.ts';

/** Theirs by ours. Their clock moves pages of a list and admits with a clear bit: fifo-reinsertion. */
export const theirNames: Readonly<Record<string, string>> = {
  lru: 'lru',
  fifo: 'fifo',
  'fifo-reinsertion': 'clock',
  sieve: 'sieve',
  's3-fifo': 's3fifo',
  arc: 'arc',
  lirs: 'lirs',
  '2q': 'twoq',
  slru: 'slru',
  random: 'random',
  lfu: 'lfu',
  lecar: 'lecar',
  'w-tinylfu': 'wtinylfu',
  optimal: 'belady',
};

export interface Peer {
  /** The program `cachesim` of libCacheSim. */
  readonly cachesim: string;
  /** Where both run; libCacheSim writes a folder `result` there. */
  readonly folder: string;
}

export function quarterOf({ pages }: PeerTrace): number {
  return Math.max(1, Math.floor(pages / 4));
}

/** Parts of 17 of the pages, as peers' own papers space them. */
export function sixteenOf({ pages }: PeerTrace): number[] {
  const sizes = Array.from({ length: 16 }, (_, i) => Math.floor((pages * (i + 1)) / 17));
  return [...new Set(sizes.map((size) => Math.max(1, size)))];
}

export function theirRun(
  { cachesim, folder }: Peer,
  trace: PeerTrace,
  policy: string,
  sizes: readonly number[],
  threads: number,
  more: readonly string[] = [],
): Finished {
  const name = theirNames[policy] as string;
  const fixed = ['--ignore-obj-size', '1', '--num-thread', String(threads)];
  const args = [trace.theirs, 'oracleGeneral', name, sizes.join(','), ...fixed, ...more];
  return runTimed(cachesim, args, folder);
}

export function ourRun(
  { folder }: Peer,
  trace: PeerTrace,
  policies: string,
  sizes: readonly number[],
  workers: number,
): Finished {
  const asked = ['--policy', policies, '--sizes', sizes.join(','), '--workers', String(workers)];
  return runLeasehold(['curve', trace.ours, ...asked, '--json'], folder);
}

/** Misses by size of the only curve. */
export function ourMisses({ output }: Finished): Map<number, number> {
  const line = output.split('\n').find((text) => text.startsWith('{')) as string;
  const [curve] = (
    JSON.parse(line) as { curves: { points: { frames: number; misses: number }[] }[] }
  ).curves;
  return new Map(curve?.points.map(({ frames, misses }) => [frames, misses]));
}

/** Their misses, to the last one. */
export function theirMisses(peer: Peer, trace: PeerTrace, policy: string, frames: number): number {
  const { output } = theirRun(peer, trace, policy, [frames], 1, ['--report-interval', '1']);
  return countedMisses(output, trace.references);
}

/**
 * Misses told interval by interval, which four digits tell exactly. Throws when an interval is longer
 * or when they do not end with the last of `references`.
 */
export function countedMisses(output: string, references: number): number {
  const line = /: (\d+) requests, miss ratio [\d.]+, interval miss ratio ([\d.]+)/g;
  let misses = 0;
  let before = 0;
  for (const [, requests, ratio] of output.matchAll(line)) {
    const count = Number(requests) - before;
    if (count > INTERVAL + 1) throw new Error(`${count} requests in an interval of ${INTERVAL}`);
    misses += Math.round(Number(ratio) * count);
    before = Number(requests);
  }
  if (before !== references)
    throw new Error(`libCacheSim told of ${before} requests, expected ${references}`);
  return misses;
}
