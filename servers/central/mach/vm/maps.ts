/**
 * Address maps: what is where in an address space [VM2].
 *
 *   map --first--> [0x1000, 0x5000) <--> [0x5000, 0x6000) <--> ... <--last-- map
 *                        |                     |
 *                   object, offset       sharing map, offset
 *
 * Rashid et al. 1987, section 3.2. Entries are sorted, do not overlap, and all pages of one have the
 * same attributes: an entry is clipped in two where an operation ends within it, and neighbours that
 * have become alike are merged. A look-up starts at the entry that the last one found (the hint).
 *
 * A sharing map (section 3.4) is a map that entries of several tasks' maps point to: what is shared
 * is changed once, below; rights and inheritance stay above. It points to no other sharing map.
 */

import { assert } from '../../../../sim-hw/assert.ts';
import { referTo, release } from './objects.ts';
import { forget, keep, NONE, recordOf } from './pool.ts';
import type { Vm, VmRefusal } from './state.ts';

export const READ = 1;
export const WRITE = 2;
export const EXECUTE = 4;
export const ALL = READ | WRITE | EXECUTE;

export type Inheritance = 'share' | 'copy' | 'none';

export interface AddressMap {
  references: number;
  /** Space of the hardware, or NONE: a sharing map. */
  readonly space: number;
  readonly start: number;
  readonly end: number;
  first: number;
  last: number;
  hint: number;
  entries: number;
}

export interface MapEntry {
  start: number;
  end: number;
  /** Object from `offset` on, or NONE: zeros, of which nobody has made an object yet. */
  object: number;
  /** Sharing map from `offset` on, or NONE. */
  submap: number;
  offset: number;
  /** The object is another's as well: a writer gets a shadow first. */
  needsCopy: boolean;
  inheritance: Inheritance;
  protection: number;
  protectionMax: number;
  wirings: number;
  next: number;
  previous: number;
}

export type EntryFields = Omit<MapEntry, 'next' | 'previous'>;

export function createMap(vm: Vm, space: number, start: number, end: number): number {
  const map = { references: 1, space, start, end, first: NONE, last: NONE, hint: NONE, entries: 0 };
  return keep(vm.state.maps, map);
}

export function mapAt({ state }: Vm, map: number): AddressMap {
  return recordOf(state.maps, map);
}

export function entryAt({ state }: Vm, entry: number): MapEntry {
  return recordOf(state.entries, entry);
}

/** The entry that holds `address`, or NONE. */
export function findEntry(vm: Vm, map: number, address: number): number {
  const entry = lastEntryFrom(vm, map, address);
  return entry !== NONE && entryAt(vm, entry).end > address ? entry : NONE;
}

/** The last entry that starts at or before `address`, or NONE. */
export function lastEntryFrom(vm: Vm, map: number, address: number): number {
  const record = mapAt(vm, map);
  const { counts } = vm.state;
  let at = record.hint;
  if (at === NONE || entryAt(vm, at).start > address) at = record.first;
  else if (entryAt(vm, at).end > address) {
    counts.hintHits++;
    return at;
  }
  counts.hintMisses++;
  if (at === NONE || entryAt(vm, at).start > address) return NONE;
  for (let next = entryAt(vm, at).next; next !== NONE; next = entryAt(vm, at).next) {
    if (entryAt(vm, next).start > address) break;
    at = next;
  }
  record.hint = at;
  return at;
}

/** Entries of [start, end), in order; clipped at both ends first, so that all lie within. */
export function clipRange(vm: Vm, map: number, start: number, end: number): number[] {
  clipAt(vm, map, start);
  clipAt(vm, map, end);
  const found: number[] = [];
  let at = lastEntryFrom(vm, map, start);
  if (at === NONE) at = mapAt(vm, map).first;
  else if (entryAt(vm, at).end <= start) at = entryAt(vm, at).next;
  for (; at !== NONE && entryAt(vm, at).start < end; at = entryAt(vm, at).next) found.push(at);
  return found;
}

/** Whether entries cover [start, end) without a hole. */
export function isCovered(vm: Vm, map: number, start: number, end: number): boolean {
  let address = start;
  let at = findEntry(vm, map, start);
  while (at !== NONE && entryAt(vm, at).start <= address) {
    address = entryAt(vm, at).end;
    if (address >= end) return true;
    at = entryAt(vm, at).next;
  }
  return false;
}

/** Why not all pages of [start, end) can be accessed so, or undefined. Changes nothing. */
export function whyNotAccessible(
  vm: Vm,
  map: number,
  start: number,
  end: number,
  rights: number,
): VmRefusal | undefined {
  if (!isCovered(vm, map, start, end)) return 'INVALID_ADDRESS';
  for (let at = findEntry(vm, map, start); at !== NONE; at = entryAt(vm, at).next) {
    if (entryAt(vm, at).start >= end) break;
    if ((entryAt(vm, at).protection & rights) !== rights) return 'PROTECTION_FAILURE';
  }
  return undefined;
}

