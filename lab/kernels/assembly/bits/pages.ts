/**
 * Pages: what all lanes know of a page, a lane being one memory size of the simulation.
 *
 *   word    | MODIFIED (16) | REFERENCED (16) | resident (16) |    a bit a lane
 *   slots   | slot in lane 0 | in lane 1 | ...                     where a rule of that lane keeps it
 *
 * A hit at which no bit of the word is new changes nothing at any size.
 */

import { countWriteBack, lanes, pages, recordOf } from '../lane';
import { room } from '../memory';

/** Bits from one that tells residence to the one that tells of a use, and of a write. */
export const REFERENCED: u64 = 16;
export const MODIFIED: u64 = 32;

/** The word of page 0. */
export let words: usize = 0;
let slots: usize = 0;
let slotsBytes: usize = 0;

export function layOutPages(): void {
  words = room((<usize>pages) << 3);
  slotsBytes = (<usize>lanes) << 2;
  slots = room(<usize>pages * slotsBytes);
}

export function wordOf(page: u32): usize {
  return words + ((<usize>page) << 3);
}

/** Where that lane keeps a page that it holds. */
export function slotOf(page: u32, lane: u32): u32 {
  return load<u32>(slots + <usize>page * slotsBytes + ((<usize>lane) << 2));
}

export function setSlot(page: u32, lane: u32, slot: u32): void {
  store<u32>(slots + <usize>page * slotsBytes + ((<usize>lane) << 2), slot);
}

export function isModified(page: u32, lane: u32): bool {
  return ((load<u64>(wordOf(page)) >> (MODIFIED + <u64>lane)) & 1) !== 0;
}

export function clearReferenced(page: u32, lane: u32): void {
  const word = wordOf(page);
  store<u64>(word, load<u64>(word) & ~((<u64>1) << (REFERENCED + <u64>lane)));
}

/** The page goes from that lane, and what happened to it there with it. */
export function leave(page: u32, lane: u32): void {
  const word = wordOf(page);
  const known = load<u64>(word);
  const bit = (<u64>1) << (<u64>lane);
  if ((known & (bit << MODIFIED)) !== 0) countWriteBack(recordOf(lane));
  store<u64>(word, known & ~(bit | (bit << REFERENCED) | (bit << MODIFIED)));
}
