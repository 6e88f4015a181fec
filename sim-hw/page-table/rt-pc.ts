/**
 * IBM RT PC page table: inverted, one entry a frame, found by a hash (IBM RT PC Hardware Technical
 * Reference, ROMP memory-management unit; Rashid et al. 1987, section 5.1).
 *
 *   segment ^ page index, low bits -> anchor -> entry of a frame -> next in chain -> ...
 *                                               (space, vpn)?
 *
 * The table's size depends on memory alone, however sparse the spaces are. Its price: a frame has
 * room for one virtual page. Entering a second one for a frame (an alias) drops the first, which
 * will fault when it is touched again. Referenced and modified belong to the frame, as there, so
 * they outlive the drop.
 *
 * Where the numbers differ from the machine: it had pages of 2 KiB (or 4 KiB), 4 KiB here; 4-byte
 * addresses whose top 4 bits chose one of 16 segment registers, hence 2^40 bytes of segmented
 * addresses; here each space owns 16 segments of 256 MiB for good, numbered 16 * space + top bits,
 * which must stay below 4096 there and need not here. Left out: segments shared between spaces,
 * protection keys, lock bits and transaction ids of special segments, the machine's TLB reload
 * microcode. The hash and the 16-byte entry are (recalled).
 */

import { assert } from '../assert.ts';
import {
  createCounts,
  hideWord,
  MODIFIED,
  type PageTableFormat,
  type PageTableState,
  PRESENT,
  REFERENCED,
  showWord,
} from './format.ts';

const VIRTUAL_PAGES_MAX = 1 << 20;
/** Pages in a segment: 256 MiB. */
const SEGMENT_BITS = 16;
/** Bytes of an entry with its share of the anchors, and of a frame. */
const ENTRY_BYTES = 16;
const FRAME_BYTES = 4096;
const NONE = -1;

export interface RtPcState extends PageTableState {
  readonly format: 'rt-pc';
  /** First frame of each chain, or NONE. As many as frames, rounded up to a power of two. */
  readonly anchors: Int32Array;
  /** Next frame of the chain a frame is on, or NONE. */
  readonly next: Int32Array;
  /** What each frame is mapped at; space NONE when it is not. */
  readonly spaces: Int32Array;
  readonly vpns: Uint32Array;
}

export const rtPc: PageTableFormat<RtPcState> = {
  name: 'rt-pc',
  summary: 'Inverted table, hashed, one mapping a frame (IBM RT PC; Rashid et al. 1987, 5.1).',
  orders: [0],
  mapsFrameOnce: true,
  walksVary: true,
  virtualPagesMax: VIRTUAL_PAGES_MAX,
  hardwarePageBytes: FRAME_BYTES,
  create,
  walk,
  find,
  enter,
  forget: (state, space, vpn) => hideWord(state.entries, find(state, space, vpn)),
  reload: (state, space, vpn) => showWord(state.entries, find(state, space, vpn)),
  remove,
  removeSpace,
  check,
};

function create(frames: number, _addressSpaces: number, pageBytes = FRAME_BYTES): RtPcState {
  const bytes = frames * ENTRY_BYTES * (pageBytes / FRAME_BYTES);
  let anchors = 1;
  while (anchors < frames) anchors *= 2;
  return {
    format: 'rt-pc',
    entries: new Uint32Array(frames),
    probes: 0,
    tableFrames: Math.ceil(bytes / FRAME_BYTES),
    droppedSpace: -1,
    droppedVpn: -1,
    lost: [],
    counts: createCounts(),
    anchors: new Int32Array(anchors).fill(NONE),
    next: new Int32Array(frames).fill(NONE),
    spaces: new Int32Array(frames).fill(NONE),
    vpns: new Uint32Array(frames),
  };
}

/** As there while memory is at most 2^16 frames; beyond, the segment's own bits spread it too. */
function anchorOf(state: RtPcState, space: number, vpn: number): number {
  const segment = space * 16 + (vpn >>> SEGMENT_BITS);
  return (segment ^ vpn) & (state.anchors.length - 1);
}

function walk(state: RtPcState, space: number, vpn: number): number {
  const frame = search(state, space, vpn);
  return frame < 0 || (state.entries[frame] & PRESENT) !== 0 ? frame : -1;
}

