/**
 * Chains: lists of pages, oldest first; each page stands in one list or in none. What contracts/page-lists.ts
 * is, in 8 bytes a page, so that entering, leaving and moving touch one line of memory a neighbour.
 *
 *   counts of 16 lists | seen | nodes of pages | heads: a node a list, before its oldest and after its youngest
 *
 *   node   | modified (1) | list + 1 (7) | next (24) | previous (32) |
 *
 * With 8 bytes more a page, a rule's own word stands in the same line of memory.
 */

import { pages } from '../lane';
import { room } from '../memory';

export const LISTS_MAX: u32 = 16;
/** Of what was looked at ahead of time, so that looking is not left out. */
const SEEN: usize = 64;
const NODES: usize = 128;
const PREVIOUS: usize = 4;
const LIST: usize = 3;
const LIST_MASK: u32 = 0x7f;
const PAGE_MASK: u32 = 0xffffff;
/** In its word, and in the byte of its list. */
const MODIFIED: u32 = 1 << 31;
const MODIFIED_BYTE: u32 = 1 << 7;

/** Runs that are looked at ahead of time; from so many pages on, whose nodes no cache near the processor holds. */
const AHEAD: usize = 64;
const PAGES_MANY: u32 = 1 << 15;

/** Bytes of a node, as a power of two: 3, or 4 with a rule's own word. */
let nodeBits: usize = 3;
const OWN_WORD: usize = 8;

/** Chains whose pages have a word of the rule's own, all chains of this kernel alike. */
export function layOutChainsWithWords(lists: u32): usize {
  nodeBits = 4;
  return layOutChains(lists);
}

/** Traps where pages and heads are too many to be numbered. */
export function layOutChains(lists: u32): usize {
  if (lists > LISTS_MAX || pages + lists > PAGE_MASK) unreachable();
  const chains = room(NODES + ((<usize>(pages + lists)) << nodeBits));
  for (let list: u32 = 0; list < lists; list++) {
    const head = nodeOf(chains, headOf(list));
    store<u32>(head, headOf(list));
    store<u32>(head + PREVIOUS, headOf(list));
  }
  return chains;
}

function nodeOf(chains: usize, page: u32): usize {
  return chains + NODES + ((<usize>page) << nodeBits);
}

/** Where the rule's own word of a page stands. */
export function wordOf(chains: usize, page: u32): usize {
  return nodeOf(chains, page) + OWN_WORD;
}

/** Up to where runs from `at` on, of those before `to`, have been looked at: so that misses of caches overlap. */
export function lookAhead(chains: usize, at: usize, to: usize): usize {
  const end = min<usize>(to, at + (AHEAD << 2));
  const last = (load<u32>(at) >>> 8) + (<u32>(end - at) >> 2) - 1;
  // Pages in sequence stand side by side.
  if (pages >= PAGES_MANY && load<u32>(end - 4) >>> 8 !== last) fetchAhead(chains, at, end);
  return end;
}

function fetchAhead(chains: usize, from: usize, to: usize): void {
  let seen: u32 = 0;
  for (let at = from; at < to; at += 4) seen |= load<u32>(nodeOf(chains, load<u32>(at) >>> 8));
  for (let at = from; at < to; at += 4) {
    const node = nodeOf(chains, load<u32>(at) >>> 8);
    seen |= load<u32>(nodeOf(chains, load<u32>(node) & PAGE_MASK));
    seen |= load<u32>(nodeOf(chains, load<u32>(node + PREVIOUS)));
  }
  store<u32>(chains + SEEN, seen);
}

/** In place of a page beyond either end of a list. */
export function headOf(list: u32): u32 {
  return pages + list;
}

export function countOf(chains: usize, list: u32): u32 {
  return load<u32>(chains + ((<usize>list) << 2));
}

/** The list that a page stands in, plus one; 0: none. */
export function listOf(chains: usize, page: u32): u32 {
  return load<u8>(nodeOf(chains, page) + LIST) & LIST_MASK;
}

/** Something is written to `page`. */
export function modify(chains: usize, page: u32): void {
  const at = nodeOf(chains, page) + LIST;
  store<u8>(at, load<u8>(at) | <u8>MODIFIED_BYTE);
}

/** It is clean from now on. True: it was not. */
export function clean(chains: usize, page: u32): bool {
  const at = nodeOf(chains, page) + LIST;
  const byte = load<u8>(at);
  store<u8>(at, byte & <u8>LIST_MASK);
  return (byte & <u8>MODIFIED_BYTE) !== 0;
}

export function oldest(chains: usize, list: u32): u32 {
  return load<u32>(nodeOf(chains, headOf(list))) & PAGE_MASK;
}

/** The page before one that stands in a list; of the oldest, `pages` or more. */
export function preceding(chains: usize, page: u32): u32 {
  return load<u32>(nodeOf(chains, page) + PREVIOUS);
}

/** The page after one that stands in a list; of the youngest, `pages` or more. */
export function following(chains: usize, page: u32): u32 {
  return load<u32>(nodeOf(chains, page)) & PAGE_MASK;
}

export function youngest(chains: usize, list: u32): u32 {
  return load<u32>(nodeOf(chains, headOf(list)) + PREVIOUS);
}

function setNext(chains: usize, page: u32, next: u32): void {
  const node = nodeOf(chains, page);
  store<u32>(node, (load<u32>(node) & ~PAGE_MASK) | next);
}

function unlink(chains: usize, page: u32): void {
  const node = nodeOf(chains, page);
  const next = load<u32>(node) & PAGE_MASK;
  const previous = load<u32>(node + PREVIOUS);
  setNext(chains, previous, next);
  store<u32>(nodeOf(chains, next) + PREVIOUS, previous);
}

function link(chains: usize, list: u32, page: u32): void {
  const head = headOf(list);
  const atHead = nodeOf(chains, head);
  const last = load<u32>(atHead + PREVIOUS);
  const node = nodeOf(chains, page);
  store<u32>(node, (load<u32>(node) & MODIFIED) | ((list + 1) << 24) | head);
  store<u32>(node + PREVIOUS, last);
  setNext(chains, last, page);
  store<u32>(atHead + PREVIOUS, page);
}

function count(chains: usize, list: u32, change: u32): void {
  const at = chains + ((<usize>list) << 2);
  store<u32>(at, load<u32>(at) + change);
}

/** `page`, which stands in no list, is the youngest of one. */
export function append(chains: usize, list: u32, page: u32): void {
  link(chains, list, page);
  count(chains, list, 1);
}

/** Takes `page` out of the list in which it stands. */
export function remove(chains: usize, page: u32): void {
  const node = nodeOf(chains, page);
  unlink(chains, page);
  count(chains, listOf(chains, page) - 1, -1);
  store<u8>(node + LIST, load<u8>(node + LIST) & <u8>MODIFIED_BYTE);
}

/** To the end of the list in which it stands. */
export function moveToEnd(chains: usize, list: u32, page: u32): void {
  if ((load<u32>(nodeOf(chains, page)) & PAGE_MASK) === headOf(list)) return;
  unlink(chains, page);
  link(chains, list, page);
}

/** From the list in which it stands to the end of another one. */
export function move(chains: usize, list: u32, page: u32): void {
  unlink(chains, page);
  count(chains, listOf(chains, page) - 1, -1);
  append(chains, list, page);
}
