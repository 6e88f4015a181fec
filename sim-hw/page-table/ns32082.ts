/**
 * NS32082, the memory-management unit of Encore's Multimax and Sequent's Balance: two levels of
 * tables over 16 MB (National Semiconductor NS32082 data sheet (recalled); Rashid et al. 1987, 5.1).
 *
 *   23          16 15           9 8          0
 *  +--------------+--------------+------------+
 *  | level 1 (256)| level 2 (128)|   offset   |   virtual address, hardware pages of 512 bytes
 *  +--------------+--------------+------------+
 *   table of the space -> table of 64 KB -> entry
 *
 * A table of level 1 takes 1 KiB for each space that maps something, one of level 2 512 bytes for
 * each 64 KB of which something is mapped. No address lies beyond 16 MB, and no frame beyond 32 MB
 * of memory: larger scenarios are refused.
 *
 * The chip has an erratum: a fault in a read-modify-write cycle is reported as one of a read. Where
 * a scenario wants it (`machine.erratum`) every write that faults on a page not there is so
 * reported, as if all writes were such cycles; a second fault on a page that may be read can then
 * only be the write, and is taken as one, as Mach did (recalled). It costs a fault more for each.
 *
 * Left out: a second address space per process of the same chip, protection levels.
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

const HARDWARE_PAGE_BYTES = 512;
const SPACE_BYTES = 2 ** 24;
const LEVEL_1_BYTES = 4 * 256;
const LEVEL_2_BYTES = 4 * 128;
/** Bytes that a table of level 2 maps. */
const PIECE_BYTES = 128 * HARDWARE_PAGE_BYTES;

export interface Ns32082State extends ChunkState {
  readonly format: 'ns32082';
  /** By space: tables of level 2. */
  readonly tables: Int32Array;
}

export const ns32082: PageTableFormat<Ns32082State> = {
  name: 'ns32082',
  summary: 'Two levels, 16 MB a space, 32 MB of memory (Encore, Sequent; Rashid et al. 1987, 5.1).',
  orders: [0],
  virtualPagesMax: SPACE_BYTES / 4096,
  hardwarePageBytes: HARDWARE_PAGE_BYTES,
  physicalBytesMax: 2 ** 25,
  create,
  walk(state, space, vpn) {
    state.probes = state.tables[space] === 0 ? 1 : 2;
    return seenWord(state, space, vpn);
  },
  find: findWord,
  enter(state, space, vpn, frame, order, flags) {
    state.lost.length = 0;
    const before = state.chunksUsed;
    const index = enterWord(state, space, vpn, frame, order, flags);
    state.seen[index] = 1;
    (state.tables[space] as number) += state.chunksUsed - before;
  },
  forget: forgetWord,
  reload(state, space, vpn) {
    state.lost.length = 0;
    const index = findWord(state, space, vpn);
    if (index < 0 || state.seen[index] === 1) return false;
    state.seen[index] = 1;
    return true;
  },
  tableBytes(state) {
    let bytes = 0;
    for (const tables of state.tables)
      if (tables > 0) bytes += LEVEL_1_BYTES + tables * LEVEL_2_BYTES;
    return bytes;
  },
  remove: (state, space, vpn) => removeWord(state, space, vpn, tableGoes),
  removeSpace: (state, space) => removeChunks(state, space, tableGoes),
  check,
};

function create(_frames: number, spaces: number, pageBytes = 4096): Ns32082State {
  const bits = chunkBitsFor(pageBytes, PIECE_BYTES);
  const hardwarePages = pageBytes / HARDWARE_PAGE_BYTES;
  const chunks = createChunks('ns32082', bits, hardwarePages, SPACE_BYTES / pageBytes);
  return { ...chunks, tables: new Int32Array(spaces) };
}

function tableGoes(state: Ns32082State, chunk: number): void {
  (state.tables[state.spaces[chunk] as number] as number)--;
}

function check(state: Ns32082State): string | undefined {
  let tables = 0;
  for (const count of state.tables) tables += count;
  if (tables !== state.chunksUsed) return `ns32082: ${tables} tables, ${state.chunksUsed} chunks`;
  return checkChunks(state);
}
