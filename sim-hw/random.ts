/**
 * Random: the only source of chance below the lab.
 *
 * sfc32 of PractRand (Chris Doty-Humphrey): three chaotic words and a counter, 2^128 states, a
 * period of at least 2^32, add, shift and rotate only, so every engine gives the same words. Fast,
 * not secret. Seeded as there: counter 1, then 12 rounds (a seed) or 15 (a seed and a label).
 *
 * One seed decides a run. Each part of the machine draws from a stream of its own, split from the
 * seed by a label: adding a part, or the order of creation, changes no other part's stream.
 */

import { assert } from './assert.ts';

export interface RandomState {
  a: number;
  b: number;
  c: number;
  d: number;
}

const TWO_32 = 4294967296;

/** A generator from a seed: an integer, 0 <= seed < 2^53. */
export function createRandom(seed: number): RandomState {
  return started(0, seed, 12);
}

/** The generator that `seed` and `label` name. Depends on nothing else. */
export function splitRandom(seedNumber: number, label: string): RandomState {
  return started(hashLabel(label), seedNumber, 15);
}

/** A seed below 2^32 that `seed` and `label` name, for a part that creates its own generator. */
export function seedOf(seed: number, label: string): number {
  return nextUint32(splitRandom(seed, label));
}

/** The next word, 0 <= word < 2^32. */
export function nextUint32(r: RandomState): number {
  const word = (r.a + r.b + r.d) | 0;
  r.d = (r.d + 1) | 0;
  r.a = r.b ^ (r.b >>> 9);
  r.b = (r.c + (r.c << 3)) | 0;
  r.c = (((r.c << 21) | (r.c >>> 11)) + word) | 0;
  return word >>> 0;
}

/** An integer, 0 <= integer < n, each equally likely. 1 <= n <= 2^32. */
export function nextBelow(r: RandomState, n: number): number {
  assert(n >= 1 && n <= TWO_32 && n === Math.floor(n), 'random: nextBelow needs 1 <= n <= 2^32');
  // Words at and above the last whole multiple of n would favour small results.
  const limit = TWO_32 - (TWO_32 % n);
  for (;;) {
    const word = nextUint32(r);
    if (word < limit) return word % n;
  }
}

function started(first: number, seed: number, rounds: number): RandomState {
  assert(Number.isSafeInteger(seed) && seed >= 0, 'random: the seed must be 0 <= seed < 2^53');
  const r = { a: first | 0, b: seed | 0, c: Math.floor(seed / TWO_32) | 0, d: 1 };
  for (let round = 0; round < rounds; round++) nextUint32(r);
  return r;
}

/** FNV-1a (Fowler, Noll, Vo) over the label's UTF-16 units, low byte first. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < label.length; at++) {
    const unit = label.charCodeAt(at);
    hash = Math.imul(hash ^ (unit & 255), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash;
}