/** The frame on the chain, whether its entry is present or not. */
function search(state: RtPcState, space: number, vpn: number): number {
  const { next, spaces, vpns } = state;
  let probes = 1;
  let frame = state.anchors[anchorOf(state, space, vpn)];
  while (frame !== NONE) {
    probes++;
    if (vpns[frame] === vpn && spaces[frame] === space) break;
    frame = next[frame];
  }
  state.probes = probes;
  return frame;
}

function find(state: RtPcState, space: number, vpn: number): number {
  const { probes } = state;
  const frame = search(state, space, vpn);
  state.probes = probes;
  return frame;
}

function enter(
  state: RtPcState,
  space: number,
  vpn: number,
  frame: number,
  order: number,
  flags: number,
): void {
  assert(order === 0, 'rt-pc: an entry maps order 0');
  assert(vpn >= 0 && vpn < VIRTUAL_PAGES_MAX && vpn === Math.floor(vpn), 'rt-pc: bad virtual page');
  assert(frame >= 0 && frame < state.entries.length, 'rt-pc: bad frame');
  assert(find(state, space, vpn) < 0, 'rt-pc: the place is taken');
  const alias = state.spaces[frame] !== NONE;
  state.droppedSpace = state.spaces[frame];
  state.droppedVpn = alias ? state.vpns[frame] : -1;
  const kept = state.entries[frame] & (REFERENCED | MODIFIED);
  if (alias) {
    unlink(state, frame);
    state.counts.aliasFaults++;
  }
  const anchor = anchorOf(state, space, vpn);
  state.next[frame] = state.anchors[anchor];
  state.anchors[anchor] = frame;
  state.spaces[frame] = space;
  state.vpns[frame] = vpn;
  state.entries[frame] = ((frame << 8) | flags | kept | PRESENT) >>> 0;
}

function remove(state: RtPcState, space: number, vpn: number): number {
  const frame = find(state, space, vpn);
  if (frame < 0) return 0;
  const word = state.entries[frame];
  unlink(state, frame);
  return word;
}

/** An inverted table knows no space's pages: every entry is looked at. */
function removeSpace(state: RtPcState, space: number): void {
  const frames = state.spaces.length;
  for (let frame = 0; frame < frames; frame++) {
    if (state.spaces[frame] === space) unlink(state, frame);
  }
}

/** Takes a mapped frame off its chain and clears its entry. */
function unlink(state: RtPcState, frame: number): void {
  const { next, anchors } = state;
  const anchor = anchorOf(state, state.spaces[frame], state.vpns[frame]);
  if (anchors[anchor] === frame) {
    anchors[anchor] = next[frame];
  } else {
    let before = anchors[anchor];
    while (next[before] !== frame) before = next[before];
    next[before] = next[frame];
  }
  next[frame] = NONE;
  state.spaces[frame] = NONE;
  state.vpns[frame] = 0;
  state.entries[frame] = 0;
}

function check(state: RtPcState): string | undefined {
  const onChain = new Uint8Array(state.entries.length);
  for (let anchor = 0; anchor < state.anchors.length; anchor++) {
    for (let frame = state.anchors[anchor]; frame !== NONE; frame = state.next[frame]) {
      if (onChain[frame]++ > 0) return `rt-pc: frame ${frame} is on a chain twice`;
      if (state.spaces[frame] === NONE) return `rt-pc: frame ${frame} is on a chain, not mapped`;
      if (anchorOf(state, state.spaces[frame], state.vpns[frame]) !== anchor) {
        return `rt-pc: frame ${frame} is on the wrong chain`;
      }
    }
  }
  for (let frame = 0; frame < onChain.length; frame++) {
    const entry = state.entries[frame];
    const mapped = state.spaces[frame] !== NONE;
    if (mapped !== (onChain[frame] === 1)) return `rt-pc: frame ${frame} is mapped, on no chain`;
    if (mapped !== (entry !== 0)) return `rt-pc: frame ${frame} has a wrong entry`;
    if (mapped && entry >>> 8 !== frame) return `rt-pc: entry ${frame} names another frame`;
  }
  return undefined;
}
