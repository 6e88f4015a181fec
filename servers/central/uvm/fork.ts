/**
 * Forks, and entries passed from space to space. What is copied is the entry: both sides refer to the
 * amap from then on and are marked `needsCopy`, and the parent's mappings may not write any more.
 * An amap that is shared must stay so: the copy gets an amap of its own at once, its anons' frames
 * may not be written through any mapping.
 */

import { amapOf, copyAmap, coverAgain } from './amaps.ts';
import { protectMappings, protectRange, removeMapping } from './frames.ts';
import { addEntry, entriesIn, entryAt, unmapRange } from './map.ts';
import { addSpace, type Entry, type Inherit, NONE, type Refusal, type UvmState } from './state.ts';

/** A child of `parent`: of each entry what it inherits. Its number. */
export function fork(state: UvmState, parent: number): number {
  const { entries, pmap } = state.spaces[parent];
  const child = addSpace(state, pmap.length);
  for (const entry of entries)
    if (entry.inherit !== 'none') passOn(state, parent, entry, child, entry.start, entry.inherit);
  return child;
}

/** The space ends: all that only it had is free. */
export function exit(state: UvmState, space: number): void {
  unmapRange(state, space, 0, state.spaces[space].pmap.length);
  state.spaces[space].alive = false;
}

/**
 * Passes pages [from, to) to another space, where they appear from page `at`: shared, copied, or
 * moved. No page is copied. All of it must be mapped there, and nothing here.
 */
export function passEntries(
  state: UvmState,
  source: number,
  from: number,
  to: number,
  target: number,
  at: number,
  how: 'share' | 'copy' | 'move',
): Refusal | null {
  const { entries, pmap } = state.spaces[target];
  const end = at + to - from;
  if (!(from >= 0 && from < to && at >= 0 && end <= pmap.length)) return 'out of range';
  for (let page = from; page < to; page++)
    if (entryAt(state.spaces[source], page) === null) return 'no entry';
  if (entries.some((entry) => entry.start < end && entry.end > at)) return 'not free';
  for (const entry of entriesIn(state, source, from, to)) {
    const place = at + entry.start - from;
    if (how === 'move') moveEntry(state, source, entry, target, place);
    else passOn(state, source, entry, target, place, how);
  }
  return null;
}

/** `target` gets from page `at` what `entry` of `source` is, shared or as a copy. */
function passOn(
  state: UvmState,
  source: number,
  entry: Entry,
  target: number,
  at: number,
  how: Inherit,
): void {
  if (how === 'share' && entry.needsCopy) copyAmap(state, entry);
  const passed: Entry = { ...entry, start: at, end: at + entry.end - entry.start };
  coverAgain(state, passed);
  if (entry.object !== NONE) state.objects[entry.object].refs++;
  addEntry(state, target, passed);
  if (how === 'share') {
    if (entry.amap !== NONE) amapOf(state, entry.amap).shared = true;
    return;
  }
  passed.copyOnWrite = true;
  passed.needsCopy = true;
  if (entry.amap === NONE) return;
  if (amapOf(state, entry.amap).shared) {
    copyAmap(state, passed);
    protectAnons(state, passed);
    return;
  }
  if (entry.needsCopy) return;
  entry.needsCopy = true;
  protectRange(state, source, entry.start, entry.end);
}

/** What an entry that was copied from a shared amap refers to may be written by nobody. */
function protectAnons(state: UvmState, { amap }: Entry): void {
  for (const anon of amapOf(state, amap).anons)
    if (anon !== NONE && state.anons[anon].frame !== NONE)
      protectMappings(state, state.anons[anon].frame);
}

function moveEntry(
  state: UvmState,
  source: number,
  entry: Entry,
  target: number,
  at: number,
): void {
  const { entries } = state.spaces[source];
  for (let page = entry.start; page < entry.end; page++) removeMapping(state, source, page);
  entries.splice(entries.indexOf(entry), 1);
  entry.end += at - entry.start;
  entry.start = at;
  addEntry(state, target, entry);
}
