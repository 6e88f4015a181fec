/**
 * Page order: pages in the order in which they came, and how many came after a given one.
 *
 *   slots   one bit each, in the order of coming, 64 in a word
 *   line    | 7 words | before each word of the line, 9 bits each |      a line of a cache
 *   before  how many bits are set in the lines before it within its group of 32, the groups before it within its
 *           span of 16, the spans before it
 *
 * Who comes takes the next slot: nothing that stands before it changes. Bits of slots to come are set when their
 * line is begun; what is counted stands before a bit, so they never are. Who goes is subtracted from what stands
 * after it in its line, its group and its span, all counts at once without a branch, and from the spans after its
 * own. When slots are used up, pages move down: each to the number of pages before it.
 *
 * What a page's slot is, is kept by whoever uses this, in `slotOf` + FIRST_SLOT (below it: a use of their
 * own; NOWHERE: not here).
 */

import { moreRoom, room } from './memory';

export const NOWHERE: u32 = 0xffffffff;
/** Slot s is written as s + FIRST_SLOT. */
export const FIRST_SLOT: u32 = 16;

/** A line has 512 numbers of slots, of which the last 64 stand for no slot. */
const NUMBER_BITS: u32 = 9;
const SLOTS_A_LINE: u32 = 448;
const COUNTS: usize = 56;
/** Of the fields for counts before words 0 to 6, at bits 0, 9, ... 54: one in each; and where the line is full. */
const ONES: u64 = ((<u64>0x80402010) << 32) | 0x08040201;
const FULL: u64 = ((<u64>0x60281006) << 32) | 0x02008000;
const FIELD_BITS: u32 = 9;
const FIELD: u32 = 511;
/** Lines of a group, groups of a span: 2 to the power of. */
const LINE_BITS: u32 = 5;
const GROUP_BITS: u32 = 4;
/** Spans whose counts are changed together. */
const SPANS: u32 = 16;

const LINES_LEAST: u32 = 32;
/** Room for several times the pages makes moving down rare. */
const SLOTS_A_PAGE: u32 = 4;

/** By page, 4 bytes each: its slot + FIRST_SLOT. */
export let slotOf: usize = 0;
/** Pages that are here. */
export let live: u32 = 0;
let pagesAll: u32 = 0;
let lines: usize = 0;
/** Counts of 2, 4 and 4 bytes. */
let beforeInGroup: usize = 0;
let beforeInSpan: usize = 0;
let beforeSpan: usize = 0;
/** 64 bytes of 0, then 64 of -1: from lane n - 1 - k on, what is subtracted after entry k of n. */
let after: usize = 0;
/** Numbers of slots used so far, and those there are. */
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
  const all = max((SLOTS_A_PAGE * pages) >> NUMBER_BITS, LINES_LEAST) + 1;
  slots = all << NUMBER_BITS;
  // Whole groups and spans, since their counts are changed together.
  const groups = (all >> LINE_BITS) + 1;
  const spans = (groups >> GROUP_BITS) + 1;
  lines = room(all << 6);
  beforeInGroup = room(groups << (LINE_BITS + 1));
  beforeInSpan = room(spans << (GROUP_BITS + 2));
  beforeSpan = room((spans + SPANS) << 2);
}

/** The page takes the next slot. */
export function come(page: u32): void {
  if (used === slots) moveDown();
  const slot = used;
  const number = slot & ((1 << NUMBER_BITS) - 1);
  if (number === 0) openLine(slot >> NUMBER_BITS);
  used = slot + 1 + ((<u32>(number === SLOTS_A_LINE - 1)) << 6);
  store<u32>(slotOf + (page << 2), slot + FIRST_SLOT);
  live++;
}

/** The page in this slot goes; returns how many came after it. */
export function go(slot: u32): u32 {
  const line = slot >> NUMBER_BITS;
  const before = rank(slot);
  const word = lines + ((slot >> 6) << 3);
  store<u64>(word, load<u64>(word) ^ ((<u64>1) << (slot & 63)));
  const counts = lines + (line << 6);
  const above = ((slot >> 6) & 7) * FIELD_BITS + FIELD_BITS;
  store<u64>(counts, load<u64>(counts, COUNTS) - (ONES << above), COUNTS);
  subtractAfterLine(line);
  subtractAfter(beforeInSpan, line >> LINE_BITS);
  subtractFromSpans(line >> (LINE_BITS + GROUP_BITS));
  live--;
  return live - before;
}

