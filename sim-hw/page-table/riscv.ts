/**
 * RISC-V Sv39 and Sv48: radix trees of three and four levels (The RISC-V Instruction Set Manual,
 * vol. II: Privileged Architecture, sections on Sv39 and Sv48).
 *
 *   35      27 26      18 17       9 8        0
 *  +----------+----------+----------+----------+
 *  |  VPN[3]  |  VPN[2]  |  VPN[1]  |  VPN[0]  |   virtual page number; Sv39 begins at VPN[2]
 *  +----------+----------+----------+----------+
 *   root node -> node -> node ------> node -> entry of a 4 KiB page
 *                         `-> leaf entry of a 2 MiB page (megapage)
 *
 * An entry with any of R, W, X set is a leaf on whatever level it stands, and one with none of them
 * leads down: LARGE stands for that here. Nodes are those of nodes.ts: 512 words in one pool, each a
 * frame of the hardware's (8-byte entries). The A and D bits are set by hardware (Svadu).
 *
 * Left out: 1 GiB and 512 GiB leafs (the machine promotes to 2 MiB), execute permission, the sign
 * extension of addresses (all numbers below 2^27, 2^36 are good), implementations that trap to have
 * A and D set (Svade).
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

export interface RiscvState extends PageTableState, NodePool {
  readonly format: 'riscv-sv39' | 'riscv-sv48';
  readonly levels: number;
  /** Root node of each space, or NONE until something is mapped there. */
  readonly roots: Int32Array;
}

/** Pages that an entry of each level spans. */
const SPANS = [1, 2 ** 9, 2 ** 18, 2 ** 27, 2 ** 36];

export const riscvSv39 = riscv('riscv-sv39', 3);
export const riscvSv48 = riscv('riscv-sv48', 4);

