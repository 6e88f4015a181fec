/**
 * Maps of UVM: the entries of a space, sorted and disjoint. What changes a part of an entry clips it
 * first; amaps are shared by the pieces.
 */

import { amapOf, uncover } from './amaps.ts';
import { protectRange, removeMapping } from './frames.ts';
import {
  type Entry,
  type Inherit,
  NONE,
  type Refusal,
  type Space,
  type UvmState,
} from './state.ts';

/** Zero-filled memory of its own at pages [from, to). */
export function mapAnonymous(
  state: UvmState,
  space: number,
  from: number,
  to: number,
): Refusal | null {
  return addEntry(state, space, plainEntry(from, to));
}

/** Pages of a file, from its page `objectFrom`: itself, or a private copy of it. */
export function mapObject(
  state: UvmState,
  space: number,
  from: number,
  to: number,
  object: number,
  objectFrom: number,
  isPrivate: boolean,
): Refusal | null {
  const { backing } = state.objects[object];
  if (objectFrom < 0 || objectFrom + to - from > backing.length) return 'out of range';
  const entry = plainEntry(from, to);
  entry.object = object;
  entry.objectFrom = objectFrom;
  entry.copyOnWrite = isPrivate;
  entry.needsCopy = isPrivate;
  entry.inherit = isPrivate ? 'copy' : 'share';
  const refused = addEntry(state, space, entry);
  if (refused === null) state.objects[object].refs++;
  return refused;
}

/** An entry of anonymous memory, its amap still to be made. */
export function plainEntry(start: number, end: number): Entry {
  return {
    start,
    end,
    object: NONE,
    objectFrom: 0,
    amap: NONE,
    amapFrom: 0,
    copyOnWrite: true,
    needsCopy: true,
    writable: true,
    inherit: 'copy',
  };
}

/** Adds an entry where nothing is. */
export function addEntry(state: UvmState, space: number, entry: Entry): Refusal | null {
  const { entries, pmap } = state.spaces[space];
  if (!(entry.start >= 0 && entry.start < entry.end && entry.end <= pmap.length))
    return 'out of range';
  let at = 0;
  while (at < entries.length && entries[at].end <= entry.start) at++;
  if (at < entries.length && entries[at].start < entry.end) return 'not free';
  entries.splice(at, 0, entry);
  return null;
}

/** The entry that covers `page`, or null. */
export function entryAt({ entries }: Space, page: number): Entry | null {
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (page < entry.start) high = middle - 1;
    else if (page >= entry.end) low = middle + 1;
    else return entry;
  }
  return null;
}

/** Unmaps what there is of pages [from, to); contents that nobody else has are gone. */
export function unmapRange(state: UvmState, space: number, from: number, to: number): void {
  const { entries } = state.spaces[space];
  for (const entry of entriesIn(state, space, from, to)) {
    for (let page = entry.start; page < entry.end; page++) removeMapping(state, space, page);
    entries.splice(entries.indexOf(entry), 1);
    releaseEntry(state, entry);
  }
}

/** An entry that is in no map any more refers to nothing. */
export function releaseEntry(state: UvmState, entry: Entry): void {
  uncover(state, entry);
  if (entry.object !== NONE) state.objects[entry.object].refs--;
}

export function protectPages(
  state: UvmState,
  space: number,
  from: number,
  to: number,
  writable: boolean,
): void {
  for (const entry of entriesIn(state, space, from, to)) {
    entry.writable = writable;
    if (!writable) protectRange(state, space, entry.start, entry.end);
  }
}

/** What a child of the space will have of these pages. */
export function inheritPages(
  state: UvmState,
  space: number,
  from: number,
  to: number,
  inherit: Inherit,
): void {
  for (const entry of entriesIn(state, space, from, to)) entry.inherit = inherit;
}

/** All entries within [from, to), clipped to it. */
export function entriesIn(state: UvmState, space: number, from: number, to: number): Entry[] {
  clip(state, space, from);
  clip(state, space, to);
  return state.spaces[space].entries.filter(({ start, end }) => start >= from && end <= to);
}

/** No entry goes across `page`: one that does becomes two. */
function clip(state: UvmState, space: number, page: number): void {
  const { entries } = state.spaces[space];
  const entry = entryAt(state.spaces[space], page);
  if (entry === null || entry.start === page) return;
  const before = page - entry.start;
  const second: Entry = {
    ...entry,
    start: page,
    objectFrom: entry.objectFrom + before,
    amapFrom: entry.amap === NONE ? 0 : entry.amapFrom + before,
  };
  entry.end = page;
  // The two cover what the one did: an entry more, no place more.
  if (entry.amap !== NONE) amapOf(state, entry.amap).refs++;
  entries.splice(entries.indexOf(entry) + 1, 0, second);
  if (entry.object !== NONE) state.objects[entry.object].refs++;
}
