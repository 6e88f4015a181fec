/**
 * Returns, for multi-queue: how long after its last use a page is used again, in references. That is the same at
 * all sizes, so it is noted once a window. A size counts it by powers of two, and the most frequent one makes its
 * lifetime, looked at once in so many.
 */

import { framesOf, OWN, pages } from '../lane';
import { room, WINDOW } from '../memory';

/** Runs of a window, as in lab/kernels/kernel.ts. */
const WINDOW_RUNS: usize = 1 << 16;

/** Of a lane: uses that returned after 2^n to 2^(n+1) references, by n: doubles; 0: the lifetime is fixed. */
const DISTANCES: usize = OWN;
/** In 64 bits: returns since distances were looked at, and those after which they are; the lifetime. */
const RETURNS: usize = OWN + 8;
const RETURNS_MOST: usize = OWN + 16;
const LIFETIME: usize = OWN + 24;
/** Fields of the rule are numbered from here. */
export const OWN_AFTER_RETURNS: usize = OWN + 32;

const POWERS: u32 = 31;
const DISTANCE_MAX: u64 = 0x7fffffff;
const RETURNS_MIN: f64 = 64;
/** No trace is as long; moments and what is some lifetimes later stay below 2^48. */
const LIFETIME_MAX: f64 = 0x400000000000;

/** 1: each reference of a run counts. */
let repeats: bool = false;
/** References before the window, by run of the window those between, and the power of what it returns after. */
let before: u64 = 0;
let offsets: usize = 0;
let powers: usize = 0;
/** By page, its last use: 64 bits. */
let lastUses: usize = 0;
/** The end of the window. */
let after: u64 = 0;
/** Distances that may come to nothing. */
let tried: usize = 0;

export function layOutWindow(): void {
  offsets = room(WINDOW_RUNS << 2);
  powers = room(WINDOW_RUNS);
  lastUses = room((<usize>pages) << 3);
  tried = room((<usize>POWERS) << 3);
}

/** `ghosts`: in memories; `lifeTime`: below 0 as uses return; `areCounted`: each reference of a run. */
export function layOutReturns(record: usize, areCounted: bool, ghosts: f64, lifeTime: f64): void {
  const frames = <f64>framesOf(record);
  if (lifeTime < 0) store<usize>(record, room((<usize>POWERS) << 3), DISTANCES);
  store<u64>(record, <u64>ceil(max(RETURNS_MIN, frames * ghosts)), RETURNS_MOST);
  store<u64>(record, <u64>min(LIFETIME_MAX, lifeTime < 0 ? frames : lifeTime), LIFETIME);
  repeats = areCounted;
}

/** Notes when the first `count` runs of the window come. */
export function noteReturns(count: u32): void {
  before = after;
  const end = WINDOW + ((<usize>count) << 2);
  let now = before;
  for (let at = WINDOW; at < end; at += 4) {
    const run = load<u32>(at);
    const lastUse = lastUses + ((<usize>(run >>> 8)) << 3);
    const power = 31 - clz<u32>(<u32>min(now + 1 - load<u64>(lastUse), DISTANCE_MAX));
    store<u32>(offsets + (at - WINDOW), <u32>(now - before));
    store<u8>(powers + ((at - WINDOW) >> 2), <u8>power);
    now += usesOf(run);
    store<u64>(lastUse, now);
  }
  after = now;
}

/** References that count, of a run. */
export function usesOf(run: u32): u32 {
  return repeats ? (run & 63) + 1 : 1;
}

/** References before the run that stands there. */
export function momentOf(at: usize): u64 {
  return before + load<u32>(offsets + (at - WINDOW));
}

/** Its page's last use was 2^n to 2^(n+1) references before. */
export function powerOf(at: usize): u32 {
  return load<u8>(powers + ((at - WINDOW) >> 2));
}

export function lifetimeOf(record: usize): u64 {
  return load<u64>(record, LIFETIME);
}

/** Returns up to which distances are looked at: 1 or more. */
export function returnsLeft(record: usize): u64 {
  return load<u64>(record, RETURNS_MOST) - load<u64>(record, RETURNS);
}

/** Counts so many returns, at most returnsLeft: the first after 2^power references, the others at once. */
export function countReturns(record: usize, power: u32, times: u32): void {
  const distances = load<usize>(record, DISTANCES);
  if (distances === 0 || times === 0) return;
  count(distances, power, 1);
  if (times > 1) count(distances, 0, times - 1);
  const returns = load<u64>(record, RETURNS) + times;
  const isDue = returns === load<u64>(record, RETURNS_MOST);
  store<u64>(record, isDue ? 0 : returns, RETURNS);
  if (isDue) store<u64>(record, lookAt(distances), LIFETIME);
}

/** Counts the returns of runs [from, to). False, and nothing is counted: the lifetime would change. */
export function passReturns(record: usize, from: usize, to: usize): bool {
  const distances = load<usize>(record, DISTANCES);
  if (distances === 0) return true;
  memory.copy(tried, distances, (<usize>POWERS) << 3);
  const most = load<u64>(record, RETURNS_MOST);
  const lifetime = lifetimeOf(record);
  let returns = load<u64>(record, RETURNS);
  for (let at = from; at < to; at += 4) {
    let power = powerOf(at);
    for (let left = <u64>usesOf(load<u32>(at)); left > 0; power = 0) {
      // The first one by itself, the others at once.
      count(tried, power, 1);
      const more = min(left, most - returns) - 1;
      if (more > 0) count(tried, 0, <u32>more);
      returns += more + 1;
      left -= more + 1;
      if (returns < most) continue;
      if (lookAt(tried) !== lifetime) return false;
      returns = 0;
    }
  }
  memory.copy(distances, tried, (<usize>POWERS) << 3);
  store<u64>(record, returns, RETURNS);
  return true;
}

function count(distances: usize, power: u32, times: u32): void {
  const at = distances + ((<usize>power) << 3);
  store<f64>(at, load<f64>(at) + <f64>times);
}

/** The lifetime: all of the most frequent power return within it. From now on these count half. */
function lookAt(distances: usize): u64 {
  let most: u32 = 0;
  for (let n: u32 = 1; n < POWERS; n++)
    if (load<f64>(distances + ((<usize>n) << 3)) > load<f64>(distances + ((<usize>most) << 3)))
      most = n;
  for (let n: usize = 0; n < <usize>POWERS; n++)
    store<f64>(distances + (n << 3), load<f64>(distances + (n << 3)) / 2);
  return (<u64>2) << (<u64>most);
}