function riscv(name: RiscvState['format'], levels: number): PageTableFormat<RiscvState> {
  return {
    name,
    summary: `Radix tree, ${levels} levels of 512, pages of 4 KiB and 2 MiB (RISC-V manual, vol. II).`,
    orders: [0, 9],
    virtualPagesMax: SPANS[levels] as number,
    create: (_frames, spaces) => create(name, levels, spaces),
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
}

function create(name: RiscvState['format'], levels: number, spaces: number): RiscvState {
  return {
    format: name,
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
  };
}

/** Nine bits of a page number, from bit 9 * level on. */
function slotOf(vpn: number, level: number): number {
  return Math.floor(vpn / (SPANS[level] as number)) % 512;
}

function walk(state: RiscvState, space: number, vpn: number): number {
  const index = descend(state, space, vpn);
  return index < 0 || ((state.entries[index] as number) & PRESENT) !== 0 ? index : -1;
}

function find(state: RiscvState, space: number, vpn: number): number {
  const { probes } = state;
  const index = descend(state, space, vpn);
  state.probes = probes;
  return index;
}

/** Index of the leaf entry, whether it is present or not. */
function descend(state: RiscvState, space: number, vpn: number): number {
  const { entries } = state;
  let node = state.roots[space] as number;
  state.probes = 1;
  if (node === NONE || vpn >= (SPANS[state.levels] as number)) return -1;
  for (let level = state.levels - 1; ; level--) {
    const index = node * NODE_WORDS + slotOf(vpn, level);
    const entry = entries[index] as number;
    if (entry === 0) return -1;
    if (level === 0 || (entry & LARGE) !== 0) return index;
    node = entry >>> 8;
    state.probes++;
  }
}

function enter(
  state: RiscvState,
  space: number,
  vpn: number,
  frame: number,
  order: number,
  flags: number,
): void {
  const { format, levels } = state;
  const size = 1 << order;
  assert(order === 0 || order === 9, `${format}: an entry maps order 0 or 9`);
  assert(
    vpn >= 0 && vpn < (SPANS[levels] as number) && vpn % size === 0,
    `${format}: bad virtual page`,
  );
  assert(frame >= 0 && frame < 2 ** 24 && frame % size === 0, `${format}: bad frame`);
  state.lost.length = 0;
  if (state.roots[space] === NONE) state.roots[space] = takeNode(state);
  let node = state.roots[space] as number;
  const last = order === 0 ? 0 : 1;
  for (let level = levels - 1; level > last; level--)
    node = childNode(state, node, slotOf(vpn, level), format);
  const index = node * NODE_WORDS + slotOf(vpn, last);
  assert(state.entries[index] === 0, `${format}: the place is taken`);
  state.entries[index] = ((frame << 8) | flags | PRESENT | (order === 9 ? LARGE : 0)) >>> 0;
  (state.used[node] as number)++;
}

/** Nodes on the way to `vpn` that are not there. */
function growth(state: RiscvState, space: number, vpn: number, order: number): number {
  const last = order === 0 ? 0 : 1;
  let node = state.roots[space] as number;
  for (let level = state.levels - 1; level >= last; level--) {
    if (node === NONE) return level - last + 1;
    const entry = state.entries[node * NODE_WORDS + slotOf(vpn, level)] as number;
    node = entry === 0 ? NONE : entry >>> 8;
  }
  return 0;
}

function remove(state: RiscvState, space: number, vpn: number): number {
  const leaf = find(state, space, vpn);
  if (leaf < 0) return 0;
  const word = state.entries[leaf] as number;
  state.entries[leaf] = 0;
  const node = Math.floor(leaf / NODE_WORDS);
  if (--(state.used[node] as number) === 0) prune(state, space, vpn);
  return word;
}

/** Some node on the way to `vpn` is empty: gives it back, and whatever that empties above it. */
function prune(state: RiscvState, space: number, vpn: number): void {
  const { entries, used } = state;
  const way = [state.roots[space] as number];
  for (let level = state.levels - 1; level > 0; level--) {
    const entry = entries[(way.at(-1) as number) * NODE_WORDS + slotOf(vpn, level)] as number;
    if (entry === 0 || (entry & LARGE) !== 0) break;
    way.push(entry >>> 8);
  }
  for (let depth = way.length - 1; used[way[depth] as number] === 0; depth--) {
    releaseNode(state, way[depth] as number);
    if (depth === 0) {
      state.roots[space] = NONE;
      return;
    }
    const above = way[depth - 1] as number;
    entries[above * NODE_WORDS + slotOf(vpn, state.levels - depth)] = 0;
    (used[above] as number)--;
  }
}

function removeSpace(state: RiscvState, space: number): void {
  const root = state.roots[space] as number;
  if (root === NONE) return;
  removeNode(state, root, state.levels - 1);
  state.roots[space] = NONE;
}

function removeNode(state: RiscvState, node: number, level: number): void {
  const start = node * NODE_WORDS;
  for (let at = start; level > 0 && at < start + NODE_WORDS; at++) {
    const entry = state.entries[at] as number;
    if (entry !== 0 && (entry & LARGE) === 0) removeNode(state, entry >>> 8, level - 1);
  }
  state.entries.fill(0, start, start + NODE_WORDS);
  releaseNode(state, node);
}

function check(state: RiscvState): string | undefined {
  const { format, levels } = state;
  const reached = new Uint8Array(state.nodes);
  for (const root of state.roots) {
    const wrong = root === NONE ? undefined : checkNode(state, root, levels - 1, reached);
    if (wrong) return `${format}: ${wrong}`;
  }
  let nodes = 0;
  for (const times of reached) nodes += times;
  if (nodes !== state.tableFrames) return `${format}: ${nodes} nodes, ${state.tableFrames} counted`;
  for (let node = state.freeNode; node !== NONE; node = FREE - (state.used[node] as number)) {
    if ((reached[node] as number)++ > 0) return `${format}: free node ${node} is in use`;
    nodes++;
  }
  return nodes === state.nodes ? undefined : `${format}: ${state.nodes - nodes} nodes are lost`;
}

function checkNode(
  state: RiscvState,
  node: number,
  level: number,
  reached: Uint8Array,
): string | undefined {
  if (!(node < state.nodes)) return `there is no node ${node}`;
  if ((reached[node] as number)++ > 0) return `node ${node} is reached twice`;
  let used = 0;
  for (let slot = 0; slot < NODE_WORDS; slot++) {
    const entry = state.entries[node * NODE_WORDS + slot] as number;
    if (entry === 0) continue;
    used++;
    const isLarge = (entry & LARGE) !== 0;
    if (isLarge && (level !== 1 || (entry >>> 8) % 512 !== 0))
      return `node ${node}, slot ${slot} is large on level ${level}, or not aligned`;
    if (level === 0 || isLarge) continue;
    const wrong = checkNode(state, entry >>> 8, level - 1, reached);
    if (wrong) return wrong;
  }
  if (used === 0) return `node ${node} is empty`;
  return used === state.used[node] ? undefined : `node ${node} has ${used} entries`;
}
