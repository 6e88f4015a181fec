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
 * A node is 512 words in one pool (nodes.ts). An entry that leads down has the form of a leaf, with
 * the number of the node in place of the frame. A node exists while it has an entry, so memory
 * follows what is mapped; the hardware's node is one frame (8-byte entries), which is what
 * `tableFrames` counts.
 *
 * Left out: 1 GiB pages, 57-bit addresses, execute permission, and the paging-structure caches: a
 * walk visits every level; a cost profile makes a probe cheap to allow for them.
 */

import { assert } from '../assert.ts';
import {
  createCounts,
  hideWord,
  LARGE,
  type PageTableFormat,
  type PageTableState,
  PRESENT,
  showWord,
} from './format.ts';
import {
  childNode,
  FREE,
  NODE_WORDS,
  NONE,
  type NodePool,
  releaseNode,
  takeNode,
} from './nodes.ts';

const VIRTUAL_PAGES_MAX = 2 ** 36;
/** The two upper levels of a page number; a product with a power of two is exact. */
const UPPER = 1 / 2 ** 18;

export interface X8664State extends PageTableState, NodePool {
  readonly format: 'x86-64';
  /** Root node of each space, or NONE until something is mapped there. */
  readonly roots: Int32Array;
}

export const x8664: PageTableFormat<X8664State> = {
  name: 'x86-64',
  summary: 'Radix tree, 4 levels of 512, pages of 4 KiB and 2 MiB (AMD64 manual, vol. 2, ch. 5).',
  orders: [0, 9],
  virtualPagesMax: VIRTUAL_PAGES_MAX,
  create,
  walk,
  find,
  enter,
  forget: (state, space, vpn) => hideWord(state.entries, find(state, space, vpn)),
  reload: (state, space, vpn) => showWord(state.entries, find(state, space, vpn)),
  growth,
  remove,
  removeSpace,
  check,
};

function create(_frames: number, addressSpaces: number): X8664State {
  return {
    format: 'x86-64',
    entries: new Uint32Array(8 * NODE_WORDS),
    probes: 0,
    tableFrames: 0,
    droppedSpace: -1,
    droppedVpn: -1,
    lost: [],
    counts: createCounts(),
    roots: new Int32Array(addressSpaces).fill(NONE),
    used: new Int32Array(8),
    nodes: 0,
    freeNode: NONE,
  };
}

function walk(state: X8664State, space: number, vpn: number): number {
  const index = descend(state, space, vpn);
  return index < 0 || ((state.entries[index] as number) & PRESENT) !== 0 ? index : -1;
}

/** Index of the leaf entry, whether it is present or not. */
function descend(state: X8664State, space: number, vpn: number): number {
  const { entries } = state;
  const root = state.roots[space];
  // A space without a table still has an (empty) root for the hardware to read.
  state.probes = 1;
  if (root === NONE || vpn >= VIRTUAL_PAGES_MAX) return -1;
  const upper = (vpn * UPPER) | 0;
  const lower = vpn & 0x3ffff;
  const fourth = entries[root * NODE_WORDS + (upper >>> 9)];
  if (fourth === 0) return -1;
  state.probes = 2;
  const third = entries[(fourth >>> 8) * NODE_WORDS + (upper & 511)];
  if (third === 0) return -1;
  state.probes = 3;
  const index = (third >>> 8) * NODE_WORDS + (lower >>> 9);
  const second = entries[index];
  if (second === 0) return -1;
  if ((second & LARGE) !== 0) return index;
  state.probes = 4;
  const leaf = (second >>> 8) * NODE_WORDS + (lower & 511);
  return entries[leaf] === 0 ? -1 : leaf;
}

