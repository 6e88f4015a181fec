/**
 * Page order: pages in the order in which they came, and how many came after a given one.
 *
 *   slots   one bit each, in the order of coming; 64 in a word, 32 words in a node, 32 nodes in a span
 *   before  how many bits are set in the words before it within its node, the nodes before it within its
 *           span, the spans before it
 *
 * Who comes takes the next slot: nothing that stands before it changes. Who goes is subtracted from what
 * stands after it in its node and its span, 32 counts at a time without a branch, and from the spans after
 * its own. When slots are used up, pages move down: each to the number of pages before it.
 *
 * What a page's slot is, is kept by whoever uses this, in `slotOf` + FIRST_SLOT (below it: a use of their
 * own; NOWHERE: not here).
 */

import { moreRoom, room } from './memory';

export const NOWHERE: u32 = 0xffffffff;
/** Slot s is written as s + FIRST_SLOT. */
export const FIRST_SLOT: u32 = 16;

const WORDS_LEAST: u32 = 128;
/** Room for several times the pages makes moving down rare. */
const SLOTS_A_PAGE: u32 = 4;

/** By page, 4 bytes each: its slot + FIRST_SLOT. */
export let slotOf: usize = 0;
/** Pages that are here. */
export let live: u32 = 0;
let pagesAll: u32 = 0;
let words: usize = 0;
let beforeInNode: usize = 0;
let beforeInSpan: usize = 0;
let beforeSpan: usize = 0;
/** 32 counts of 0, then 32 of -1: from lane 31 - k on, what is subtracted after entry k. */
let after: usize = 0;
/** Slots used so far, and slots there are. */
let used: u32 = 0;
let slots: u32 = 0;

/** Lays out room for pages 0 to pages - 1; none has come. */
export function layOut(pages: u32): void {
  layOutSlots(pages);
  slotOf = room(pages << 2);
  memory.fill(slotOf, 0xff, pages << 2);
  after = room(128);
  memory.fill(after + 64, 0xff, 64);
}

/** Lays out room for more pages; those that are here stay in their order. */
export function growOrder(pages: u32): void {
  moveDown();
  slotOf = moreRoom(slotOf, pagesAll << 2, pages << 2, 0xff);
  layOutSlots(pages);
  fillLowest();
}

function layOutSlots(pages: u32): void {
  pagesAll = pages;
  const wanted = (SLOTS_A_PAGE * pages) >> 6;
  // Whole nodes, since counts are changed a node at a time.
  const wordsAll = ((wanted > WORDS_LEAST ? wanted : WORDS_LEAST) + 31) & ~31;
  const nodes = ((wordsAll >> 5) + 31) & ~31;
  slots = wordsAll << 6;
  words = room(wordsAll << 3);
  beforeInNode = room(wordsAll << 1);
  beforeInSpan = room(nodes << 1);
  beforeSpan = room(((nodes >> 5) + 8) << 2);
}

/** The page takes the next slot. */
export function come(page: u32): void {
  if (used === slots) moveDown();
  const slot = used;
  used = slot + 1;
  if ((slot & 63) === 0) openWord(slot >> 6);
  const word = words + ((slot >> 6) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (slot & 63)));
  store<u32>(slotOf + (page << 2), slot + FIRST_SLOT);
  live++;
}

/** The page in this slot goes; returns how many came after it. */
export function go(slot: u32): u32 {
  const word = slot >> 6;
  const at = words + (word << 3);
  const bits = load<u64>(at);
  const bit = (<u64>1) << (slot & 63);
  const before = rank(word, bits & (bit - 1));
  store<u64>(at, bits ^ bit);
  subtractAfter(beforeInNode, word);
  subtractAfter(beforeInSpan, word >> 5);
  subtractFromSpans((word >> 10) + 1);
  live--;
  return live - before;
}

