/**
 * Stale entries: translations that a TLB holds although the page table says otherwise by now. Only
 * machines with several CPUs have any, and only where nobody interrupted the CPU that holds them.
 *
 *   the table changes --> the entry leaves the look-up places, so that each use comes here
 *                     --> used as it stood: reads, and writes where it had been written through
 *                     --> gone: replaced by another one, or dropped by the CPU itself
 *
 * A write through an entry that was clean would walk the table first, so it faults instead. A write
 * through one that was dirty lands in the frame that the entry names; where the table still maps
 * the page it sets MODIFIED there, as NS32382s and others do that write these bits back blindly.
 *
 * Left out: stale entries of superpages (whoever changes those interrupts).
 */

import type { SpaceState } from './address-space.ts';
import { MODIFIED, REFERENCED } from './page-table/format.ts';
import { FETCH, READ } from './references.ts';
import { KEY_MASK, type TlbState } from './tlb.ts';
import type { Translation } from './translation.ts';

const NOWHERE = -1;

/** Entries by place, in the order in which they went stale. */
export interface StaleEntries {
  /** Unit keys. */
  readonly keys: number[];
  /** Places in the first and the second level, 0 for none. */
  readonly firsts: number[];
  readonly seconds: number[];
  /** NOWHERE: what is written there is overwritten before anybody looks. */
  readonly frames: number[];
  /** 1 for an entry through which may be written without a look at the table. */
  readonly dirty: number[];
  /** When the table changed. */
  readonly sinceNs: number[];
  /** Runs that used one, and those of them that wrote. */
  hits: number;
  writes: number;
  /** When the table changed for the entry that was written through last. */
  lastWrittenNs: number;
}

export function createStaleEntries(): StaleEntries {
  return {
    keys: [],
    firsts: [],
    seconds: [],
    frames: [],
    dirty: [],
    sinceNs: [],
    hits: 0,
    writes: 0,
    lastWrittenNs: 0,
  };
}

/** The entry of `unit`, if a level holds it, is stale from `sinceNs` on; false when none does. */
export function makeStale(
  stale: StaleEntries,
  tlb: TlbState,
  unit: number,
  frame: number,
  dirty: boolean,
  sinceNs: number,
): boolean {
  const key = unit & KEY_MASK;
  const first = tlb.firstPlace[4 * key] as number;
  const second = tlb.secondWays === 0 ? 0 : (tlb.secondPlace[key] as number);
  if (first === 0 && second === 0) return false;
  tlb.firstPlace.fill(0, 4 * key, 4 * key + 4);
  if (second !== 0) tlb.secondPlace[key] = 0;
  stale.keys.push(key);
  stale.firsts.push(first);
  stale.seconds.push(second);
  stale.frames.push(frame);
  stale.dirty.push(dirty ? 1 : 0);
  stale.sinceNs.push(sinceNs);
  return true;
}

/** Whether a reference to the page of `key` finds a stale entry. */
export function hitsStale(stale: StaleEntries, tlb: TlbState, key: number): boolean {
  const at = stale.keys.indexOf(key);
  if (at < 0) return false;
  const first = stale.firsts[at] as number;
  const second = stale.seconds[at] as number;
  const inFirst = first !== 0 && tlb.firstTag[first] === key;
  const inSecond = second !== 0 && tlb.secondTag[second] === key;
  if (!inFirst && !inSecond) {
    forget(stale, at);
    return false;
  }
  if (inFirst) tlb.firstUse[first] = tlb.now;
  stale.hits++;
  return true;
}

/** A write that the table forbids goes through a stale entry; false when it cannot. */
export function writesStale(
  at: Translation,
  stale: StaleEntries,
  space: SpaceState,
  page: number,
  index: number,
): boolean {
  const key = space.base + page + 1;
  const place = stale.keys.indexOf(key);
  if (place < 0 || stale.dirty[place] === 0) return false;
  const { table, frames } = at;
  const version = ((space.versions[page] as number) + 1) >>> 0;
  const frame = stale.frames[place] as number;
  space.versions[page] = version;
  if (frame !== NOWHERE) {
    frames.stampLow[frame] = version;
    frames.stampHigh[frame] = key;
  }
  if (index >= 0) table.entries[index] = (table.entries[index] as number) | MODIFIED | REFERENCED;
  stale.writes++;
  stale.lastWrittenNs = stale.sinceNs[place] as number;
  return true;
}

/** What is written through the entry at `at` from here on is lost: its frame is filled after that. */
export function loseWrites({ frames }: StaleEntries, at: number): void {
  frames[at] = NOWHERE;
}

/** Drops the stale entry of `key`, if there is one. */
export function dropStale(stale: StaleEntries, tlb: TlbState, key: number): boolean {
  const at = stale.keys.indexOf(key);
  if (at < 0) return false;
  dropAt(stale, tlb, at);
  return true;
}

/** Drops them all: the CPU has taken a tick, or turns to another address space. */
export function dropAllStale(stale: StaleEntries, tlb: TlbState): void {
  while (stale.keys.length > 0) dropAt(stale, tlb, stale.keys.length - 1);
}

/** The table allows again what the entry allows; the next write has to be told of all the same. */
export function makeValid(stale: StaleEntries, tlb: TlbState, key: number): void {
  const at = stale.keys.indexOf(key);
  if (at < 0) return;
  const first = stale.firsts[at] as number;
  const second = stale.seconds[at] as number;
  if (first !== 0 && tlb.firstTag[first] === key) {
    tlb.firstPlace[4 * key + READ] = first;
    tlb.firstPlace[4 * key + FETCH] = first;
  }
  if (second !== 0 && tlb.secondTag[second] === key) tlb.secondPlace[key] = second;
  forget(stale, at);
}

function dropAt(stale: StaleEntries, tlb: TlbState, at: number): void {
  const key = stale.keys[at] as number;
  const first = stale.firsts[at] as number;
  const second = stale.seconds[at] as number;
  if (first !== 0 && tlb.firstTag[first] === key) {
    tlb.firstTag[first] = 0;
    tlb.firstUse[first] = 0;
  }
  if (second !== 0 && tlb.secondTag[second] === key) {
    tlb.secondTag[second] = 0;
    tlb.secondUse[second] = 0;
  }
  forget(stale, at);
}

function forget(stale: StaleEntries, at: number): void {
  const { keys, firsts, seconds, frames, dirty, sinceNs } = stale;
  for (const column of [keys, firsts, seconds, frames, dirty, sinceNs]) column.splice(at, 1);
}
