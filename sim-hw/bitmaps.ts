/**
 * Bitmaps, one for each order of the buddy allocator, with summaries: over each bitmap stand levels
 * with a bit for each word below that is not zero, up to a single word. So the lowest bit that is
 * set is found in one step a level, and a change goes up only as far as it changes anything.
 *
 *   order 0   level 2   [ 1 0 0 ... ]                     one word
 *             level 1   [ 0 0 1 ... ][ 0 ... ]            a bit a word of level 0
 *             level 0   [ 0 ][ 0 ][ 0 0 1 ... ][ 0 ]...   a bit a block
 *   order 1   ...
 */

/** Words have 32 bits: five levels cover 2^25 blocks. */
const LEVELS_MAX = 5;

export interface Bitmaps {
  /** Levels that each order uses. */
  readonly levels: number;
  /** First word of a bitmap: index order * LEVELS_MAX + level. */
  readonly starts: Int32Array;
  /** All bitmaps. */
  readonly words: Uint32Array;
}

/** Bitmaps for `frames` >>> order blocks of each order up to `orderMax`, all bits set. */
export function createBitmaps(frames: number, orderMax: number): Bitmaps {
  const starts = new Int32Array((orderMax + 1) * LEVELS_MAX);
  let levels = 1;
  for (let last = frames >>> 5; last > 0; last >>>= 5) levels++;
  let total = 0;
  for (let order = 0; order <= orderMax; order++) {
    // One bit more than there are blocks, so that the last block's buddy can always be asked.
    let last = frames >>> order;
    for (let level = 0; level < levels; level++) {
      starts[order * LEVELS_MAX + level] = total;
      last >>>= 5;
      total += last + 1;
    }
  }
  const words = new Uint32Array(total);
  for (let order = 0; order <= orderMax; order++) {
    let bits = frames >>> order;
    for (let level = 0; level < levels; level++) {
      const start = starts[order * LEVELS_MAX + level];
      words.fill(0xffffffff, start, start + (bits >>> 5));
      if ((bits & 31) !== 0) words[start + (bits >>> 5)] = (1 << (bits & 31)) - 1;
      bits = (bits + 31) >>> 5;
    }
  }
  return { levels, starts, words };
}

/** The lowest bit that is set, or -1. */
export function lowestBit(b: Bitmaps, order: number): number {
  const { words, starts } = b;
  let bit = 0;
  for (let level = b.levels - 1; level >= 0; level--) {
    const word = words[starts[order * LEVELS_MAX + level] + bit];
    if (word === 0) return -1;
    bit = (bit << 5) + 31 - Math.clz32(word & -word);
  }
  return bit;
}

export function hasBit(b: Bitmaps, bit: number, order: number): boolean {
  const word = b.words[b.starts[order * LEVELS_MAX] + (bit >>> 5)];
  return ((word >>> (bit & 31)) & 1) === 1;
}

/** Sets a bit and what summarises it. */
export function setBit(b: Bitmaps, order: number, bit: number): void {
  const { words, starts } = b;
  const end = order * LEVELS_MAX + b.levels;
  for (let level = order * LEVELS_MAX; level < end; level++) {
    const at = starts[level] + (bit >>> 5);
    const before = words[at];
    words[at] = before | (1 << (bit & 31));
    if (before !== 0) return;
    bit >>>= 5;
  }
}

/** Clears a bit and what summarises it. */
export function clearBit(b: Bitmaps, order: number, bit: number): void {
  const { words, starts } = b;
  const end = order * LEVELS_MAX + b.levels;
  for (let level = order * LEVELS_MAX; level < end; level++) {
    const at = starts[level] + (bit >>> 5);
    const after = words[at] & ~(1 << (bit & 31));
    words[at] = after;
    if (after !== 0) return;
    bit >>>= 5;
  }
}

/** Sets `count` (a power of two, aligned) bits of an order that are all clear. */
export function setBits(b: Bitmaps, order: number, from: number, count: number): void {
  const { words, starts } = b;
  for (let level = order * LEVELS_MAX; level < order * LEVELS_MAX + b.levels; level++) {
    const at = starts[level] + (from >>> 5);
    if (count < 32) {
      const before = words[at];
      words[at] = before | (((1 << count) - 1) << (from & 31));
      if (before !== 0) return;
      count = 1;
    } else {
      count >>>= 5;
      words.fill(0xffffffff, at, at + count);
    }
    from >>>= 5;
  }
}

/** Clears `count` (a power of two, aligned) bits of an order that are all set. */
export function clearBits(b: Bitmaps, order: number, from: number, count: number): void {
  const { words, starts } = b;
  for (let level = order * LEVELS_MAX; level < order * LEVELS_MAX + b.levels; level++) {
    const at = starts[level] + (from >>> 5);
    if (count < 32) {
      const after = words[at] & ~(((1 << count) - 1) << (from & 31));
      words[at] = after;
      if (after !== 0) return;
      count = 1;
    } else {
      count >>>= 5;
      words.fill(0, at, at + count);
    }
    from >>>= 5;
  }
}

/** Re-sums the summaries of an order; returns what is wrong, or undefined. */
export function checkSummaries(b: Bitmaps, order: number, blocks: number): string | undefined {
  let last = blocks;
  for (let level = 1; level < b.levels; level++) {
    const below = b.starts[order * LEVELS_MAX + level - 1];
    const above = b.starts[order * LEVELS_MAX + level];
    last >>>= 5;
    for (let word = 0; word <= last; word++) {
      const bit = (b.words[above + (word >>> 5)] >>> (word & 31)) & 1;
      if ((bit === 1) !== (b.words[below + word] !== 0)) {
        return `buddy: summary of order ${order}, level ${level}, word ${word} is wrong`;
      }
    }
  }
  return undefined;
}
