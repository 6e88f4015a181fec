/**
 * MIPS R3000: there is no page table, but a TLB that software fills (Kane and Heinrich, MIPS RISC
 * Architecture; Draves 1991 on what Mach's refill costs).
 *
 *   19            k+.. 10-k         0
 *  +------------------+--------------+
 *  | page of entries  | entry in it  |   virtual page number, of 2^k hardware pages
 *  +------------------+--------------+
 *   TLB miss -> trap -> one load from a linear table in kernel memory -> TLB
 *
 * The table is the kernel's own matter: here a linear one in mapped kernel memory, of which those
 * pages exist that map something: 1024 entries of 4 bytes each. A miss is a trap to a handler of a
 * few instructions. The TLB has no referenced bit: the refill sets it (16 cycles rather than 9,
 * Draves 1991); nor does it set a modified bit: entries of clean pages forbid writing, and the first
 * write is a trap by the general vector, which a cost profile prices as any trap.
 *
 * Left out: misses on the table's own pages, the 8 entries that random replacement spares, ASIDs
 * that run out (here each space has its own), user addresses above 2 GiB.
 */

import {
  type ChunkState,
  checkChunks,
  chunkBitsFor,
  createChunks,
  enterWord,
  findWord,
  forgetWord,
  removeChunks,
  removeWord,
  seenWord,
} from './chunks.ts';
import type { PageTableFormat } from './format.ts';

const PAGE_BYTES = 4096;
const SPACE_BYTES = 2 ** 31;
/** A page of the table, which maps 4 MiB. */
const TABLE_PAGE_BYTES = 4096;
const ENTRY_BYTES = 4;

export interface MipsState extends ChunkState {
  readonly format: 'mips';
}

export const mips: PageTableFormat<MipsState> = {
  name: 'mips',
  summary: 'Software-filled TLB over a linear table, no bits kept (MIPS R3000; Draves 1991).',
  orders: [0],
  virtualPagesMax: SPACE_BYTES / PAGE_BYTES,
  hardwarePageBytes: PAGE_BYTES,
  softwareFilled: true,
  emulatesModified: true,
  create: (_frames, _spaces, pageBytes = PAGE_BYTES) => {
    const bits = chunkBitsFor(pageBytes, TABLE_PAGE_BYTES * (PAGE_BYTES / ENTRY_BYTES));
    return createChunks('mips', bits, pageBytes / PAGE_BYTES, SPACE_BYTES / pageBytes);
  },
  walk(state, space, vpn) {
    state.probes = 1;
    return seenWord(state, space, vpn);
  },
  find: findWord,
  enter(state, space, vpn, frame, order, flags) {
    state.lost.length = 0;
    const index = enterWord(state, space, vpn, frame, order, flags);
    state.seen[index] = 1;
  },
  forget: forgetWord,
  reload(state, space, vpn) {
    state.lost.length = 0;
    const index = findWord(state, space, vpn);
    if (index < 0 || state.seen[index] === 1) return false;
    state.seen[index] = 1;
    return true;
  },
  tableBytes: (state) => state.chunksUsed * TABLE_PAGE_BYTES,
  remove: (state, space, vpn) => removeWord(state, space, vpn, nothing),
  removeSpace: (state, space) => removeChunks(state, space, nothing),
  check: checkChunks,
};

function nothing(): void {}
