/**
 * Loans and page transfer: pages given to the kernel or to another space without copying them.
 *
 *   loanToKernel   frames, to read, say while a device sends them. Nobody writes them meanwhile:
 *                  an owner who wants to takes another frame (fault.ts)
 *   takePages      anons for what a space has at some pages: its own anons, referred to once more, or
 *                  new ones that show an object's page, on loan
 *   givePages      puts such anons into a space as memory of its own
 *
 * Take and give are what a message with pages in it does. Who may lend, to whom: not said here.
 */

import { amapOf, anonAt, createAmap } from './amaps.ts';
import { emptyAnon, endLoan, releaseAnon } from './anons.ts';
import { fault, frameOfObject } from './fault.ts';
import { protectMappings } from './frames.ts';
import { addEntry, entryAt, plainEntry } from './map.ts';
import { NONE, type Refusal, type UvmState } from './state.ts';

/** Lends pages [from, to) of a space to the kernel: their frames, in order. */
export function loanToKernel(
  state: UvmState,
  space: number,
  from: number,
  to: number,
): number[] | Refusal {
  const lent: number[] = [];
  for (let page = from; page < to; page++) {
    const refused = fault(state, space, page, false);
    if (refused !== null) {
      returnLoan(state, lent);
      return refused;
    }
    const frame = (state.spaces[space].pmap[page] >> 1) - 1;
    state.frames.loans[frame]++;
    protectMappings(state, frame);
    lent.push(frame);
  }
  return lent;
}

/** The kernel is done with them. */
export function returnLoan(state: UvmState, lent: readonly number[]): void {
  for (const frame of lent) endLoan(state, frame);
}

/** Anons for pages [from, to) of a space, each referred to once more than before. */
export function takePages(
  state: UvmState,
  space: number,
  from: number,
  to: number,
): number[] | Refusal {
  const taken: number[] = [];
  for (let page = from; page < to; page++) {
    const anon = takePage(state, space, page);
    if (typeof anon === 'number') {
      taken.push(anon);
      continue;
    }
    for (const each of taken) releaseAnon(state, each);
    return anon;
  }
  return taken;
}

function takePage(state: UvmState, space: number, page: number): number | Refusal {
  const entry = entryAt(state.spaces[space], page);
  if (entry === null) return 'no entry';
  let anon = anonAt(state, entry, page);
  if (anon === NONE && entry.object === NONE) {
    const refused = fault(state, space, page, false);
    if (refused !== null) return refused;
    anon = anonAt(state, entry, page);
  }
  if (anon !== NONE) {
    state.anons[anon].refs++;
    if (state.anons[anon].frame !== NONE) protectMappings(state, state.anons[anon].frame);
    return anon;
  }
  const frame = frameOfObject(state, entry.object, entry.objectFrom + page - entry.start);
  if (frame === NONE) return 'no memory';
  const shown = emptyAnon(state);
  state.anons[shown].frame = frame;
  state.frames.loans[frame]++;
  protectMappings(state, frame);
  return shown;
}

/** Maps anons from page `at` of a space as its own memory; their references are the map's now. */
export function givePages(
  state: UvmState,
  space: number,
  at: number,
  anons: readonly number[],
): Refusal | null {
  const entry = plainEntry(at, at + anons.length);
  const refused = addEntry(state, space, entry);
  if (refused !== null) return refused;
  entry.needsCopy = false;
  entry.amap = createAmap(state, anons.length);
  amapOf(state, entry.amap).anons.set(anons);
  return null;
}
