/**
 * Residence: the frame store of several memory sizes side by side. What each holds of a page, and what
 * happened to it there, are a bit a size in a few words a page, so that a hit at all sizes is a look at
 * one word.
 *
 *   words[4 * page + HELD]        sizes that hold the page
 *   words[4 * page + REFERENCED]  sizes at which it was touched since its bit was cleared
 *   words[4 * page + MODIFIED]    sizes at which it was written since it came
 *   words[4 * page + 3]           nothing: a page's words then lie in one line of a cache
 */

export const HELD = 0;
export const REFERENCED = 1;
export const MODIFIED = 2;
export const WORDS = 4;
export const SIZES_TOGETHER = 32;

/**
 * Executes runs [from, to) at `sizes` up to the first whose page one of them does not hold; which that
 * is, or `to`.
 */
export function executeUntilAbsent(
  words: Int32Array,
  runs: Uint32Array,
  from: number,
  to: number,
  sizes: number,
): number {
  for (let at = from; at < to; at++) {
    const run = runs[at];
    // 4 * page, from a run with its page in the bits from 8 on.
    const base = (run >>> 6) & ~3;
    if ((words[base] & sizes) !== sizes) return at;
    if ((words[base + REFERENCED] & sizes) !== sizes) words[base + REFERENCED] |= sizes;
    // Bit 6 tells a write: it is kind 1, and a fetch kind 2.
    if ((run & 64) !== 0 && (words[base + MODIFIED] & sizes) !== sizes)
      words[base + MODIFIED] |= sizes;
  }
  return to;
}

/** Those of `sizes` that hold every page of entries [from, to) execute them all; which they are. */
export function executeWhereHeld(
  words: Int32Array,
  entries: Uint32Array,
  from: number,
  to: number,
  sizes: number,
): number {
  let held = sizes;
  let touched = -1;
  for (let at = from; at < to; at++) {
    const entry = entries[at];
    const base = (entry >>> 6) & ~3;
    held &= words[base];
    if (held === 0) return 0;
    const notWrite = ((entry >>> 6) & 1) - 1;
    touched &= words[base + REFERENCED] & (words[base + MODIFIED] | notWrite);
  }
  // Mostly all of it has happened before.
  if ((held & ~touched) === 0) return held;
  for (let at = from; at < to; at++) {
    const entry = entries[at];
    const base = (entry >>> 6) & ~3;
    words[base + REFERENCED] |= held;
    if ((entry & 64) !== 0) words[base + MODIFIED] |= held;
  }
  return held;
}

/** Execution of one run, at sizes that hold its page by now. */
export function touch(words: Int32Array, run: number, sizes: number): void {
  const base = (run >>> 6) & ~3;
  words[base + REFERENCED] |= sizes;
  if ((run & 64) !== 0) words[base + MODIFIED] |= sizes;
}

/** The page is gone from `size`, and what happened to it there with it. */
export function takeFrom(words: Int32Array, page: number, size: number): void {
  words[page * WORDS + HELD] &= ~size;
  words[page * WORDS + REFERENCED] &= ~size;
  words[page * WORDS + MODIFIED] &= ~size;
}
