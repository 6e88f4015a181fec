/**
 * LRU traffic: the misses of LRU by kind of access, and the pages that it writes back, at every number of
 * frames, from one pass (Thompson, Smith, ACM TOCS 7(1), 1989).
 *
 * With f frames a page is given up between two uses when the later one's stack distance d exceeds f. It was
 * modified then, unless it had been given up since it was written, that is unless the greatest distance m
 * of its uses since then exceeds f. So it is written back at f = m .. d - 1:
 *
 *   use                    write   read    read    read    write
 *   distance d               .       3       2       5       4
 *   modified, f from m on    0       3       3       5       0
 *   written back at f              0..2      -     3..4      -
 *
 * At the end each page counts as if it were used once more: those still held are not written back.
 */

import { WRITE } from '../../sim-hw/references.ts';
import { emptySlots, enter, NOT_IN_SLOTS, setAfter, takeOut } from './page-order.ts';

/** By number of frames, 0..pages; with none, each run misses and nothing is held or written back. */
export interface LruTraffic {
  readonly readMisses: Float64Array;
  readonly writeMisses: Float64Array;
  readonly fetchMisses: Float64Array;
  readonly writeBacks: Float64Array;
}

/** There is no number of frames with which the page is modified. */
const NOWHERE = 0xffffffff;
const KINDS = 3;

/** What LRU reads and writes with f frames, for f = 0..pages, started empty. Page ids are below `pages`. */
export function lruTraffic(runs: Uint32Array, pages: number): LruTraffic {
  const slots = emptySlots(pages);
  const { slotOf } = slots;
  /** By kind and distance; those of a first use at pages + 1. */
  const hits = Array.from({ length: KINDS }, () => new Float64Array(pages + 2));
  const modifiedFrom = new Uint32Array(pages).fill(NOWHERE);
  /** What the number of pages written back grows by from one number of frames to the next. */
  const growth = new Float64Array(pages + 2);
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at];
    const page = run >>> 8;
    const kind = (run >>> 6) & 3;
    const slot = slotOf[page];
    const isKnown = slot !== NOT_IN_SLOTS;
    const distance = isKnown ? takeOut(slots, slot) + 1 : pages + 1;
    hits[kind][distance]++;
    const from = modifiedFrom[page];
    if (from < distance) {
      growth[from]++;
      growth[distance]--;
      modifiedFrom[page] = distance;
    }
    if (kind === WRITE) modifiedFrom[page] = 0;
    enter(slots, page);
  }
  for (let page = 0; page < pages; page++) {
    if (modifiedFrom[page] === NOWHERE) continue;
    const place = setAfter(slots, slotOf[page]) + 1;
    if (modifiedFrom[page] >= place) continue;
    growth[modifiedFrom[page]]++;
    growth[place]--;
  }
  const [readMisses, writeMisses, fetchMisses] = hits.map((some) => missesOf(some, pages));
  return { readMisses, writeMisses, fetchMisses, writeBacks: sumsOf(growth, pages) };
}

/** Those at a greater distance than there are frames. */
function missesOf(hits: Float64Array, pages: number): Float64Array {
  const misses = new Float64Array(pages + 1);
  let sum = 0;
  for (let frames = pages; frames >= 0; frames--) {
    sum += hits[frames + 1];
    misses[frames] = sum;
  }
  return misses;
}

/** Running sums; with no frames nothing is held. */
function sumsOf(growth: Float64Array, pages: number): Float64Array {
  const sums = new Float64Array(pages + 1);
  let sum = growth[0];
  for (let frames = 1; frames <= pages; frames++) {
    sum += growth[frames];
    sums[frames] = sum;
  }
  return sums;
}