/** How many pages came after the one in this slot. */
export function newer(slot: u32): u32 {
  return live - 1 - rank(slot);
}

/** Looks at what `go` of this slot will look at, so that misses of caches overlap; what it returns says nothing. */
export function fetchSlot(slot: u32): u32 {
  return load<u32>(lines + ((slot >> NUMBER_BITS) << 6));
}

/** One less before each of the lines after this one in its group. */
function subtractAfterLine(line: u32): void {
  const group = beforeInGroup + ((line & ~31) << 1);
  const row = after + ((31 - (line & 31)) << 1);
  v128.store(group, i16x8.add(v128.load(group), v128.load(row)));
  v128.store(group, i16x8.add(v128.load(group, 16), v128.load(row, 16)), 16);
  v128.store(group, i16x8.add(v128.load(group, 32), v128.load(row, 32)), 32);
  v128.store(group, i16x8.add(v128.load(group, 48), v128.load(row, 48)), 48);
}

/** One less before each of the groups after this one in its span, or of 16 spans together. */
function subtractAfter(counts: usize, entry: u32): void {
  const all = counts + ((entry & ~15) << 2);
  const row = after + ((15 - (entry & 15)) << 2);
  v128.store(all, i32x4.add(v128.load(all), v128.load(row)));
  v128.store(all, i32x4.add(v128.load(all, 16), v128.load(row, 16)), 16);
  v128.store(all, i32x4.add(v128.load(all, 32), v128.load(row, 32)), 32);
  v128.store(all, i32x4.add(v128.load(all, 48), v128.load(row, 48)), 48);
}

/** One less before each span after this one; 16 spans are those of a million pages. */
function subtractFromSpans(span: u32): void {
  subtractAfter(beforeSpan, span);
  const end = beforeSpan + ((used >> (NUMBER_BITS + LINE_BITS + GROUP_BITS)) << 2);
  let at = beforeSpan + ((span & ~(SPANS - 1)) << 2) + (SPANS << 2);
  for (; at <= end; at += 16) v128.store(at, i32x4.sub(v128.load(at), i32x4.splat(1)));
}

/** Pages before this slot. */
function rank(slot: u32): u32 {
  const line = slot >> NUMBER_BITS;
  const at = lines + (line << 6);
  const word = (slot >> 6) & 7;
  const below = load<u64>(at + (word << 3)) & (((<u64>1) << (slot & 63)) - 1);
  return (
    <u32>popcnt<u64>(below) +
    (<u32>(load<u64>(at, COUNTS) >> (word * FIELD_BITS)) & FIELD) +
    load<u16>(beforeInGroup + (line << 1)) +
    load<u32>(beforeInSpan + ((line >> LINE_BITS) << 2)) +
    load<u32>(beforeSpan + ((line >> (LINE_BITS + GROUP_BITS)) << 2))
  );
}

/** All slots before the line are used: what stands before it in group and span, and before these. */
function openLine(line: u32): void {
  const at = lines + (line << 6);
  memory.fill(at, 0xff, COUNTS);
  store<u64>(at, FULL, COUNTS);
  const group = line >> LINE_BITS;
  const inSpan = beforeInSpan + (group << 2);
  const span = beforeSpan + ((group >> GROUP_BITS) << 2);
  if ((line & ((1 << (LINE_BITS + GROUP_BITS)) - 1)) === 0) store<u32>(span, live);
  if ((line & ((1 << LINE_BITS) - 1)) === 0) store<u32>(inSpan, live - load<u32>(span));
  store<u16>(beforeInGroup + (line << 1), <u16>(live - load<u32>(span) - load<u32>(inSpan)));
}

/** All pages move to the lowest slots, in the same order. */
function moveDown(): void {
  const end = slotOf + (pagesAll << 2);
  for (let at = slotOf; at < end; at += 4) {
    const entry = load<u32>(at);
    if (entry < FIRST_SLOT || entry === NOWHERE) continue;
    store<u32>(at, FIRST_SLOT + numberOf(rank(entry - FIRST_SLOT)));
  }
  fillLowest();
}

/** The number of a slot before which there are so many. */
function numberOf(before: u32): u32 {
  const line = before / SLOTS_A_LINE;
  return (line << NUMBER_BITS) + before - line * SLOTS_A_LINE;
}

/** The lowest slots are those in use, as many as there are pages here. */
function fillLowest(): void {
  const all = live;
  for (live = 0; live < all; live += SLOTS_A_LINE) openLine(live / SLOTS_A_LINE);
  live = all;
  used = numberOf(all);
}
