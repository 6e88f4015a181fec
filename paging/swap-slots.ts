/**
 * Swap slots: where on swap a central pager has its pages, when it may put them where it likes. A page
 * that goes out leaves the slot it had, and takes the next one of a run of free slots; what goes out
 * together so lies side by side, and a disk writes it without moving (UVM; Cranor 1998). A pager
 * without this has a place for each page, for good.
 *
 * There are more slots than pages, so one is always free. Left out: telling the swap server of slots
 * that are free again, which a stack of layers would want to know.
 */

import { assert } from '../sim-hw/assert.ts';

export interface SwapSlots {
  /** By page; NO_SLOT: it has never been on swap. */
  readonly slotOf: Int32Array;
  readonly used: Uint8Array;
  /** Slots that are looked for in one run; those left of the present run, from `next`. */
  readonly run: number;
  left: number;
  next: number;
  /** Times that a page has left one slot for another. */
  reassigned: number;
}

const NO_SLOT = -1;

/** Slots for so many pages: twice as many. */
export function slotsFor(pages: number): number {
  return 2 * pages;
}

/** Slots for so many pages; those for which `isThere` says so are on swap, in the slot of their number. */
export function createSwapSlots(
  pages: number,
  run: number,
  isThere: (page: number) => boolean,
): SwapSlots {
  const slots: SwapSlots = {
    slotOf: new Int32Array(pages).fill(NO_SLOT),
    used: new Uint8Array(slotsFor(pages)),
    run,
    left: 0,
    next: 0,
    reassigned: 0,
  };
  for (let page = 0; page < pages; page++) {
    if (!isThere(page)) continue;
    slots.slotOf[page] = page;
    slots.used[page] = 1;
  }
  return slots;
}

/** The slot that `page` is in, to be read. */
export function slotToRead({ slotOf }: SwapSlots, page: number): number {
  assert(slotOf[page] !== NO_SLOT, 'swap slots: a page is read that has never been written');
  return slotOf[page] as number;
}

/** The slot that `page` is to be written to: what it had is free. */
export function slotToWrite(slots: SwapSlots, page: number): number {
  const { slotOf, used } = slots;
  const before = slotOf[page] as number;
  if (before !== NO_SLOT) {
    used[before] = 0;
    slots.reassigned++;
  }
  if (slots.left === 0 || used[slots.next] === 1) findRun(slots);
  const slot = slots.next;
  used[slot] = 1;
  slotOf[page] = slot;
  slots.left--;
  slots.next = (slot + 1) % used.length;
  return slot;
}

/**
 * From where the last run ended: the next run that is long enough, else the longest. To be longer than
 * the longest so far a run must reach that far: so it is looked at from there backwards, and where a
 * slot is in use the next candidate begins behind it.
 */
function findRun(slots: SwapSlots): void {
  const { used, run, next } = slots;
  const { length } = used;
  let longest = 0;
  let at = next;
  for (let seen = 0; seen < length && longest < run; ) {
    const from = (next + seen) % length;
    let last = from + longest;
    if (last >= length) {
      // A run does not go round the end: the disk would have to. The search does, once.
      if (next + seen >= length) break;
      seen = length - next + 1 - (used[length - 1] as number);
      continue;
    }
    while (last >= from && used[last] === 0) last--;
    if (last >= from) {
      seen += last - from + 1;
      continue;
    }
    do longest++;
    while (longest < run && from + longest < length && used[from + longest] === 0);
    at = from;
    seen += longest + 1;
  }
  assert(longest > 0, 'swap slots: none is free');
  slots.next = at;
  slots.left = longest;
}

/** Re-sums what is kept twice; what is wrong, or undefined. */
export function checkSwapSlots({ slotOf, used }: SwapSlots): string | undefined {
  const taken = new Uint8Array(used.length);
  for (const [page, slot] of slotOf.entries()) {
    if (slot === NO_SLOT) continue;
    if (taken[slot] === 1) return `page ${page} shares slot ${slot} with another`;
    if (used[slot] === 0) return `page ${page} is in slot ${slot}, which is free`;
    taken[slot] = 1;
  }
  const lost = used.findIndex((isUsed, slot) => isUsed !== taken[slot]);
  return lost < 0 ? undefined : `slot ${lost} is in use and holds no page`;
}
