/**
 * Directory: one for all files; a name leads to an inode number. A name has one to ten characters
 * of 6 bits, in the low 30 bits of two words, so that a message carries it whole:
 *
 *   a to z: 1 to 26   0 to 9: 27 to 36   . 37   _ 38   - 39   end of a shorter name: 0
 *   low  = character 0 + character 1 x 2^6 + ... + character 4 x 2^24      high = characters 5 to 9
 *
 * In memory it is a hash table with linear probing; on disk each inode has its name beside it. Left
 * out: directories in directories, several names of one file.
 */

import { assert } from '../../../sim-hw/assert.ts';

const CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789._-';
const WORD_CHARACTERS = 5;
const NONE = 0;

export interface Directory {
  /** By place: inode number plus 1, or NONE. */
  readonly entries: Uint32Array;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/** For up to `files` files. */
export function createDirectory(files: number): Directory {
  const places = 2 << (32 - Math.clz32(files));
  return {
    entries: new Uint32Array(places),
    low: new Uint32Array(places),
    high: new Uint32Array(places),
  };
}

/** Inode number of the file with that name, or -1. */
export function lookUp({ entries, low, high }: Directory, lowName: number, highName: number) {
  const mask = entries.length - 1;
  for (let at = placeOf(lowName, highName) & mask; ; at = (at + 1) & mask) {
    if (entries[at] === NONE) return -1;
    if (low[at] === lowName && high[at] === highName) return entries[at] - 1;
  }
}

/** Enters a name that is not there. */
export function enter(
  { entries, low, high }: Directory,
  lowName: number,
  highName: number,
  inode: number,
): void {
  const mask = entries.length - 1;
  let at = placeOf(lowName, highName) & mask;
  while (entries[at] !== NONE) at = (at + 1) & mask;
  entries[at] = inode + 1;
  low[at] = lowName;
  high[at] = highName;
}

/** Strikes a name out; what stood further on because of it moves up. */
export function strike({ entries, low, high }: Directory, lowName: number, highName: number): void {
  const mask = entries.length - 1;
  let hole = placeOf(lowName, highName) & mask;
  while (low[hole] !== lowName || high[hole] !== highName || entries[hole] === NONE) {
    assert(entries[hole] !== NONE, 'directory: a name is struck out that is not there');
    hole = (hole + 1) & mask;
  }
  for (let at = (hole + 1) & mask; entries[at] !== NONE; at = (at + 1) & mask) {
    const home = placeOf(low[at], high[at]) & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    entries[hole] = entries[at];
    low[hole] = low[at];
    high[hole] = high[at];
    hole = at;
  }
  entries[hole] = NONE;
}

/** The two words of a name, or undefined where it is none. */
export function encodeName(name: string): readonly [low: number, high: number] | undefined {
  if (name.length < 1 || name.length > 2 * WORD_CHARACTERS) return undefined;
  const words: [number, number] = [0, 0];
  for (let at = 0; at < name.length; at++) {
    const code = CHARACTERS.indexOf(name.charAt(at)) + 1;
    if (code === 0) return undefined;
    words[at < WORD_CHARACTERS ? 0 : 1] |= code << (6 * (at % WORD_CHARACTERS));
  }
  return words;
}

/** The name that two words stand for, or undefined where they stand for none. */
export function decodeName(low: number, high: number): string | undefined {
  let name = '';
  for (let at = 0; at < 2 * WORD_CHARACTERS; at++) {
    const word = at < WORD_CHARACTERS ? low : high;
    const code = (word >>> (6 * (at % WORD_CHARACTERS))) & 63;
    if (code > CHARACTERS.length) return undefined;
    if (code > 0 && name.length < at) return undefined;
    if (code > 0) name += CHARACTERS.charAt(code - 1);
  }
  return name === '' || (low | high) >>> 30 !== 0 ? undefined : name;
}

/** Do two words stand for a name? */
export function isName(low: number, high: number): boolean {
  return decodeName(low, high) !== undefined;
}

function placeOf(low: number, high: number): number {
  const hash = Math.imul(low ^ Math.imul(high, 0x9e37_79b1), 0x85eb_ca6b);
  return (hash ^ (hash >>> 15)) >>> 0;
}
