/**
 * Chunks: the kernel's record of a space in pieces of 2^n pages, kept while something is mapped
 * there, for formats whose hardware sees but a part of it.
 *
 *   (space, page number >> n) --hash--> chunk --low n bits--> word, and whether the hardware has it
 *
 * A piece is what such a format loads, builds or takes away: the 16 pages of a SUN 3 segment, the
 * pages that one page of a VAX table maps. Words of chunk c are entries c * 2^n and up. Emptied
 * chunks are taken again first, so memory follows what is mapped.
 */

import { assert } from '../assert.ts';
import { createCounts, type PageTableState, PRESENT } from './format.ts';

export const NONE = -1;

export interface ChunkState extends PageTableState {
  readonly chunkBits: number;
  readonly virtualPagesMax: number;
  /** Hardware pages in a page. */
  readonly hardwarePages: number;
  /** By word: 1 while the hardware sees it. */
  seen: Uint8Array;
  /** By chunk: its space (NONE: free), which piece of it, words in use, next of its bucket. */
  spaces: Int32Array;
  pieces: Int32Array;
  used: Int32Array;
  next: Int32Array;
  /** By chunk: where the hardware has it, as the format means it, or NONE. */
  place: Int32Array;
  buckets: Int32Array;
  /** Chunks ever used, used now, first of the free ones. */
  chunks: number;
  chunksUsed: number;
  freeChunk: number;
}

/** `chunkBits`: base-2 log of the pages of a piece. */
export function createChunks<Name extends string>(
  format: Name,
  chunkBits: number,
  hardwarePages: number,
  virtualPagesMax: number,
): ChunkState & { readonly format: Name } {
  return {
    format,
    entries: new Uint32Array(0),
    probes: 0,
    tableFrames: 0,
    droppedSpace: -1,
    droppedVpn: -1,
    lost: [],
    counts: createCounts(),
    chunkBits,
    hardwarePages,
    virtualPagesMax,
    seen: new Uint8Array(0),
    spaces: new Int32Array(0),
    pieces: new Int32Array(0),
    used: new Int32Array(0),
    next: new Int32Array(0),
    place: new Int32Array(0),
    buckets: new Int32Array(16).fill(NONE),
    chunks: 0,
    chunksUsed: 0,
    freeChunk: NONE,
  };
}

/** Base-2 log of the pages in a piece of so many bytes; 0 where a page is as large or larger. */
export function chunkBitsFor(pageBytes: number, pieceBytes: number): number {
  let bits = 0;
  for (let bytes = pageBytes * 2; bytes <= pieceBytes; bytes *= 2) bits++;
  return bits;
}

