/**
 * LRU traffic, by the kernel of that name where there is one (assembly/lru-traffic.ts), else by its twin
 * (lab/bounds/lru-traffic.ts): the same figures.
 */

import { type LruTraffic, lruTraffic } from '../bounds/lru-traffic.ts';
import { advanceKernel, ask, doublesAt, startKernel } from './kernel.ts';

/** What LRU reads and writes with f frames, for f = 0..pages; as `lruTraffic` of lab/bounds. */
export function fastLruTraffic(runs: Uint32Array, pages: number): LruTraffic {
  const kernel = startKernel('lru-traffic', pages);
  if (kernel === null) return lruTraffic(runs, pages);
  advanceKernel(kernel, runs);
  ask(kernel, 'settle');
  const [readMisses, writeMisses, fetchMisses] = [0, 1, 2].map((kind) =>
    doublesAt(kernel, ask(kernel, 'missesOf', kind), pages + 1),
  );
  const writeBacks = doublesAt(kernel, ask(kernel, 'writeBacks'), pages + 1);
  return { readMisses, writeMisses, fetchMisses, writeBacks };
}
