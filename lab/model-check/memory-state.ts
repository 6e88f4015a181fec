/** Canonical state of memory: frames, slots, contents, mappings, and what is on swap. */

import { madeReverseMap } from '../../nucleus/reverse-map.ts';
import { pagesOn } from '../../servers/memory/containers/page-state.ts';
import { allocateFrame, createBuddy, isFree } from '../../sim-hw/buddy.ts';
import { JUNK, NOBODY, UNMAPPED } from '../../sim-hw/frames.ts';
import { LENT } from '../../sim-hw/page-table/format.ts';
import { SPACE_PAGES } from './flat-table.ts';
import { cell, type Tape } from './tape.ts';
import { FIRST, type World } from './world.ts';

/** Of an entry: all but what only the memory server's own looks at use go by, which it never does here. */
const BITS = 0x3f;

/** Bitmaps of the allocator, by number of frames and by set of free frames. */
const bitmaps = new Map<number, Uint32Array[]>();

function bitmapsOf(frames: number, free: number): Uint32Array {
  let known = bitmaps.get(frames);
  if (known === undefined) {
    known = Array.from({ length: 1 << frames }, (_, set) => {
      const buddy = createBuddy(frames, 0);
      for (let frame = 0; frame < frames; frame++)
        if (((set >> frame) & 1) === 0) allocateFrame(buddy, frame);
      return buddy.words;
    });
    bitmaps.set(frames, known);
  }
  return known[free];
}

export function visitFrames(tape: Tape, world: World): void {
  const { frames, capabilities } = world.kernel.state;
  const { buddy, owner, lastOwner, mappedBy, generation, count } = frames;
  let free = 0;
  for (let frame = 0; frame < count; frame++) {
    owner[frame] = cell(tape, owner[frame]);
    mappedBy[frame] = cell(tape, mappedBy[frame]);
    const isNobodys = owner[frame] === NOBODY;
    const last = cell(tape, isNobodys ? lastOwner[frame] : 0);
    if (!tape.saves) {
      lastOwner[frame] = last;
      generation[frame] = 0;
    }
    visitStamp(tape, world, frames.stampLow, frames.stampHigh, frame);
    if (tape.saves && isFree(buddy, frame)) free |= 1 << frame;
  }
  free = cell(tape, free);
  if (!tape.saves) {
    buddy.words.set(bitmapsOf(count, free));
    buddy.free = 0;
    for (let rest = free; rest > 0; rest &= rest - 1) buddy.free++;
  }
  for (let id = FIRST; id < capabilities.length; id++) {
    const table = capabilities[id];
    table.slots = cell(tape, table.slots);
    table.freeSlot = cell(tape, table.freeSlot);
    for (let slot = 0; slot < table.slots; slot++) {
      table.slotFrame[slot] = cell(tape, table.slotFrame[slot]);
      const order = cell(tape, table.slotOrder[slot] >> 3);
      // In a container and locked out are the upper bits; every run here is one frame.
      if (!tape.saves) table.slotOrder[slot] = order << 3;
    }
    if (tape.saves) continue;
    const task = world.kernel.state.tasks[id];
    task.framesHeld = 0;
    for (let slot = 0; slot < table.slots; slot++)
      if (table.slotFrame[slot] >= 0) task.framesHeld++;
  }
}

/** 0 zeros, 1 junk, else 2 x page + 2, and 1 more where it is the page's last version. */
function visitStamp(
  tape: Tape,
  world: World,
  low: Uint32Array,
  high: Uint32Array,
  at: number,
): void {
  const { spaces } = world.kernel.state;
  if (tape.saves) {
    let code = 0;
    if (high[at] === JUNK) code = 1;
    else if (high[at] > 0) {
      const page = high[at] - 1;
      const { versions } = spaces[Math.floor(page / SPACE_PAGES)];
      code = 2 * page + 2 + (low[at] === versions[page % SPACE_PAGES] ? 1 : 0);
    }
    cell(tape, code);
    return;
  }
  const code = cell(tape, 0);
  low[at] = code > 1 ? code & 1 : 0;
  high[at] = code === 0 ? 0 : code === 1 ? JUNK : code >> 1;
}

/** Page tables. The versions of all pages begin anew at 1: stamps say which are the last. */
export function visitMappings(tape: Tape, world: World): void {
  const { table, spaces } = world.kernel.state;
  const { entries } = table;
  let mapped = 0;
  for (let at = 0; tape.saves && at < entries.length; at++) if (entries[at] !== 0) mapped++;
  mapped = cell(tape, mapped);
  if (tape.saves) {
    for (let at = 0; at < entries.length; at++) {
      if (entries[at] === 0) continue;
      cell(tape, at);
      cell(tape, entries[at] >>> 8);
      cell(tape, entries[at] & BITS);
    }
    return;
  }
  entries.fill(0);
  for (let i = 0; i < mapped; i++) {
    const at = cell(tape, 0);
    const frame = cell(tape, 0);
    entries[at] = (frame << 8) | cell(tape, 0);
    // A lent frame has one page on it here, and one mapping (unexplored-state.ts).
    if ((entries[at] & LENT) === 0) continue;
    const { next, lentFor } = madeReverseMap(world.kernel);
    next[at + 1] = UNMAPPED;
    lentFor[at + 1] = pagesOn(world.memory.pages, frame)[0];
  }
  for (const space of spaces) {
    space.versions.fill(1);
    space.written.fill(0);
  }
}

export function visitStore(tape: Tape, world: World): void {
  const { store } = world.swap;
  for (let block = 0; block < store.used; block++)
    visitStamp(tape, world, store.stampLow, store.stampHigh, block);
}
