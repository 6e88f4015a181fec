/**
 * Contents of one page, or of one block of a device, as they pass between memory and devices.
 *
 *   stamped fidelity   a 64-bit stamp (two u32, see frames.ts), and `bytes` is empty
 *   bytes fidelity     the stamp and 4096 bytes
 *
 * Contents that have no bytes stand for those that their stamp *renders*: a pure function, so that
 * the pages of a trace, of which nobody knows more than who wrote them and how often, have bytes that
 * a compressor can work on. What they look like is chosen, not measured: of eight pages one is
 * nearly empty, three are heap (zeros, small numbers, words with common high parts), two are text,
 * one is a table of records, one is noise.
 */

import { createRandom, nextUint32, type RandomState } from './random.ts';

export const PAGE_BYTES = 4096;
const WORDS = PAGE_BYTES / 4;
const WORD_BYTES = 4;

export interface Contents {
  low: number;
  high: number;
  /** 4096 bytes, or none. */
  readonly bytes: Uint8Array;
}

/** Zeros. */
export function createContents(keepsBytes: boolean): Contents {
  return { low: 0, high: 0, bytes: new Uint8Array(keepsBytes ? PAGE_BYTES : 0) };
}

const NO_BYTES = new Uint8Array(0);

/** Contents of which a stamp is known, and no bytes. */
export function stamped(low: number, high: number): Contents {
  return { low, high, bytes: NO_BYTES };
}

export function zeroContents(contents: Contents): void {
  contents.low = 0;
  contents.high = 0;
  contents.bytes.fill(0);
}

/** Bytes that `from` has not, and `into` keeps, are rendered. */
export function copyContents(into: Contents, from: Contents): void {
  into.low = from.low;
  into.high = from.high;
  if (into.bytes.length === 0) return;
  if (from.bytes.length > 0) into.bytes.set(from.bytes);
  else renderBytes(into.bytes, 0, from.low, from.high);
}

/** Sets the lower half of the stamp from the bytes: a checksum of 32 bits (FNV-1a by words). */
export function stampOfBytes(contents: Contents): void {
  contents.low = checksum(contents.bytes, 0, contents.bytes.length);
}

/** FNV-1a (Fowler, Noll, Vo) over the little-endian words of [from, to); whole words only. */
export function checksum(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at + WORD_BYTES <= to; at += WORD_BYTES) {
    hash = Math.imul(hash ^ readWord(bytes, at), 0x01000193);
    // A multiplication carries upwards alone: high bits have to come down as well.
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Checksum of a page's bytes; 0 where it has none. */
export function checksumOf({ bytes }: Contents): number {
  return bytes.length === 0 ? 0 : checksum(bytes, 0, bytes.length);
}

/** Writes the 4096 bytes that a page with this stamp has, from `offset` on. */
export function renderBytes(bytes: Uint8Array, offset: number, low: number, high: number): void {
  const end = offset + PAGE_BYTES;
  bytes.fill(0, offset, end);
  if (high === 0 && low === 0) return;
  const look = createRandom(high);
  const style = nextUint32(look) & 7;
  // The page keeps its look from version to version; a part of its words is of the version.
  const version = createRandom(high + (low % 2 ** 20) * 2 ** 32);
  for (let word = 0; word < WORDS; word++) {
    const isNew = (word * 7 + low) % 16 === 0;
    writeWord(bytes, offset + word * WORD_BYTES, wordOf(style, word, isNew ? version : look));
  }
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

function wordOf(style: number, word: number, random: RandomState): number {
  const chance = nextUint32(random);
  switch (style) {
    case 0:
      return (chance & 63) === 0 ? chance >>> 16 : 0;
    case 1:
    case 2:
    case 3:
      return heapWord(chance);
    case 4:
    case 5:
      return textWord(chance);
    case 6:
      return (word & 3) === 0 ? 0x0810_0000 + word : (chance >>> 24) * ((word & 3) - 1);
    default:
      return chance;
  }
}

/** Half are zeros, a quarter small numbers, a quarter point into one of four neighbourhoods. */
function heapWord(chance: number): number {
  const kind = chance & 3;
  if (kind < 2) return 0;
  if (kind === 2) return (chance >>> 8) & 255;
  return 0x0804_0000 + ((chance >>> 2) & 3) * 0x10_0000 + (((chance >>> 8) & 255) << 2);
}

/** Four letters, small ones and blanks. */
function textWord(chance: number): number {
  let word = 0;
  for (let byte = 0; byte < WORD_BYTES; byte++) {
    const letter = (chance >>> (byte * 8)) & 31;
    word |= (letter < 26 ? 97 + letter : 32) << (byte * 8);
  }
  return word;
}
