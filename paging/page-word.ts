/**
 * Page word: what a pager knows of a page, by page id (a member's base plus the page's dense id).
 *
 *   31                         8 7       0
 *  +----------------------------+---------+
 *  | frame slot (24), if bound  |  flags  |
 *  +----------------------------+---------+
 *
 * RESIDENT, BUSY and DIRTY pages are counted; so words change by `setWord` alone.
 */

/** The page has a frame, bound to it, and the policy knows it. */
export const RESIDENT = 1;
/** The page's block on swap holds its contents as they were when last made clean. */
export const HAS_COPY = 2;
/** The program has touched the page before. */
export const TOUCHED = 4;
/** The contents are gone (repossessed, or scratch that was dropped): the next touch is told. */
export const LOST = 8;
/** Declared scratch: dropped, never swapped. */
export const SCRATCH = 16;
/** A transfer of the page is under way. */
export const BUSY = 32;
/** Mapped writable: counts as dirty until it is made clean. */
export const DIRTY = 64;
/** Wired by contract: never given up while it is. */
export const WIRED = 128;

export const FLAGS = 0xff;
/** Of these an idle page has RESIDENT alone. */
const IDLE_BITS = RESIDENT | BUSY | WIRED;

/** The words of all pages, and what is counted of them. */
export interface PageWords {
  readonly pageWord: Uint32Array;
  dirty: number;
  /** Pages that can be given up (`isIdle`), and those of them that are DIRTY. */
  idle: number;
  idleDirty: number;
}

/** Changes a page's word and keeps the counts in step. */
export function setWord(pager: PageWords, page: number, word: number): void {
  const old = pager.pageWord[page] as number;
  pager.pageWord[page] = word;
  const idle = ((word & IDLE_BITS) === RESIDENT ? 1 : 0) as number;
  const wasIdle = (old & IDLE_BITS) === RESIDENT ? 1 : 0;
  const dirty = (word & DIRTY) === 0 ? 0 : 1;
  const wasDirty = (old & DIRTY) === 0 ? 0 : 1;
  pager.idle += idle - wasIdle;
  pager.idleDirty += idle * dirty - wasIdle * wasDirty;
  pager.dirty += dirty - wasDirty;
}

/** Resident, in no transfer and not wired: such a page can be given up. */
export function isIdle(word: number): boolean {
  return (word & IDLE_BITS) === RESIDENT;
}

export function slotOf(word: number): number {
  return word >>> 8;
}
