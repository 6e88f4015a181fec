/**
 * WKdm: a compressor for pages of memory, after Wilson, Kaplan and Smaragdakis, "The Case for
 * Compressed Caching in Virtual Memory Systems" (USENIX 1999). Words of 32 bits are compared with a
 * dictionary of 16 recent ones, found by a hash of their upper 22 bits (direct mapped: no search).
 *
 *   tag 0  zero      the word is 0
 *   tag 1  exact     it is in the dictionary                  4 bits of place
 *   tag 2  partial   its upper 22 bits are in the dictionary  4 bits of place, 10 lower bits
 *   tag 3  miss      it is not                                32 bits
 *
 *   | misses, partials (u16 each) | 1024 tags | missed words | places, 8 a word | lower bits, 3 a word |
 *
 * Ours: a multiplication for the hash, one list of places for exact and partial matches, a dictionary
 * that begins with zeros. Words are in the machine's order, which is little-endian wherever Node runs.
 */

export const WORDS = 1024;
const TAG_WORDS = WORDS / 16;
const HEADER_WORDS = 1;
const FIRST_MISS = HEADER_WORDS + TAG_WORDS;
const ENTRIES = 16;
const LOW_BITS = 10;
const LOW_MASK = 1023;
const HASH = 0x9e3779b1;
/** Words that `compress` may write beyond the limit before it gives up. */
export const SLACK_WORDS = 16;

/** The entry after the last takes what is said of zeros, so that no word needs a branch. */
const dictionary = new Int32Array(ENTRIES + 1);
/** Places and lower bits of a page, and one more that does not count. */
const places = new Uint8Array(WORDS + 1);
const lows = new Uint16Array(WORDS + 3);

/**
 * Compresses the 1024 words of `page` into `out`; returns the words taken there, or 0 when they are
 * more than `wordsMax`. `out` needs room for `wordsMax` and SLACK_WORDS. Which of the four a word is
 * cannot be predicted, so all is computed without branches: twice as fast.
 */
export function compress(page: Int32Array, out: Int32Array, wordsMax: number): number {
  dictionary.fill(0);
  let missAt = FIRST_MISS;
  let found = 0;
  let partials = 0;
  let word = 0;
  for (let group = 0; group < TAG_WORDS; group++) {
    if (missAt > wordsMax) return 0;
    let tags = 0;
    for (let shift = 0; shift < 32; shift += 2) {
      const value = page[word++] as number;
      const isWord = (value | -value) >>> 31;
      const place = Math.imul(value >>> LOW_BITS, HASH) >>> 28;
      const difference = (dictionary[place] as number) ^ value;
      const upper = difference >>> LOW_BITS;
      const isLike = ((upper | -upper) >>> 31) ^ 1;
      const isExact = ((difference | -difference) >>> 31) ^ 1;
      tags |= (-isWord & (3 - isLike - isExact)) << shift;
      out[missAt] = value;
      missAt += isWord & (isLike ^ 1);
      places[found] = place;
      found += isWord & isLike;
      lows[partials] = value & LOW_MASK;
      partials += isWord & (isLike ^ isExact);
      dictionary[place | ((isWord - 1) & ENTRIES)] = value;
    }
    out[HEADER_WORDS + group] = tags;
  }
  const placesWords = (found + 7) >>> 3;
  const size = missAt + placesWords + Math.floor((partials + 2) / 3);
  if (size > wordsMax) return 0;
  out[0] = (missAt - FIRST_MISS) | (partials << 16);
  packPlaces(out, missAt, found);
  packLows(out, missAt + placesWords, partials);
  return size;
}

function packPlaces(out: Int32Array, from: number, found: number): void {
  places.fill(0, found, Math.min(found + 7, places.length));
  let at = from;
  for (let i = 0; i < found; i += 8) {
    let packed = 0;
    for (let j = 7; j >= 0; j--) packed = (packed << 4) | (places[i + j] as number);
    out[at++] = packed;
  }
}

function packLows(out: Int32Array, from: number, partials: number): void {
  lows.fill(0, partials, partials + 2);
  let at = from;
  for (let i = 0; i < partials; i += 3)
    out[at++] =
      (lows[i] as number) |
      ((lows[i + 1] as number) << LOW_BITS) |
      ((lows[i + 2] as number) << (2 * LOW_BITS));
}

/** Restores the 1024 words of a page from what `compress` wrote. */
export function decompress(packed: Int32Array, page: Int32Array): void {
  dictionary.fill(0);
  const header = packed[0] as number;
  const partials = header >>> 16;
  const placesAt = FIRST_MISS + (header & 0xffff);
  const placesWords = (countFound(packed) + 7) >>> 3;
  unpackLows(packed, placesAt + placesWords, partials);
  let missAt = FIRST_MISS;
  let next = 0;
  let low = 0;
  let word = 0;
  for (let group = 0; group < TAG_WORDS; group++) {
    const tags = packed[HEADER_WORDS + group] as number;
    for (let shift = 0; shift < 32; shift += 2) {
      const tag = (tags >>> shift) & 3;
      if (tag === 0) {
        page[word++] = 0;
        continue;
      }
      if (tag === 3) {
        const value = packed[missAt++] as number;
        dictionary[Math.imul(value >>> LOW_BITS, HASH) >>> 28] = value;
        page[word++] = value;
        continue;
      }
      const place = ((packed[placesAt + (next >>> 3)] as number) >>> ((next & 7) << 2)) & 15;
      next++;
      let value = dictionary[place] as number;
      if (tag === 2) {
        value = (value & ~LOW_MASK) | (lows[low++] as number);
        dictionary[place] = value;
      }
      page[word++] = value;
    }
  }
}

/** Exact and partial matches: words whose tag is 1 or 2. */
function countFound(packed: Int32Array): number {
  let found = 0;
  for (let group = 0; group < TAG_WORDS; group++) {
    const tags = packed[HEADER_WORDS + group] as number;
    let bits = (tags ^ (tags >>> 1)) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    bits = (bits + (bits >>> 4)) & 0x0f0f0f0f;
    found += Math.imul(bits, 0x01010101) >>> 24;
  }
  return found;
}

function unpackLows(packed: Int32Array, from: number, partials: number): void {
  let at = from;
  for (let i = 0; i < partials; at++) {
    let word = packed[at] as number;
    for (let j = 0; j < 3 && i < partials; j++) {
      lows[i++] = word & LOW_MASK;
      word >>>= LOW_BITS;
    }
  }
}
