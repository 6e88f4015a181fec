/**
 * Reverse map: from a frame to the pages that map it. Most frames have one, and `mappedBy` in the
 * frame table names it. What a memory server has lent may be mapped by several pages, also of
 * several spaces: these are on a chain, whoever may write first (at most one may).
 *
 *   frame --mappedBy--> page --next--> page --next--> none
 *                        |lentFor       |lentFor
 *
 * `lentFor` is a word of the lender's own, by which it takes back some of a frame's mappings and
 * leaves the others. Nothing is kept before the first mapping is lent, and what no lender made is on
 * no chain: faults and evictions pay nothing for it.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { UNMAPPED } from '../sim-hw/frames.ts';
import type { Kernel } from './kernel.ts';

/** By global page id plus 1; empty until a mapping is lent. */
export interface ReverseMap {
  /** The next page on the same frame, plus 1, or UNMAPPED. */
  next: Uint32Array;
  lentFor: Int32Array;
}

export function createReverseMap(): ReverseMap {
  return { next: new Uint32Array(0), lentFor: new Int32Array(0) };
}

/** The reverse map with places for all pages. */
export function madeReverseMap({ state }: Kernel): ReverseMap {
  const { reverse, spaces } = state;
  if (reverse.next.length === 0) {
    const { base, pages } = spaces.at(-1) as SpaceState;
    reverse.next = new Uint32Array(base + pages + 1);
    reverse.lentFor = new Int32Array(base + pages + 1);
  }
  return reverse;
}

/** One page more maps the frame, lent for `word`; who writes goes before those who read. */
export function linkMapping(
  kernel: Kernel,
  frame: number,
  key: number,
  word: number,
  isWriter: boolean,
): void {
  const { frames } = kernel.state;
  const reverse = madeReverseMap(kernel);
  reverse.lentFor[key] = word;
  const head = frames.mappedBy[frame] as number;
  if (isWriter || head === UNMAPPED) {
    reverse.next[key] = head;
    frames.mappedBy[frame] = key;
    return;
  }
  reverse.next[key] = reverse.next[head] as number;
  reverse.next[head] = key;
}

/** The page, which was lent the frame, maps it no more. */
export function unlinkMapping({ state }: Kernel, frame: number, key: number): void {
  const { mappedBy } = state.frames;
  const { next } = state.reverse;
  const after = next[key] as number;
  next[key] = UNMAPPED;
  if (mappedBy[frame] === key) {
    mappedBy[frame] = after;
    return;
  }
  let before = mappedBy[frame] as number;
  while (before !== UNMAPPED && next[before] !== key) before = next[before] as number;
  if (before !== UNMAPPED) next[before] = after;
}

/** The page on the same frame that follows `key`, or UNMAPPED. */
export function nextMapping({ state }: Kernel, key: number): number {
  return state.reverse.next[key] ?? UNMAPPED;
}

/** What the mapping of `key` was lent for. */
export function lentFor({ state }: Kernel, key: number): number {
  return state.reverse.lentFor[key] as number;
}

/** Whether `key` is among the pages that map the frame. */
export function isMappedBy(kernel: Kernel, frame: number, key: number): boolean {
  let at = kernel.state.frames.mappedBy[frame] as number;
  while (at !== UNMAPPED && at !== key) at = nextMapping(kernel, at);
  return at === key;
}
