/**
 * Nodes of radix trees: one growing pool of 512-word nodes; entry i of node n is word n * 512 +
 * i. Freed nodes are taken again first, last in first out, so memory follows what is mapped.
 */

import { assert } from '../assert.ts';
import { LARGE, PRESENT } from './format.ts';

export const NODE_WORDS = 512;
export const NODE_SHIFT = 9;
export const NONE = -1;
/** Base of the free list's links in `used`: a free node holds FREE - next. */
export const FREE = -2;

export interface NodePool {
  /** Words of all nodes. Reassigned when the pool grows. */
  entries: Uint32Array;
  /** Nodes in use: each is one frame of the hardware's. */
  tableFrames: number;
  /** Entries in use in each node; of a free node FREE - next free node. */
  used: Int32Array;
  /** Nodes ever used: the pool beyond is untouched. */
  nodes: number;
  /** First of the free list, or NONE. */
  freeNode: number;
}

/** The node below a slot, made when there is none. */
export function childNode(state: NodePool, node: number, slot: number, format: string): number {
  const index = node * NODE_WORDS + slot;
  const entry = state.entries[index];
  if (entry !== 0) {
    if ((entry & LARGE) !== 0) assert(false, `${format}: the place is in a 2 MiB page`);
    return entry >>> 8;
  }
  const child = takeNode(state);
  state.entries[index] = ((child << 8) | PRESENT) >>> 0;
  state.used[node]++;
  return child;
}

/** An empty node: a freed one first. Its words are 0. */
export function takeNode(state: NodePool): number {
  state.tableFrames++;
  const free = state.freeNode;
  if (free !== NONE) {
    state.freeNode = FREE - state.used[free];
    state.used[free] = 0;
    return free;
  }
  if (state.nodes === state.used.length) growPool(state);
  return state.nodes++;
}

/** Takes back a node whose words are 0. */
export function releaseNode(state: NodePool, node: number): void {
  state.tableFrames--;
  state.used[node] = FREE - state.freeNode;
  state.freeNode = node;
}

/** An eighth more nodes: a mapping of 10^6 pages in a row then takes 4.0 to 4.6 bytes a page. */
function growPool(state: NodePool): void {
  const nodes = state.nodes + Math.max(8, state.nodes >>> 3);
  const entries = new Uint32Array(nodes * NODE_WORDS);
  entries.set(state.entries);
  state.entries = entries;
  const used = new Int32Array(nodes);
  used.set(state.used);
  state.used = used;
}