function bucketOf(state: ChunkState, space: number, piece: number): number {
  const mixed = Math.imul(space, 0x9e3779b1) ^ Math.imul(piece, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (state.buckets.length - 1);
}

/** The chunk that holds `vpn`, or NONE. */
export function chunkOf(state: ChunkState, space: number, vpn: number): number {
  if (vpn >= state.virtualPagesMax) return NONE;
  const piece = vpn >>> state.chunkBits;
  let chunk = state.buckets[bucketOf(state, space, piece)] as number;
  while (chunk !== NONE && (state.pieces[chunk] !== piece || state.spaces[chunk] !== space))
    chunk = state.next[chunk] as number;
  return chunk;
}

/** Index of the word of `vpn`, or -1: what `find` of such a format is. */
export function findWord(state: ChunkState, space: number, vpn: number): number {
  const chunk = chunkOf(state, space, vpn);
  if (chunk === NONE) return -1;
  const index = (chunk << state.chunkBits) | (vpn & ((1 << state.chunkBits) - 1));
  return state.entries[index] === 0 ? -1 : index;
}

/** The same of what the hardware sees. */
export function seenWord(state: ChunkState, space: number, vpn: number): number {
  const index = findWord(state, space, vpn);
  return index >= 0 && state.seen[index] === 1 ? index : -1;
}

/** Puts the word of a mapping down; the hardware does not see it yet. Returns its index. */
export function enterWord(
  state: ChunkState,
  space: number,
  vpn: number,
  frame: number,
  order: number,
  flags: number,
): number {
  const { format, virtualPagesMax } = state;
  assert(order === 0, `${format}: an entry maps order 0`);
  const good = vpn >= 0 && vpn < virtualPagesMax && vpn === Math.floor(vpn);
  assert(good, `${format}: bad virtual page`);
  assert(frame >= 0 && frame < 2 ** 24, `${format}: bad frame`);
  let chunk = chunkOf(state, space, vpn);
  if (chunk === NONE) chunk = takeChunk(state, space, vpn >>> state.chunkBits);
  const index = (chunk << state.chunkBits) | (vpn & ((1 << state.chunkBits) - 1));
  assert(state.entries[index] === 0, `${format}: the place is taken`);
  state.entries[index] = ((frame << 8) | flags | PRESENT) >>> 0;
  state.seen[index] = 0;
  (state.used[chunk] as number)++;
  return index;
}

/** Takes the word out; 0 when there was none. `emptied` is told of a chunk that goes with it. */
export function removeWord<S extends ChunkState>(
  state: S,
  space: number,
  vpn: number,
  emptied: (state: S, chunk: number) => void,
): number {
  const index = findWord(state, space, vpn);
  if (index < 0) return 0;
  const word = state.entries[index] as number;
  state.entries[index] = 0;
  state.seen[index] = 0;
  const chunk = index >>> state.chunkBits;
  if (--(state.used[chunk] as number) === 0) {
    emptied(state, chunk);
    freeChunk(state, chunk);
  }
  return word;
}

export function removeChunks<S extends ChunkState>(
  state: S,
  space: number,
  emptied: (state: S, chunk: number) => void,
): void {
  for (let chunk = 0; chunk < state.chunks; chunk++) {
    if (state.spaces[chunk] !== space) continue;
    const from = chunk << state.chunkBits;
    state.entries.fill(0, from, from + (1 << state.chunkBits));
    state.seen.fill(0, from, from + (1 << state.chunkBits));
    emptied(state, chunk);
    freeChunk(state, chunk);
  }
}

/** The hardware sees nothing of the chunk any more; what it saw is told in `lost`. */
export function hideChunk(state: ChunkState, chunk: number): void {
  const from = chunk << state.chunkBits;
  const first = (state.pieces[chunk] as number) << state.chunkBits;
  for (let low = 0; low < 1 << state.chunkBits; low++) {
    if (state.seen[from + low] === 0) continue;
    state.seen[from + low] = 0;
    state.lost.push(state.spaces[chunk] as number, first + low);
  }
}

/** `forget` of such a format. */
export function forgetWord(state: ChunkState, space: number, vpn: number): boolean {
  const index = seenWord(state, space, vpn);
  if (index < 0) return false;
  state.seen[index] = 0;
  return true;
}

function takeChunk(state: ChunkState, space: number, piece: number): number {
  let chunk = state.freeChunk;
  if (chunk === NONE) {
    if (state.chunks === state.used.length) grow(state);
    chunk = state.chunks++;
  } else state.freeChunk = state.next[chunk] as number;
  state.chunksUsed++;
  state.spaces[chunk] = space;
  state.pieces[chunk] = piece;
  state.used[chunk] = 0;
  state.place[chunk] = NONE;
  const bucket = bucketOf(state, space, piece);
  state.next[chunk] = state.buckets[bucket] as number;
  state.buckets[bucket] = chunk;
  return chunk;
}

/** Gives back a chunk whose words are 0. */
function freeChunk(state: ChunkState, chunk: number): void {
  const { buckets, next } = state;
  const bucket = bucketOf(state, state.spaces[chunk] as number, state.pieces[chunk] as number);
  if (buckets[bucket] === chunk) buckets[bucket] = next[chunk] as number;
  else {
    let before = buckets[bucket] as number;
    while (next[before] !== chunk) before = next[before] as number;
    next[before] = next[chunk] as number;
  }
  state.chunksUsed--;
  state.spaces[chunk] = NONE;
  state.used[chunk] = 0;
  state.place[chunk] = NONE;
  next[chunk] = state.freeChunk;
  state.freeChunk = chunk;
}

/** Half as many chunks again, and as many buckets as chunks at the least. */
function grow(state: ChunkState): void {
  const chunks = state.chunks + Math.max(8, state.chunks >>> 1);
  const entries = new Uint32Array(chunks << state.chunkBits);
  entries.set(state.entries);
  state.entries = entries;
  const seen = new Uint8Array(entries.length);
  seen.set(state.seen);
  state.seen = seen;
  for (const key of ['spaces', 'pieces', 'used', 'next', 'place'] as const) {
    const array = new Int32Array(chunks).fill(NONE);
    array.set(state[key]);
    state[key] = array;
  }
  if (state.buckets.length >= chunks) return;
  state.buckets = new Int32Array(2 * state.buckets.length).fill(NONE);
  for (let chunk = 0; chunk < state.chunks; chunk++) {
    if (state.spaces[chunk] === NONE) continue;
    const bucket = bucketOf(state, state.spaces[chunk] as number, state.pieces[chunk] as number);
    state.next[chunk] = state.buckets[bucket] as number;
    state.buckets[bucket] = chunk;
  }
}

/** What is wrong with the record, or undefined: the part of `check` that all such formats share. */
export function checkChunks(state: ChunkState): string | undefined {
  const { format, chunkBits } = state;
  let used = 0;
  for (let chunk = 0; chunk < state.chunks; chunk++) {
    let words = 0;
    for (let low = 0; low < 1 << chunkBits; low++) {
      const index = (chunk << chunkBits) | low;
      if (state.entries[index] !== 0) words++;
      else if (state.seen[index] !== 0) return `${format}: empty word ${index} is seen`;
    }
    const space = state.spaces[chunk] as number;
    if (space === NONE && words > 0) return `${format}: free chunk ${chunk} has words`;
    if (space === NONE) continue;
    used++;
    if (words === 0 || words !== state.used[chunk])
      return `${format}: chunk ${chunk} has ${words} words, ${state.used[chunk]} counted`;
    if (chunkOf(state, space, (state.pieces[chunk] as number) << chunkBits) !== chunk)
      return `${format}: chunk ${chunk} is on no chain`;
  }
  return used === state.chunksUsed ? undefined : `${format}: ${used} chunks, not as counted`;
}