function find(state: X8664State, space: number, vpn: number): number {
  const { probes } = state;
  const index = descend(state, space, vpn);
  state.probes = probes;
  return index;
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
  assert(vpn >= 0 && vpn < VIRTUAL_PAGES_MAX && vpn % size === 0, 'x86-64: bad virtual page');
  assert(frame >= 0 && frame < 2 ** 24 && frame % size === 0, 'x86-64: bad frame');
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

/** Nodes on the way to `vpn` that are not there. */
function growth(state: X8664State, space: number, vpn: number, order: number): number {
  const { entries } = state;
  const levels = order === 0 ? 4 : 3;
  const upper = (vpn * UPPER) | 0;
  const slots = [upper >>> 9, upper & 511, (vpn & 0x3ffff) >>> 9];
  let node = state.roots[space];
  for (let level = 0; level < levels; level++) {
    if (node === NONE) return levels - level;
    const entry = level < 3 ? entries[node * NODE_WORDS + slots[level]] : 0;
    node = entry === 0 ? NONE : entry >>> 8;
  }
  return 0;
}

function remove(state: X8664State, space: number, vpn: number): number {
  const leaf = find(state, space, vpn);
  if (leaf < 0) return 0;
  const { entries, used } = state;
  const word = entries[leaf];
  entries[leaf] = 0;
  const node = Math.floor(leaf / NODE_WORDS);
  if (--used[node] === 0) pruneAbove(state, space, vpn, node);
  return word;
}

/** `node` is empty: gives it back, and whatever that empties above it. */
function pruneAbove(state: X8664State, space: number, vpn: number, node: number): void {
  const { entries, used } = state;
  const upper = (vpn * UPPER) | 0;
  const root = state.roots[space];
  const toThird = root * NODE_WORDS + (upper >>> 9);
  const third = entries[toThird] >>> 8;
  const toSecond = third * NODE_WORDS + (upper & 511);
  const second = entries[toSecond] >>> 8;
  releaseNode(state, node);
  if (node !== second) {
    entries[second * NODE_WORDS + ((vpn & 0x3ffff) >>> 9)] = 0;
    if (--used[second] > 0) return;
    releaseNode(state, second);
  }
  entries[toSecond] = 0;
  if (--used[third] > 0) return;
  releaseNode(state, third);
  entries[toThird] = 0;
  if (--used[root] > 0) return;
  releaseNode(state, root);
  state.roots[space] = NONE;
}

function removeSpace(state: X8664State, space: number): void {
  const root = state.roots[space];
  if (root === NONE) return;
  removeNode(state, root, 4);
  state.roots[space] = NONE;
}

function removeNode(state: X8664State, node: number, level: number): void {
  const start = node * NODE_WORDS;
  for (let at = start; level > 1 && at < start + NODE_WORDS; at++) {
    const entry = state.entries[at];
    if (entry !== 0 && (entry & LARGE) === 0) removeNode(state, entry >>> 8, level - 1);
  }
  state.entries.fill(0, start, start + NODE_WORDS);
  releaseNode(state, node);
}

function check(state: X8664State): string | undefined {
  const reached = new Uint8Array(state.nodes);
  for (const root of state.roots) {
    const wrong = root === NONE ? undefined : checkNode(state, root, 4, reached);
    if (wrong) return wrong;
  }
  let nodes = 0;
  for (const times of reached) nodes += times;
  if (nodes !== state.tableFrames) return `x86-64: ${nodes} nodes, ${state.tableFrames} counted`;
  for (let node = state.freeNode; node !== NONE; node = FREE - state.used[node]) {
    if (reached[node]++ > 0) return `x86-64: free node ${node} is in use or listed twice`;
    nodes++;
  }
  return nodes === state.nodes ? undefined : `x86-64: ${state.nodes - nodes} nodes are lost`;
}

function checkNode(
  state: X8664State,
  node: number,
  level: number,
  reached: Uint8Array,
): string | undefined {
  if (!(node < state.nodes)) return `x86-64: there is no node ${node}`;
  if (reached[node]++ > 0) return `x86-64: node ${node} is reached twice`;
  let used = 0;
  for (let slot = 0; slot < NODE_WORDS; slot++) {
    const entry = state.entries[node * NODE_WORDS + slot];
    if (entry === 0) continue;
    used++;
    const at = `x86-64: node ${node}, slot ${slot}`;
    const isLeaf = level === 1 || (entry & LARGE) !== 0;
    if (!isLeaf && (entry & PRESENT) === 0) return `${at} is not present`;
    if ((entry & LARGE) !== 0) {
      if (level !== 2) return `${at} is large on level ${level}`;
      if ((entry >>> 8) % 512 !== 0) return `${at} maps an unaligned 2 MiB run`;
    } else if (level > 1) {
      const wrong = checkNode(state, entry >>> 8, level - 1, reached);
      if (wrong) return wrong;
    }
  }
  if (used === 0) return `x86-64: node ${node} is empty`;
  return used === state.used[node] ? undefined : `x86-64: node ${node} has ${used} entries`;
}
