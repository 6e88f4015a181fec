/**
 * VAX: linear tables of two growing regions (VAX Architecture Reference Manual; Rashid et al. 1987,
 * section 5.1).
 *
 *    31  30 29                  9 8          0
 *   +------+---------------------+------------+
 *   |region|  entry of its table |   offset   |   virtual address, hardware pages of 512 bytes
 *   +------+---------------------+------------+
 *     0 = P0, grows up from 0         P0BR + 4 * entry, if entry < P0LR
 *     1 = P1, grows down from 2 GiB   P1BR + 4 * entry, if entry >= P1LR
 *
 * `vax-linear`: each table is as long as the region, as the length register says: 4 bytes for each
 * hardware page from its fixed end to the farthest page ever mapped, 8 MB for 2 GiB. `vax` is what
 * Mach does instead: it builds those pages of a table (512 bytes, 128 entries, 64 KB mapped) in
 * which something is mapped, and discards one when it wants another and has as many as it may:
 * what that mapped faults again. How many it may have is ours: one for eight frames of memory.
 *
 * The table lies in system space, so a walk reads the system's entry for the table's page first. An
 * entry has a modified bit and no referenced bit: software keeps the entry invalid until the first
 * touch, which is a trap.
 *
 * Left out: the system region, page tables that are themselves paged (VMS).
 */

import {
  type ChunkState,
  checkChunks,
  chunkBitsFor,
  chunkOf,
  createChunks,
  enterWord,
  findWord,
  forgetWord,
  hideChunk,
  NONE,
  removeChunks,
  removeWord,
  seenWord,
} from './chunks.ts';
import type { PageTableFormat } from './format.ts';

const HARDWARE_PAGE_BYTES = 512;
const SPACE_BYTES = 2 ** 31;
/** Bytes of a page of the table, and what that maps. */
const PART_BYTES = 512;
const PIECE_BYTES = (PART_BYTES / 4) * HARDWARE_PAGE_BYTES;
const PARTS_LEAST = 8;

export interface VaxState extends ChunkState {
  readonly format: 'vax' | 'vax-linear';
  /** By space: length of P0, and of P1, in pages. */
  readonly lengths: Int32Array;
  /** Parts that may be built; 0: tables are linear. */
  readonly partsMax: number;
  /** Parts built: `place` of a chunk is its part, and this its chunk. */
  readonly parts: Int32Array;
  partsBuilt: number;
  /** The part that goes next. */
  hand: number;
}

export const vax: PageTableFormat<VaxState> = vaxFormat(
  'vax',
  'Linear P0 and P1 tables, parts built at need and discarded (VAX; Rashid et al. 1987, 5.1).',
);

export const vaxLinear: PageTableFormat<VaxState> = vaxFormat(
  'vax-linear',
  'Linear P0 and P1 tables of full length (VAX Architecture Reference Manual).',
);

function vaxFormat(name: 'vax' | 'vax-linear', summary: string): PageTableFormat<VaxState> {
  return {
    name,
    summary,
    orders: [0],
    virtualPagesMax: SPACE_BYTES / 4096,
    hardwarePageBytes: HARDWARE_PAGE_BYTES,
    physicalBytesMax: 2 ** 30,
    emulatesReferenced: true,
    create: (frames, spaces, pageBytes) => create(name, frames, spaces, pageBytes),
    walk(state, space, vpn) {
      state.probes = 2;
      return seenWord(state, space, vpn);
    },
    find: findWord,
    enter,
    forget: forgetWord,
    reload,
    tableBytes,
    remove: (state, space, vpn) => removeWord(state, space, vpn, discard),
    removeSpace(state, space) {
      removeChunks(state, space, discard);
      state.lengths.fill(0, 2 * space, 2 * space + 2);
    },
    check,
  };
}

function create(
  name: VaxState['format'],
  frames: number,
  spaces: number,
  pageBytes = 4096,
): VaxState {
  const bits = chunkBitsFor(pageBytes, PIECE_BYTES);
  const hardwarePages = pageBytes / HARDWARE_PAGE_BYTES;
  const partsMax = name === 'vax' ? Math.max(PARTS_LEAST, frames >>> 3) : 0;
  return {
    ...createChunks(name, bits, hardwarePages, SPACE_BYTES / pageBytes),
    lengths: new Int32Array(2 * spaces),
    partsMax,
    parts: new Int32Array(partsMax).fill(NONE),
    partsBuilt: 0,
    hand: 0,
  };
}

function enter(
  state: VaxState,
  space: number,
  vpn: number,
  frame: number,
  order: number,
  flags: number,
): void {
  state.lost.length = 0;
  const index = enterWord(state, space, vpn, frame, order, flags);
  const half = state.virtualPagesMax / 2;
  const region = vpn < half ? 0 : 1;
  const length = region === 0 ? vpn + 1 : 2 * half - vpn;
  if ((state.lengths[2 * space + region] as number) < length)
    state.lengths[2 * space + region] = length;
  build(state, index >>> state.chunkBits);
  state.seen[index] = 1;
}

function reload(state: VaxState, space: number, vpn: number): boolean {
  state.lost.length = 0;
  const index = findWord(state, space, vpn);
  if (index < 0 || state.seen[index] === 1) return false;
  build(state, chunkOf(state, space, vpn));
  state.seen[index] = 1;
  return true;
}

/** The part of the table that holds the chunk is there from here on, if tables have parts. */
function build(state: VaxState, chunk: number): void {
  const { parts, partsMax } = state;
  if (partsMax === 0 || state.place[chunk] !== NONE) return;
  if (state.partsBuilt === partsMax) {
    const oldest = parts[state.hand] as number;
    hideChunk(state, oldest);
    discard(state, oldest);
    state.counts.groupSteals++;
  }
  while (parts[state.hand] !== NONE) state.hand = (state.hand + 1) % partsMax;
  parts[state.hand] = chunk;
  state.place[chunk] = state.hand;
  state.hand = (state.hand + 1) % partsMax;
  state.partsBuilt++;
}

function discard(state: VaxState, chunk: number): void {
  const part = state.place[chunk] as number;
  if (part === NONE) return;
  state.parts[part] = NONE;
  state.place[chunk] = NONE;
  state.partsBuilt--;
}

function tableBytes(state: VaxState): number {
  if (state.partsMax > 0) return state.partsBuilt * PART_BYTES;
  let pages = 0;
  for (const length of state.lengths) pages += length;
  return 4 * state.hardwarePages * pages;
}

function check(state: VaxState): string | undefined {
  let built = 0;
  for (const [part, chunk] of state.parts.entries()) {
    if (chunk === NONE) continue;
    built++;
    if (state.place[chunk] !== part) return `${state.format}: part ${part} is of no chunk`;
  }
  if (built !== state.partsBuilt) return `${state.format}: ${built} parts, not as counted`;
  for (let index = 0; state.partsMax > 0 && index < state.seen.length; index++)
    if (state.seen[index] === 1 && state.place[index >>> state.chunkBits] === NONE)
      return `${state.format}: word ${index} is seen in no part`;
  return checkChunks(state);
}
