/**
 * SUN 3: a segment map and groups of page map entries in memory of the MMU's own, for eight contexts
 * (Sun-3 Architecture Manual (recalled); Rashid et al. 1987, section 5.1).
 *
 *   27             17 16        13 12          0
 *  +-----------------+------------+-------------+
 *  |  segment (2048) | page (16)  |   offset    |   virtual address, hardware pages of 8 KiB
 *  +-----------------+------------+-------------+
 *   context, segment --> segment map --> PMEG (256 of 16 entries), page --> entry
 *
 * No table lies in memory, so a walk reads none, and nothing grows. What is short is the MMU's:
 *   more than 8 spaces in use: one loses its context, with all that is loaded of it
 *   more than 256 segments in use: one loses its PMEG, with the 16 pages that this maps
 * What is lost faults at its next touch, page by page, and the kernel puts it back. Who loses is
 * whose turn it is, round and round.
 *
 * A space gets its context when something is mapped or brought back in it. Left out: the contexts
 * and PMEGs of the kernel, physical addresses with holes (display memory).
 */

import {
  type ChunkState,
  checkChunks,
  chunkBitsFor,
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

const HARDWARE_PAGE_BYTES = 8192;
const SPACE_BYTES = 2 ** 28;
const SEGMENT_BYTES = 16 * HARDWARE_PAGE_BYTES;
const CONTEXTS = 8;
const PMEGS = 256;
/** A byte for each segment of a context, four for each entry: memory of the MMU. */
const MAP_BYTES = CONTEXTS * (SPACE_BYTES / SEGMENT_BYTES) + PMEGS * 16 * 4;

export interface Sun3State extends ChunkState {
  readonly format: 'sun-3';
  /** By space: its context, or NONE; by context: its space, or NONE; the one that goes next. */
  readonly contexts: Int32Array;
  readonly contextOf: Int32Array;
  nextContext: number;
  /** By PMEG: the chunk (a segment) that it maps, or NONE; `place` of that chunk is the PMEG. */
  readonly pmegs: Int32Array;
  pmegsUsed: number;
  nextPmeg: number;
}

export const sun3: PageTableFormat<Sun3State> = {
  name: 'sun-3',
  summary: 'Segment maps, 8 contexts, 256 groups of 16 entries (SUN 3; Rashid et al. 1987, 5.1).',
  orders: [0],
  virtualPagesMax: SPACE_BYTES / HARDWARE_PAGE_BYTES,
  hardwarePageBytes: HARDWARE_PAGE_BYTES,
  create,
  walk(state, space, vpn) {
    state.probes = 0;
    return seenWord(state, space, vpn);
  },
  find: findWord,
  enter(state, space, vpn, frame, order, flags) {
    state.lost.length = 0;
    load(state, space, enterWord(state, space, vpn, frame, order, flags));
  },
  forget: forgetWord,
  reload(state, space, vpn) {
    state.lost.length = 0;
    const index = findWord(state, space, vpn);
    if (index < 0 || state.seen[index] === 1) return false;
    load(state, space, index);
    return true;
  },
  tableBytes: () => MAP_BYTES,
  remove: (state, space, vpn) => removeWord(state, space, vpn, unload),
  removeSpace(state, space) {
    removeChunks(state, space, unload);
    const context = state.contextOf[space] as number;
    if (context !== NONE) state.contexts[context] = NONE;
    state.contextOf[space] = NONE;
  },
  check,
};

function create(_frames: number, spaces: number, pageBytes = HARDWARE_PAGE_BYTES): Sun3State {
  const bits = chunkBitsFor(pageBytes, SEGMENT_BYTES);
  const hardwarePages = pageBytes / HARDWARE_PAGE_BYTES;
  return {
    ...createChunks('sun-3', bits, hardwarePages, SPACE_BYTES / pageBytes),
    contexts: new Int32Array(CONTEXTS).fill(NONE),
    contextOf: new Int32Array(spaces).fill(NONE),
    nextContext: 0,
    pmegs: new Int32Array(PMEGS).fill(NONE),
    pmegsUsed: 0,
    nextPmeg: 0,
  };
}

/** The hardware sees the word from here on: its space has a context, its segment a PMEG. */
function load(state: Sun3State, space: number, index: number): void {
  if (state.contextOf[space] === NONE) takeContext(state, space);
  const chunk = index >>> state.chunkBits;
  if (state.place[chunk] === NONE) takePmeg(state, chunk);
  state.seen[index] = 1;
}

function takeContext(state: Sun3State, space: number): void {
  const { contexts, contextOf } = state;
  let context = contexts.indexOf(NONE);
  if (context < 0) {
    context = state.nextContext;
    state.nextContext = (context + 1) % CONTEXTS;
    const loser = contexts[context] as number;
    for (const chunk of state.pmegs) {
      if (chunk === NONE || state.spaces[chunk] !== loser) continue;
      hideChunk(state, chunk);
      unload(state, chunk);
    }
    contextOf[loser] = NONE;
    state.counts.contextSteals++;
  }
  contexts[context] = space;
  contextOf[space] = context;
}

function takePmeg(state: Sun3State, chunk: number): void {
  const { pmegs } = state;
  if (state.pmegsUsed === PMEGS) {
    const loser = pmegs[state.nextPmeg] as number;
    hideChunk(state, loser);
    unload(state, loser);
    state.counts.groupSteals++;
  }
  while (pmegs[state.nextPmeg] !== NONE) state.nextPmeg = (state.nextPmeg + 1) % PMEGS;
  pmegs[state.nextPmeg] = chunk;
  state.place[chunk] = state.nextPmeg;
  state.nextPmeg = (state.nextPmeg + 1) % PMEGS;
  state.pmegsUsed++;
}

/** The chunk's segment has no PMEG any more. */
function unload(state: Sun3State, chunk: number): void {
  const pmeg = state.place[chunk] as number;
  if (pmeg === NONE) return;
  state.pmegs[pmeg] = NONE;
  state.place[chunk] = NONE;
  state.pmegsUsed--;
}

function check(state: Sun3State): string | undefined {
  let used = 0;
  for (const [pmeg, chunk] of state.pmegs.entries()) {
    if (chunk === NONE) continue;
    used++;
    if (state.place[chunk] !== pmeg) return `sun-3: PMEG ${pmeg} is of no segment`;
    const context = state.contextOf[state.spaces[chunk] as number];
    if (context === NONE) return `sun-3: PMEG ${pmeg} is of a space without a context`;
  }
  if (used !== state.pmegsUsed) return `sun-3: ${used} PMEGs, ${state.pmegsUsed} counted`;
  for (const [context, space] of state.contexts.entries())
    if (space !== NONE && state.contextOf[space] !== context)
      return `sun-3: context ${context} is of no space`;
  for (let index = 0; index < state.seen.length; index++)
    if (state.seen[index] === 1 && state.place[index >>> state.chunkBits] === NONE)
      return `sun-3: word ${index} is seen without a PMEG`;
  return checkChunks(state);
}
