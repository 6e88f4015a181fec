/**
 * Extents: where a file's pages are. An extent is a run of neighbouring pages on neighbouring
 * blocks; a file's extents stand in the order of their pages and do not overlap. Pages of no extent
 * are a hole: they read as zeros.
 *
 *   page    0  1  2  3  4  5  6  7          page   0   6
 *   block  40 41 42  -  -  - 80 81          block  40  80
 *                                           length 3   2
 */

/** Block of a page that is in a hole. */
export const HOLE = -1;

export interface Extents {
  count: number;
  page: Uint32Array;
  block: Uint32Array;
  length: Uint32Array;
}

/** Neighbouring pages of a file on neighbouring blocks, or in a hole. */
export interface Run {
  page: number;
  block: number;
  length: number;
}

export function createExtents(): Extents {
  const none = () => new Uint32Array(0);
  return { count: 0, page: none(), block: none(), length: none() };
}

/** Block of a page, or HOLE. */
export function blockOf(extents: Extents, page: number): number {
  const at = lastFrom(extents, page);
  if (at < 0 || page >= extents.page[at] + extents.length[at]) return HOLE;
  return extents.block[at] + page - extents.page[at];
}

/** The run that begins at `page` and ends at `end` at the latest. `page` < `end`. */
export function runAt(extents: Extents, page: number, end: number, run: Run): void {
  const at = lastFrom(extents, page);
  run.page = page;
  run.block = HOLE;
  if (at >= 0 && page < extents.page[at] + extents.length[at]) {
    run.block = extents.block[at] + page - extents.page[at];
    run.length = Math.min(end, extents.page[at] + extents.length[at]) - page;
  } else {
    run.length = (at + 1 < extents.count ? Math.min(end, extents.page[at + 1]) : end) - page;
  }
}

/** Leaves a hole where the pages [from, to) were. */
export function cutExtents(extents: Extents, from: number, to: number): void {
  if (from >= to) return;
  splitAt(extents, from);
  splitAt(extents, to);
  const first = lastFrom(extents, from - 1) + 1;
  let end = first;
  while (end < extents.count && extents.page[end] < to) end++;
  shift(extents, end, first - end);
}

/** Puts a run into a hole; it grows together with a neighbour where the blocks do. */
export function insertExtent(extents: Extents, page: number, block: number, length: number): void {
  const before = lastFrom(extents, page);
  const after = before + 1;
  const joinsBefore = before >= 0 && follows(extents, before, page, block);
  const joinsAfter =
    after < extents.count &&
    extents.page[after] === page + length &&
    extents.block[after] === block + length;
  if (joinsBefore) {
    extents.length[before] += length;
    if (!joinsAfter) return;
    extents.length[before] += extents.length[after];
    shift(extents, after + 1, -1);
  } else if (joinsAfter) {
    extents.page[after] = page;
    extents.block[after] = block;
    extents.length[after] += length;
  } else {
    shift(extents, after, 1);
    setExtent(extents, after, page, block, length);
  }
}

/** Extents that intersect the pages [from, to). */
export function extentsWithin(extents: Extents, from: number, to: number): number {
  const last = lastFrom(extents, to - 1);
  const first = lastFrom(extents, from);
  const reaches = first >= 0 && extents.page[first] + extents.length[first] > from;
  return last - first + (reaches ? 1 : 0);
}

function follows(extents: Extents, at: number, page: number, block: number): boolean {
  const length = extents.length[at];
  return extents.page[at] + length === page && extents.block[at] + length === block;
}

/** Makes `page` the first of an extent, if it is inside one. */
function splitAt(extents: Extents, page: number): void {
  const at = lastFrom(extents, page);
  if (at < 0) return;
  const before = page - extents.page[at];
  const length = extents.length[at];
  if (before === 0 || before >= length) return;
  const block = extents.block[at] + before;
  extents.length[at] = before;
  shift(extents, at + 1, 1);
  setExtent(extents, at + 1, page, block, length - before);
}

/** Index of the last extent that begins at `page` or before, or -1. */
function lastFrom(extents: Extents, page: number): number {
  let low = 0;
  let high = extents.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (extents.page[middle] <= page) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Moves the extents from `at` on by `by` places. */
function shift(extents: Extents, at: number, by: number): void {
  const count = extents.count + by;
  if (count > extents.page.length) {
    extents.page = grown(extents.page, count);
    extents.block = grown(extents.block, count);
    extents.length = grown(extents.length, count);
  }
  extents.page.copyWithin(at + by, at, extents.count);
  extents.block.copyWithin(at + by, at, extents.count);
  extents.length.copyWithin(at + by, at, extents.count);
  extents.count = count;
}

function grown(column: Uint32Array, least: number): Uint32Array {
  const larger = new Uint32Array(Math.max(least, 2 * column.length, 2));
  larger.set(column);
  return larger;
}

function setExtent(
  extents: Extents,
  at: number,
  page: number,
  block: number,
  length: number,
): void {
  extents.page[at] = page;
  extents.block[at] = block;
  extents.length[at] = length;
}
