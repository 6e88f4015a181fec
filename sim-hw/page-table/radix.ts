/**
 * Radix trees: what the page tables of x86-64 and RISC-V have in common beside their walks.
 *
 *   levels - 1 ...          1        0
 *   root ----> node ----> node ----> node -> entry of a base page
 *                          `-> LARGE entry of 512 pages
 *
 * Nodes are those of nodes.ts. An entry that leads down has the form of a leaf, with the number of
 * the node in place of the frame. A node exists while it has an entry, so memory follows what is
 * mapped; the hardware's node is one frame (8-byte entries), which is what `tableFrames` counts.
 *
 * All of this runs at a fault or more seldom. Walks run at each TLB miss: each format has its own.
 */

import { createCounts, LARGE, type PageTableState, PRESENT } from './format.ts';
import { FREE, NODE_SHIFT, NODE_WORDS, NONE, type NodePool, releaseNode } from './nodes.ts';

/** Pages that an entry of each level spans. */
export const SPANS = [1, 2 ** 9, 2 ** 18, 2 ** 27, 2 ** 36];

export interface RadixState extends PageTableState, NodePool {
  readonly levels: number;
  /** Root node of each space, or NONE until something is mapped there. */
  readonly roots: Int32Array;
}

/** A tree of `levels` for each of `spaces`, all empty. */
export function createRadix<F extends string>(format: F, levels: number, spaces: number) {
  return {
    format,
    levels,
    entries: new Uint32Array(8 * NODE_WORDS),
    probes: 0,
    tableFrames: 0,
    droppedSpace: -1,
    droppedVpn: -1,
    lost: [],
    counts: createCounts(),
    roots: new Int32Array(spaces).fill(NONE),
    used: new Int32Array(8),
    nodes: 0,
    freeNode: NONE,
  } satisfies RadixState;
}

/** Nine bits of a page number: its slot in a node of `level`. */
export function slotOf(vpn: number, level: number): number {
  return Math.floor(vpn / SPANS[level]) % NODE_WORDS;
}

/** Nodes on the way to `vpn` that are not there. */
export function growth(state: RadixState, space: number, vpn: number, order: number): number {
  const last = order === 0 ? 0 : 1;
  let node = state.roots[space];
  for (let level = state.levels - 1; level >= last; level--) {
    if (node === NONE) return level - last + 1;
    const entry = state.entries[node * NODE_WORDS + slotOf(vpn, level)];
    node = entry === 0 ? NONE : entry >>> 8;
  }
  return 0;
}

/** Removes the entry at index `leaf` by which `vpn` is mapped; its word, or 0 when `leaf` is -1. */
export function removeLeaf(state: RadixState, space: number, vpn: number, leaf: number): number {
  if (leaf < 0) return 0;
  const word = state.entries[leaf];
  state.entries[leaf] = 0;
  if (--state.used[leaf >>> NODE_SHIFT] === 0) prune(state, space, vpn);
  return word;
}

/** The last node on the way to `vpn` is empty: gives it back, and whatever that empties above it. */
function prune(state: RadixState, space: number, vpn: number): void {
  const { entries, used, levels, roots } = state;
  const way = [roots[space]];
  for (let level = levels - 1; level > 0; level--) {
    const entry = entries[way[way.length - 1] * NODE_WORDS + slotOf(vpn, level)];
    if (entry === 0) break;
    way.push(entry >>> 8);
  }
  for (let depth = way.length - 1; used[way[depth]] === 0; depth--) {
    releaseNode(state, way[depth]);
    if (depth === 0) {
      roots[space] = NONE;
      return;
    }
    const above = way[depth - 1];
    entries[above * NODE_WORDS + slotOf(vpn, levels - depth)] = 0;
    used[above]--;
  }
}

/** Gives back all nodes of `space`. */
export function removeSpace(state: RadixState, space: number): void {
  const root = state.roots[space];
  if (root === NONE) return;
  removeNode(state, root, state.levels - 1);
  state.roots[space] = NONE;
}

function removeNode(state: RadixState, node: number, level: number): void {
  const start = node * NODE_WORDS;
  for (let at = start; level > 0 && at < start + NODE_WORDS; at++) {
    const entry = state.entries[at];
    if (entry !== 0 && (entry & LARGE) === 0) removeNode(state, entry >>> 8, level - 1);
  }
  state.entries.fill(0, start, start + NODE_WORDS);
  releaseNode(state, node);
}

/** Re-sums nodes and entries; what is wrong, or undefined. */
export function check(state: RadixState): string | undefined {
  const { format } = state;
  const reached = new Uint8Array(state.nodes);
  for (const root of state.roots) {
    const wrong = root === NONE ? undefined : checkNode(state, root, state.levels - 1, reached);
    if (wrong) return `${format}: ${wrong}`;
  }
  let nodes = 0;
  for (const times of reached) nodes += times;
  if (nodes !== state.tableFrames) return `${format}: ${nodes} nodes, ${state.tableFrames} counted`;
  for (let node = state.freeNode; node !== NONE; node = FREE - state.used[node]) {
    if (reached[node]++ > 0) return `${format}: free node ${node} is in use or listed twice`;
    nodes++;
  }
  return nodes === state.nodes ? undefined : `${format}: ${state.nodes - nodes} nodes are lost`;
}

function checkNode(
  state: RadixState,
  node: number,
  level: number,
  reached: Uint8Array,
): string | undefined {
  if (!(node < state.nodes)) return `there is no node ${node}`;
  if (reached[node]++ > 0) return `node ${node} is reached twice`;
  let used = 0;
  for (let slot = 0; slot < NODE_WORDS; slot++) {
    const entry = state.entries[node * NODE_WORDS + slot];
    if (entry === 0) continue;
    used++;
    const at = `node ${node}, slot ${slot}`;
    if ((entry & LARGE) !== 0) {
      if (level !== 1) return `${at} is large on level ${level}`;
      if ((entry >>> 8) % NODE_WORDS !== 0) return `${at} maps an unaligned 2 MiB run`;
    } else if (level > 0) {
      if ((entry & PRESENT) === 0) return `${at} is not present`;
      const wrong = checkNode(state, entry >>> 8, level - 1, reached);
      if (wrong) return wrong;
    }
  }
  if (used === 0) return `node ${node} is empty`;
  return used === state.used[node] ? undefined : `node ${node} has ${used} entries`;
}
