/**
 * Replacement: which page of the cache goes first. Segmented LRU (Karedla, Love and Wherry 1994): a
 * page comes in on probation; only one that is read again is protected, so a scan, which reads each
 * page once, drives out what came in on probation and leaves the protected ones alone.
 *
 *   in --> [ probation: newest ... oldest ] --> out
 *             | read again        ^ no room
 *             v                   |
 *          [ protected: newest ... oldest ]
 *
 * With no place for protected pages it is plain LRU. Both lists are rings of links over the slots.
 */

/** In no list; and the lists. */
const NONE = 0;
const PROBATION = 1;
const PROTECTED = 2;

export interface Replacement {
  /** Slots; the two after the last are the heads of the lists. */
  readonly slots: number;
  readonly protectedMax: number;
  protectedCount: number;
  readonly list: Uint8Array;
  /** Towards the older, and towards the newer. */
  readonly older: Int32Array;
  readonly newer: Int32Array;
}

/** `share`: how many of the slots may be protected; 0: plain LRU. */
export function createReplacement(slots: number, share: number): Replacement {
  const older = new Int32Array(slots + 2);
  const newer = new Int32Array(slots + 2);
  for (const head of [slots, slots + 1]) {
    older[head] = head;
    newer[head] = head;
  }
  const protectedMax = Math.floor(slots * share);
  return { slots, protectedMax, protectedCount: 0, list: new Uint8Array(slots), older, newer };
}

/** A page has come into `slot`; `last`: it goes before all others. */
export function enterSlot(state: Replacement, slot: number, last: boolean): void {
  leaveSlot(state, slot);
  link(state, slot, PROBATION, last);
}

/** The page in `slot` has been read again. */
export function touchSlot(state: Replacement, slot: number): void {
  if (state.list[slot] === NONE) return;
  leaveSlot(state, slot);
  if (state.protectedMax === 0) return link(state, slot, PROBATION, false);
  link(state, slot, PROTECTED, false);
  if (state.protectedCount <= state.protectedMax) return;
  const oldest = state.newer[state.slots + 1];
  leaveSlot(state, oldest);
  link(state, oldest, PROBATION, false);
}

export function leaveSlot(state: Replacement, slot: number): void {
  if (state.list[slot] === NONE) return;
  if (state.list[slot] === PROTECTED) state.protectedCount--;
  state.list[slot] = NONE;
  state.newer[state.older[slot]] = state.newer[slot];
  state.older[state.newer[slot]] = state.older[slot];
}

/** The slot that goes first among those that nobody has pinned, or -1. */
export function victimOf(state: Replacement, pins: Uint16Array): number {
  for (const head of [state.slots, state.slots + 1])
    for (let slot = state.newer[head]; slot !== head; slot = state.newer[slot])
      if (pins[slot] === 0) return slot;
  return -1;
}

/** Beside its list's head: older than the head is the newest, newer than it the oldest. */
function link(state: Replacement, slot: number, list: number, last: boolean): void {
  const { older, newer } = state;
  const head = state.slots + list - PROBATION;
  state.list[slot] = list;
  if (list === PROTECTED) state.protectedCount++;
  if (last) {
    older[slot] = head;
    newer[slot] = newer[head];
    older[newer[head]] = slot;
    newer[head] = slot;
  } else {
    newer[slot] = head;
    older[slot] = older[head];
    newer[older[head]] = slot;
    older[head] = slot;
  }
}