/** The lowest hole of `size` bytes at or after `from`; NONE when there is none. */
export function findHole(vm: Vm, map: number, size: number, from: number): number {
  const record = mapAt(vm, map);
  let address = Math.max(from, record.start);
  for (let at = record.first; at !== NONE; at = entryAt(vm, at).next) {
    const { start, end } = entryAt(vm, at);
    if (start >= address + size) break;
    address = Math.max(address, end);
  }
  return address + size <= record.end ? address : NONE;
}

/** A new entry, in its place of the order; the references it stands for are the caller's. */
export function insertEntry(vm: Vm, map: number, fields: EntryFields): number {
  const before = lastEntryFrom(vm, map, fields.start);
  assert(
    before === NONE || entryAt(vm, before).end <= fields.start,
    'maps: an entry overlaps another',
  );
  return linkEntry(vm, map, before, fields);
}

/** Takes the entry out and drops what it refers to. Nothing may be wired by it, or mapped. */
export function removeEntry(vm: Vm, map: number, entry: number): void {
  const { object, submap } = unlinkEntry(vm, map, entry);
  if (object !== NONE) release(vm, object);
  if (submap !== NONE) releaseSharingMap(vm, submap);
}

/** One reference less to a sharing map; with the last one it ends. */
export function releaseSharingMap(vm: Vm, map: number): void {
  const record = mapAt(vm, map);
  assert(record.space === NONE, 'maps: a task map is released as a sharing map');
  if (--record.references > 0) return;
  while (record.first !== NONE) removeEntry(vm, map, record.first);
  forget(vm.state.maps, map);
}

/** Merges neighbours within and around [start, end) that have become alike. */
export function mergeRange(vm: Vm, map: number, start: number, end: number): void {
  let at = lastEntryFrom(vm, map, Math.max(start - 1, 0));
  if (at === NONE) at = mapAt(vm, map).first;
  while (at !== NONE && entryAt(vm, at).start <= end) {
    const next = entryAt(vm, at).next;
    if (next !== NONE && areAlike(entryAt(vm, at), entryAt(vm, next))) mergeWithNext(vm, map, at);
    else at = next;
  }
}

/** The entry across `address`, if there is one, is made two. */
function clipAt(vm: Vm, map: number, address: number): void {
  const at = findEntry(vm, map, address);
  if (at === NONE || entryAt(vm, at).start === address) return;
  const entry = entryAt(vm, at);
  const hasOffset = entry.object !== NONE || entry.submap !== NONE;
  const offset = hasOffset ? entry.offset + address - entry.start : 0;
  const { next: _next, previous: _previous, ...fields } = entry;
  linkEntry(vm, map, at, { ...fields, start: address, offset });
  entry.end = address;
  referTo(vm, entry.object);
  if (entry.submap !== NONE) mapAt(vm, entry.submap).references++;
}

function areAlike(a: MapEntry, b: MapEntry): boolean {
  const isOneThing = a.object === b.object && a.submap === b.submap;
  const hasOffset = a.object !== NONE || a.submap !== NONE;
  return (
    a.end === b.start &&
    isOneThing &&
    (!hasOffset || a.offset + (a.end - a.start) === b.offset) &&
    a.needsCopy === b.needsCopy &&
    a.inheritance === b.inheritance &&
    a.protection === b.protection &&
    a.protectionMax === b.protectionMax &&
    a.wirings === b.wirings
  );
}

function mergeWithNext(vm: Vm, map: number, at: number): void {
  const entry = entryAt(vm, at);
  const next = entryAt(vm, entry.next);
  const { end } = next;
  // Of two references one is left, and what is wired stays so, by the entry that stays.
  next.wirings = 0;
  removeEntry(vm, map, entry.next);
  entry.end = end;
}

function linkEntry(vm: Vm, map: number, before: number, fields: EntryFields): number {
  const record = mapAt(vm, map);
  const after = before === NONE ? record.first : entryAt(vm, before).next;
  const entry = keep(vm.state.entries, { ...fields, next: after, previous: before });
  if (before === NONE) record.first = entry;
  else entryAt(vm, before).next = entry;
  if (after === NONE) record.last = entry;
  else entryAt(vm, after).previous = entry;
  record.entries++;
  vm.state.counts.entriesMade++;
  return entry;
}

function unlinkEntry(vm: Vm, map: number, entry: number): MapEntry {
  const record = mapAt(vm, map);
  const gone = entryAt(vm, entry);
  assert(gone.wirings === 0, 'maps: a wired entry is removed');
  if (gone.previous === NONE) record.first = gone.next;
  else entryAt(vm, gone.previous).next = gone.next;
  if (gone.next === NONE) record.last = gone.previous;
  else entryAt(vm, gone.next).previous = gone.previous;
  if (record.hint === entry) record.hint = gone.previous;
  record.entries--;
  forget(vm.state.entries, entry);
  return gone;
}