/** How many pages came after the one in this slot. */
export function newer(slot: u32): u32 {
  const word = slot >> 6;
  const bits = load<u64>(words + (word << 3));
  return live - 1 - rank(word, bits & (((<u64>1) << (slot & 63)) - 1));
}

/** One less before each span from `span` on, four at a time, of which the last may be beyond all. */
function subtractFromSpans(span: u32): void {
  let at = beforeSpan + ((span & ~3) << 2);
  const end = beforeSpan + (((used - 1) >> 16) << 2);
  let ones = i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(span & 3));
  for (; at <= end; at += 16) {
    v128.store(at, i32x4.add(v128.load(at), ones));
    ones = i32x4.splat(-1);
  }
}

/** Looks at what `go` of this slot will look at, so that misses of caches overlap; what it returns says nothing. */
export function fetchSlot(slot: u32): u32 {
  const word = slot >> 6;
  return load<u32>(words + (word << 3)) | load<u16>(beforeInNode + (word << 1));
}

/** One less before each of the 32 entries after `entry` in its group. */
function subtractAfter(counts: usize, entry: u32): void {
  const group = counts + ((entry & ~31) << 1);
  const row = after + ((31 - (entry & 31)) << 1);
  v128.store(group, i16x8.add(v128.load(group), v128.load(row)));
  v128.store(group, i16x8.add(v128.load(group, 16), v128.load(row, 16)), 16);
  v128.store(group, i16x8.add(v128.load(group, 32), v128.load(row, 32)), 32);
  v128.store(group, i16x8.add(v128.load(group, 48), v128.load(row, 48)), 48);
}

/** Pages before these bits of the word. */
function rank(word: u32, bits: u64): u32 {
  return (
    <u32>popcnt<u64>(bits) +
    load<u16>(beforeInNode + (word << 1)) +
    load<u16>(beforeInSpan + ((word >> 5) << 1)) +
    load<u32>(beforeSpan + ((word >> 10) << 2))
  );
}

/** The word is empty, and all before it are used: what stands before it in node and span, and before these. */
function openWord(word: u32): void {
  store<u64>(words + (word << 3), 0);
  if ((word & 31) !== 0) {
    const before = word - 1;
    const bits = <u32>popcnt<u64>(load<u64>(words + (before << 3)));
    const count = beforeInNode + (before << 1);
    store<u16>(count, <u16>(bits + load<u16>(count)), 2);
    return;
  }
  store<u16>(beforeInNode + (word << 1), 0);
  const span = beforeSpan + ((word >> 10) << 2);
  const node = beforeInSpan + ((word >> 5) << 1);
  if ((word & 1023) === 0) {
    store<u32>(span, live);
    store<u16>(node, 0);
  } else store<u16>(node, <u16>(live - load<u32>(span)));
}

/** All pages move to the lowest slots, in the same order. */
function moveDown(): void {
  const end = slotOf + (pagesAll << 2);
  for (let at = slotOf; at < end; at += 4) {
    const entry = load<u32>(at);
    if (entry < FIRST_SLOT || entry === NOWHERE) continue;
    const word = (entry - FIRST_SLOT) >> 6;
    const bits = load<u64>(words + (word << 3));
    const bit = (<u64>1) << ((entry - FIRST_SLOT) & 63);
    store<u32>(at, FIRST_SLOT + rank(word, bits & (bit - 1)));
  }
  fillLowest();
}

/** The lowest slots are those in use, as many as there are pages here. */
function fillLowest(): void {
  used = live;
  for (let word: u32 = 0; word << 6 < live; word++) {
    const left = live - (word << 6);
    store<u64>(words + (word << 3), left < 64 ? ((<u64>1) << left) - 1 : <u64>-1);
    store<u16>(beforeInNode + (word << 1), <u16>((word & 31) << 6));
    store<u16>(beforeInSpan + ((word >> 5) << 1), <u16>(((word >> 5) & 31) << 11));
    store<u32>(beforeSpan + ((word >> 10) << 2), (word >> 10) << 16);
  }
}
