/**
 * Cache: look-ups of objects by a Zipf law; what is not there is built anew (after Viengoos' cache.c,
 * Walfield 2009, experiment E16 of the lineage).
 *
 *   lines 0   an object has pages of its own, and is built at its first look-up. Whether it stays is
 *             the pager's affair: a task that declares the pages discardable has a cache as large as
 *             its memory, which builds an object again by the task's own callback
 *   lines n   n places; the least recently looked up object makes way. Memory or not, the program
 *             believes that what it has put there is there
 *
 * A look-up computes for `lookupNs` and touches each page of the object, to read it; one that builds
 * computes for `buildNs` more and writes them.
 */

import type { RandomState } from '../../sim-hw/random.ts';
import { READ, type ReferenceString, WRITE } from '../../sim-hw/references.ts';
import { createScript, stop, touch, written } from './script.ts';
import { drawRank, shuffled, zipfSums } from './zipf.ts';

export interface CacheWork {
  readonly objects: number;
  /** Pages of an object. */
  readonly pages: number;
  readonly lookups: number;
  readonly lines: number;
  /** In quarters. */
  readonly alpha: number;
  readonly lookupNs: number;
  readonly buildNs: number;
}

export function cache(work: CacheWork, random: RandomState): ReferenceString {
  const { objects, pages, lookups, lines, alpha, lookupNs, buildNs } = work;
  const sums = zipfSums(objects, alpha);
  const objectOf = shuffled(objects, random);
  const script = createScript();
  /** Object to line, the least recently used first. */
  const places = new Map<number, number>();
  for (let at = 0; at < lookups; at++) {
    const object = objectOf[drawRank(sums, random)];
    const known = places.get(object);
    const line = known ?? placeFor(places, object, lines);
    places.delete(object);
    places.set(object, line);
    stop(script, 0, known === undefined ? lookupNs + buildNs : lookupNs);
    for (let page = 0; page < pages; page++)
      touch(script, line * pages + page, known === undefined ? WRITE : READ);
  }
  return written(script);
}

/** Where an object that is not there goes. */
function placeFor(places: Map<number, number>, object: number, lines: number): number {
  if (lines === 0) return object;
  if (places.size < lines) return places.size;
  const [oldest, line] = places.entries().next().value as [number, number];
  places.delete(oldest);
  return line;
}
