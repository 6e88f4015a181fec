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
 * leads down: LARGE stands for that here. The tree is radix.ts. The A and D bits are set by hardware
 * (Svadu).
 *
 * Left out: 1 GiB and 512 GiB leafs (LARGE is one bit of an entry, and is 512 pages for the TLB and
 * for promotion too), execute permission, the sign extension of addresses (all numbers below 2^27,
 * 2^36 are good), implementations that trap to have A and D set (Svade).
 */

import { assert } from '../assert.ts';
import { hideWord, LARGE, type PageTableFormat, PRESENT, showWord } from './format.ts';
import { childNode, NODE_WORDS, NONE, takeNode } from './nodes.ts';
import {
  check,
  createRadix,
  growth,
  type RadixState,
  removeLeaf,
  removeSpace,
  SPANS,
  slotOf,
} from './radix.ts';

export interface RiscvState extends RadixState {
  readonly format: 'riscv-sv39' | 'riscv-sv48';
}

export const riscvSv39 = riscv('riscv-sv39', 3);
export const riscvSv48 = riscv('riscv-sv48', 4);

function riscv(name: RiscvState['format'], levels: number): PageTableFormat<RiscvState> {
  return {
    name,
    summary: `Radix tree, ${levels} levels of 512, pages of 4 KiB and 2 MiB (RISC-V manual, vol. II).`,
    orders: [0, 9],
    virtualPagesMax: SPANS[levels],
    create: (_frames, spaces) => createRadix(name, levels, spaces),
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
}

function walk(state: RiscvState, space: number, vpn: number): number {
  const index = descend(state, space, vpn);
  return index < 0 || (state.entries[index] & PRESENT) !== 0 ? index : -1;
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
  let node = state.roots[space];
  state.probes = 1;
  if (node === NONE || vpn >= SPANS[state.levels]) return -1;
  for (let level = state.levels - 1; ; level--) {
    const index = node * NODE_WORDS + slotOf(vpn, level);
    const entry = entries[index];
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
  assert(vpn >= 0 && vpn < SPANS[levels] && vpn % size === 0, `${format}: bad virtual page`);
  assert(frame >= 0 && frame < 2 ** 24 && frame % size === 0, `${format}: bad frame`);
  state.lost.length = 0;
  if (state.roots[space] === NONE) state.roots[space] = takeNode(state);
  let node = state.roots[space];
  const last = order === 0 ? 0 : 1;
  for (let level = levels - 1; level > last; level--)
    node = childNode(state, node, slotOf(vpn, level), format);
  const index = node * NODE_WORDS + slotOf(vpn, last);
  assert(state.entries[index] === 0, `${format}: the place is taken`);
  state.entries[index] = ((frame << 8) | flags | PRESENT | (order === 9 ? LARGE : 0)) >>> 0;
  state.used[node]++;
}
