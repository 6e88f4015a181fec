/**
 * Amaps: the anons of an entry, by place. Several entries may refer to one amap, each to all of it
 * or to a part; by place is counted how many do, so what nobody covers any more is free at once.
 */

import { assert } from '../../../sim-hw/assert.ts';
import { releaseAnon } from './anons.ts';
import { type Amap, type Entry, NONE, type UvmState } from './state.ts';

/** A new amap without anons, covered by one entry. */
export function createAmap(state: UvmState, places: number): number {
  const amap: Amap = {
    refs: 1,
    shared: false,
    anons: new Int32Array(places).fill(NONE),
    covered: new Int32Array(places).fill(1),
  };
  const free = state.amaps.indexOf(null);
  if (free < 0) return state.amaps.push(amap) - 1;
  state.amaps[free] = amap;
  return free;
}

export function amapOf(state: UvmState, id: number): Amap {
  const amap = state.amaps[id];
  assert(amap !== null && amap !== undefined, 'uvm amapOf: there is no such amap');
  return amap;
}

/** One more entry covers what `entry` covers of its amap. */
export function coverAgain(state: UvmState, entry: Entry): void {
  if (entry.amap === NONE) return;
  const amap = amapOf(state, entry.amap);
  amap.refs++;
  const to = entry.amapFrom + entry.end - entry.start;
  for (let place = entry.amapFrom; place < to; place++) amap.covered[place]++;
}

/** `entry` refers to its amap no more. */
export function uncover(state: UvmState, entry: Entry): void {
  if (entry.amap === NONE) return;
  const amap = amapOf(state, entry.amap);
  const to = entry.amapFrom + entry.end - entry.start;
  for (let place = entry.amapFrom; place < to; place++) {
    if (--amap.covered[place] > 0 || amap.anons[place] === NONE) continue;
    releaseAnon(state, amap.anons[place]);
    amap.anons[place] = NONE;
  }
  if (--amap.refs === 0) state.amaps[entry.amap] = null;
}

/**
 * Gives an entry marked `needsCopy` an amap of its own: a new one, or the one it alone refers to, or
 * a copy of the places it covers, whose anons are then of both.
 */
export function copyAmap(state: UvmState, entry: Entry): void {
  entry.needsCopy = false;
  const places = entry.end - entry.start;
  if (entry.amap === NONE) {
    entry.amap = createAmap(state, places);
    entry.amapFrom = 0;
    return;
  }
  const source = amapOf(state, entry.amap);
  if (source.refs === 1) return;
  const id = createAmap(state, places);
  const copy = amapOf(state, id);
  for (let place = 0; place < places; place++) {
    const anon = source.anons[entry.amapFrom + place];
    copy.anons[place] = anon;
    if (anon !== NONE) state.anons[anon].refs++;
  }
  uncover(state, entry);
  entry.amap = id;
  entry.amapFrom = 0;
}

/** The anon at `page` of the entry's space, or NONE. */
export function anonAt(state: UvmState, entry: Entry, page: number): number {
  if (entry.amap === NONE) return NONE;
  return amapOf(state, entry.amap).anons[entry.amapFrom + page - entry.start];
}

/**
 * Puts an anon where none is, or in place of one that the amap then refers to no more. Who shares
 * the amap must see it: mappings to what stood there before are dropped by the caller.
 */
export function setAnon(state: UvmState, entry: Entry, page: number, anon: number): void {
  const amap = amapOf(state, entry.amap);
  const place = entry.amapFrom + page - entry.start;
  const before = amap.anons[place];
  amap.anons[place] = anon;
  if (before !== NONE) releaseAnon(state, before);
}
