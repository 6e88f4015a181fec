/**
 * Page index: true page number -> dense id, in order of first appearance.
 *
 * An open-addressing hash table over typed arrays, at most a quarter full: a second probe costs a
 * mispredicted branch, and the hot loop asks at every second reference. A page number of a program
 * has up to 52 bits, an id of an object 64, kept as two words of 32.
 */

import { PAGES_MAX } from '../../sim-hw/references.ts';

const TWO_TO_32 = 4294967296;
const SHIFT_FIRST = 18;
const SLOTS_FIRST = 2 ** (32 - SHIFT_FIRST);
const SLOTS_PER_PAGE = 4;
const EMPTY = -1;
const HIGH_BITS = 20;

export interface PageIndex {
  /** Pages known; also the next dense id. */
  pages: number;
  /** By dense id. */
  low: Int32Array;
  high: Int32Array;
  /** Hash slots: a dense id or EMPTY. 2^(32 - shift) of them. */
  slots: Int32Array;
  shift: number;
}

export function createPageIndex(): PageIndex {
  return {
    pages: 0,
    low: new Int32Array(SLOTS_FIRST / SLOTS_PER_PAGE),
    high: new Int32Array(SLOTS_FIRST / SLOTS_PER_PAGE),
    slots: new Int32Array(SLOTS_FIRST).fill(EMPTY),
    shift: SHIFT_FIRST,
  };
}

/** The dense id of a page, a new one on first sight; -1 when PAGES_MAX pages are known already. */
export function denseId(index: PageIndex, low: number, high: number): number {
  const slots = index.slots;
  const mask = slots.length - 1;
  let slot = hashOfPage(low, high) >>> index.shift;
  for (;;) {
    const id = slots[slot];
    if (id === EMPTY) return insert(index, slot, low, high);
    if (index.low[id] === low && index.high[id] === high) return id;
    slot = (slot + 1) & mask;
  }
}

/**
 * The dense ids of many pages at once, so that misses of caches overlap. Of each entry of `words` words,
 * the first two are a page's; the one at `id` becomes its dense id, or -1 where that takes a longer look.
 */
export function denseIds(index: PageIndex, entries: Int32Array, words: number, id: number): void {
  const { slots, low, high, shift } = index;
  for (let at = 0; at < entries.length; at += words)
    entries[at + id] = slots[hashOfPage(entries[at], entries[at + 1]) >>> shift];
  for (let at = 0; at < entries.length; at += words) {
    const known = entries[at + id];
    const same = known >= 0 && low[known] === entries[at] && high[known] === entries[at + 1];
    if (!same) entries[at + id] = EMPTY;
  }
}

/**
 * True page numbers by dense id, a copy of exact size. Where one is not below 2^52 (ids that are
 * hashes), all pages are numbered in order
 * of first appearance instead: names are lost, which page is which is not.
 */
export function pageNumbersOf(index: PageIndex): Float64Array {
  const numbers = new Float64Array(index.pages);
  let highAll = 0;
  for (let id = 0; id < index.pages; id++) {
    highAll |= index.high[id];
    numbers[id] = index.high[id] * TWO_TO_32 + (index.low[id] >>> 0);
  }
  if (highAll >>> HIGH_BITS === 0) return numbers;
  return numbers.map((_, id) => id);
}

/** Whether all have page numbers of their own, below 2^52. */
export function isExact({ pages, high }: PageIndex): boolean {
  return high.subarray(0, pages).every((word) => word >>> HIGH_BITS === 0);
}

/**
 * Fibonacci hashing: the slot is this >>> shift. The top bits count, and neighbouring pages fall
 * far apart.
 */
export function hashOfPage(low: number, high: number): number {
  return Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
}

function insert(index: PageIndex, slot: number, low: number, high: number): number {
  const id = index.pages;
  if (id === PAGES_MAX) return -1;
  index.low[id] = low;
  index.high[id] = high;
  index.slots[slot] = id;
  index.pages = id + 1;
  if (index.pages * SLOTS_PER_PAGE === index.slots.length) grow(index);
  return id;
}

function grow(index: PageIndex): void {
  const size = index.slots.length * 2;
  const low = new Int32Array(size / SLOTS_PER_PAGE);
  const high = new Int32Array(size / SLOTS_PER_PAGE);
  low.set(index.low);
  high.set(index.high);
  const slots = new Int32Array(size).fill(EMPTY);
  const shift = index.shift - 1;
  for (let id = 0; id < index.pages; id++) {
    let slot = hashOfPage(low[id], high[id]) >>> shift;
    while (slots[slot] !== EMPTY) slot = (slot + 1) & (size - 1);
    slots[slot] = id;
  }
  index.low = low;
  index.high = high;
  index.slots = slots;
  index.shift = shift;
}
