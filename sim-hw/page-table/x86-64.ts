/**
 * x86-64 page table: a radix tree of four levels (AMD64 Architecture Programmer's Manual, vol. 2,
 * ch. 5; Intel SDM, vol. 3, ch. 4).
 *
 *   35      27 26      18 17       9 8        0
 *  +----------+----------+----------+----------+
 *  | level 4  | level 3  | level 2  | level 1  |   virtual page number
 *  +----------+----------+----------+----------+
 *   root node -> node -> node ------> node -> entry of a 4 KiB page
 *                         `-> LARGE entry of a 2 MiB page
 *
 * The tree is radix.ts, whose levels count from 0. Walk and `enter` have its levels written out: they
 * are what runs most.
 *
 * Left out: 1 GiB pages (LARGE is one bit of an entry, and is 512 pages for the TLB and for promotion
 * too), 57-bit addresses, execute permission, and the paging-structure caches: a walk visits every
 * level; a cost profile makes a probe cheap to allow for them.
 */

import { assert } from '../assert.ts';
import { hideWord, LARGE, type PageTableFormat, PRESENT, showWord } from './format.ts';
import { childNode, NODE_WORDS, NONE, takeNode } from './nodes.ts';
import { check, createRadix, growth, type RadixState, removeLeaf, removeSpace } from './radix.ts';

const VIRTUAL_PAGES_MAX = 2 ** 36;
/** The two upper levels of a page number; a product with a power of two is exact. */
const UPPER = 1 / 2 ** 18;

export interface X8664State extends RadixState {
  readonly format: 'x86-64';
}

export const x8664: PageTableFormat<X8664State> = {
  name: 'x86-64',
  summary: 'Radix tree, 4 levels of 512, pages of 4 KiB and 2 MiB (AMD64 manual, vol. 2, ch. 5).',
  orders: [0, 9],
  virtualPagesMax: VIRTUAL_PAGES_MAX,
  create: (_frames, spaces) => createRadix('x86-64', 4, spaces),
  walk,
  find,
  enter,
  forget: (state, space, vpn) => hideWord(state.entries, find(state, space, vpn)),
  reload: (state, space, vpn) => showWord(state.entries, find(state, space, vpn)),
  growth,
  remove: (state, space, vpn) => removeLeaf(state, space, vpn, find(state, space, vpn)),
  removeSpace,
  check,
};

function walk(state: X8664State, space: number, vpn: number): number {
  const index = descend(state, space, vpn);
  if (index < 0) {
    state.probes = -index;
    return -1;
  }
  const entry = state.entries[index] as number;
  state.probes = (entry & LARGE) === 0 ? 4 : 3;
  return (entry & PRESENT) === 0 ? -1 : index;
}

/** Index of the leaf entry, whether it is present or not; else less than 0: minus the probes made. */
function descend(state: X8664State, space: number, vpn: number): number {
  const { entries } = state;
  const root = state.roots[space];
  // A space without a table still has an (empty) root for the hardware to read.
  if (root === NONE || vpn >= VIRTUAL_PAGES_MAX) return -1;
  const upper = (vpn * UPPER) | 0;
  const lower = vpn & 0x3ffff;
  const fourth = entries[root * NODE_WORDS + (upper >>> 9)];
  if (fourth === 0) return -1;
  const third = entries[(fourth >>> 8) * NODE_WORDS + (upper & 511)];
  if (third === 0) return -2;
  const index = (third >>> 8) * NODE_WORDS + (lower >>> 9);
  const second = entries[index];
  if (second === 0) return -3;
  if ((second & LARGE) !== 0) return index;
  const leaf = (second >>> 8) * NODE_WORDS + (lower & 511);
  return entries[leaf] === 0 ? -4 : leaf;
}

function find(state: X8664State, space: number, vpn: number): number {
  const index = descend(state, space, vpn);
  return index < 0 ? -1 : index;
}

function enter(
  state: X8664State,
  space: number,
  vpn: number,
  frame: number,
  order: number,
  flags: number,
): void {
  const size = 1 << order;
  assert(order === 0 || order === 9, 'x86-64: an entry maps order 0 or 9');
  // Below 2^36 the low bits of a page number are those of its low half.
  assert(
    vpn >= 0 && vpn < VIRTUAL_PAGES_MAX && vpn === Math.floor(vpn) && (vpn & (size - 1)) === 0,
    'x86-64: bad virtual page',
  );
  assert(frame >= 0 && frame < 2 ** 24 && (frame & (size - 1)) === 0, 'x86-64: bad frame');
  if (state.roots[space] === NONE) state.roots[space] = takeNode(state);
  const upper = (vpn * UPPER) | 0;
  const lower = vpn & 0x3ffff;
  let node = state.roots[space];
  node = childNode(state, node, upper >>> 9, 'x86-64');
  node = childNode(state, node, upper & 511, 'x86-64');
  let slot = lower >>> 9;
  if (order === 0) {
    node = childNode(state, node, slot, 'x86-64');
    slot = lower & 511;
  }
  const index = node * NODE_WORDS + slot;
  assert(state.entries[index] === 0, 'x86-64: the place is taken');
  state.entries[index] = ((frame << 8) | flags | PRESENT | (order === 9 ? LARGE : 0)) >>> 0;
  state.used[node]++;
}
