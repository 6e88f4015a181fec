/**
 * MMU: the machine's hot loop (twin: sim-hw/mmu.ts) as far as no page table and no frame is needed.
 *
 *   run --> first TLB level, a look --> goes by
 *       --> second level            --> takes the place of its set's oldest entry, goes by
 *       --> a walk, a first write, too little time: left to the twin, nothing of it done
 *
 * The arrays of the TLB and of address spaces are the twin's own, laid out above the window by who
 * starts this (lab/kernels/mmu.ts); they are as the twin would leave them wherever this stops.
 */

import { room } from './memory';

const KEY_BITS: u32 = 24;
const KEY_MASK: u32 = (1 << KEY_BITS) - 1;
/** The low bits of a run: its length - 1. */
const LENGTH: u32 = 0x3f;
/** Bytes of a group of four runs, and references in it at most. */
const GROUP: usize = 16;
const GROUP_LENGTH: i32 = 256;

/** Four words, as lab/kernels/mmu.ts reads them: what is below, in its order. */
const told: usize = memory.data(16);

/** Ticks left; of this `advance`: references and looks at the second level. */
let left: i32 = 0;
let references: u32 = 0;
let lookups: u32 = 0;

let arrays: usize = 0;

let referenceTicks: i32 = 0;
let secondTicks: i32 = 0;
/** What a group of runs takes at most. */
let groupTicks: i32 = 0;

/** The TLB's arrays (sim-hw/tlb.ts). */
let firstPlace: usize = 0;
let firstUse: usize = 0;
let firstTag: usize = 0;
let firstWays: u32 = 0;
let firstMask: u32 = 0;
let secondPlace: usize = 0;
let secondUse: usize = 0;
let secondWays: u32 = 0;

/** Of the space that runs: places of its page 0, and its columns (sim-hw/address-space.ts). */
let places: usize = 0;
let unitOf: usize = 0;
let written: usize = 0;
/** The use of the run at address a is a / 4 plus this. */
let useBias: u32 = 0;
/** Whether the run at which `goBy` stopped is one for the twin. */
let isLeft: bool = false;

/** Room for so many bytes of arrays. */
export function start(bytes: usize): void {
  arrays = room(bytes);
}

/** Its address. */
export function arraysAt(): usize {
  return arrays;
}

/** Addresses and shape of the first level. */
export function setFirst(place: usize, use: usize, tag: usize, ways: u32, mask: u32): void {
  firstPlace = place;
  firstUse = use;
  firstTag = tag;
  firstWays = ways;
  firstMask = mask;
}

/** Those of the second level; 0 ways: there is none. */
export function setSecond(place: usize, use: usize, ways: u32): void {
  secondPlace = place;
  secondUse = use;
  secondWays = ways;
}

/** What a reference and a look at the second level take. */
export function setTicks(reference: i32, second: i32): usize {
  referenceTicks = reference;
  secondTicks = second;
  groupTicks = GROUP_LENGTH * reference + 4 * second;
  return told;
}

/**
 * Executes runs from address `from` on, before `to`, of the space whose first page has unit key `key`.
 * Gives the address of the first run that was not; `told` holds the rest.
 */
export function advance(
  from: usize,
  to: usize,
  key: u32,
  units: usize,
  marks: usize,
  ticks: i32,
  now: u32,
): usize {
  places = firstPlace + (key << 2);
  unitOf = units;
  written = marks;
  left = ticks;
  useBias = now + 1 - <u32>(from >> 2);
  references = lookups = 0;
  isLeft = false;
  let at = from;
  while (at < to && !isLeft) {
    const fit: usize = left > groupTicks ? (left - 1) / groupTicks : 0;
    const groups = min(fit, (to - at) >> 4);
    if (groups === 0) {
      isLeft = !alone(at);
      if (!isLeft) at += 4;
    } else {
      const reached = goBy(at, at + groups * GROUP);
      settle(lengths(at, reached));
      at = reached;
    }
  }
  store<i32>(told, left);
  store<u32>(told, now + <u32>((at - from) >> 2), 4);
  store<u32>(told, references, 8);
  store<u32>(told, lookups, 12);
  return at;
}

/** One run, if it surely fits. */
function alone(at: usize): bool {
  const run = load<u32>(at);
  const length = (run & LENGTH) + 1;
  if (<i32>length * referenceTicks + secondTicks >= left) return false;
  const place: u32 = load<u8>(places + (run >>> 6));
  if (place !== 0) store<u32>(firstUse + (place << 2), useOf(at));
  else if (!refill(at)) return false;
  settle(length);
  return true;
}

/** Runs that fit, as far as `stop` or the group before it, or a run that is left to the twin. */
function goBy(from: usize, stop: usize): usize {
  const place = places;
  const use = firstUse;
  const last = stop - GROUP;
  let at = from;
  while (at <= last) {
    const a: u32 = load<u8>(place + (load<u32>(at) >>> 6));
    const b: u32 = load<u8>(place + (load<u32>(at, 4) >>> 6));
    const c: u32 = load<u8>(place + (load<u32>(at, 8) >>> 6));
    const d: u32 = load<u8>(place + (load<u32>(at, 12) >>> 6));
    const now = useOf(at);
    if (<i32>((a - 1) | (b - 1) | (c - 1) | (d - 1)) >= 0) {
      store<u32>(use + (a << 2), now);
      store<u32>(use + (b << 2), now + 1);
      store<u32>(use + (c << 2), now + 2);
      store<u32>(use + (d << 2), now + 3);
      at += GROUP;
      continue;
    }
    // Those before the one that misses go by, without a branch: which one it is cannot be foreseen.
    // Entry 0 is none, and what is stored there is nobody's.
    const byA = a !== 0;
    const byB = byA && b !== 0;
    const byC = byB && c !== 0;
    store<u32>(use + (a << 2), now);
    store<u32>(use + ((byA ? b : 0) << 2), now + 1);
    store<u32>(use + ((byB ? c : 0) << 2), now + 2);
    store<u32>(use, 0);
    at += (<usize>byA + <usize>byB + <usize>byC) << 2;
    if (!refill(at)) {
      isLeft = true;
      break;
    }
    at += 4;
  }
  return at;
}

/** First-level miss of the run at `at`: false, and nothing done, unless the second level has its page. */
function refill(at: usize): bool {
  const run = load<u32>(at);
  const page: usize = run >>> 8;
  const unit = load<u32>(unitOf + (page << 2));
  const key: usize = unit & KEY_MASK;
  const ready: u32 = load<u8>(written + page) !== 0 ? 1 : 0;
  const isFirstWrite = ((run >>> 6) & 1) > ready;
  if (secondWays === 0 || isFirstWrite || load<u8>(places + (page << 2)) !== 0) return false;
  const second: usize = load<u16>(secondPlace + (key << 1));
  if (second === 0) return false;
  const now = useOf(at);
  store<u32>(secondUse + (second << 2), now);
  const entry = oldest(((unit >>> KEY_BITS) & firstMask) * firstWays + 1);
  const tag = firstTag + (entry << 2);
  store<u32>(firstPlace + (load<u32>(tag) << 2), 0);
  store<u32>(tag, <u32>key);
  store<u32>(firstUse + (entry << 2), now);
  // Of the four bytes: reads, writes, fetches.
  store<u32>(firstPlace + (key << 2), entry * (0x10001 | (ready << 8)));
  lookups++;
  left -= secondTicks;
  return true;
}

/** Entry of the set that starts at `base` which was used longest ago. */
function oldest(base: u32): u32 {
  let entry = base;
  let least = load<u32>(firstUse + (base << 2));
  const end = base + firstWays;
  for (let other = base + 1; other < end; other++) {
    const use = load<u32>(firstUse + (other << 2));
    entry = use < least ? other : entry;
    least = min(use, least);
  }
  return entry;
}

/** References of runs [from, to). */
function lengths(from: usize, to: usize): u32 {
  let sums = i32x4.splat(0);
  let at = from;
  for (; at + GROUP <= to; at += GROUP)
    sums = i32x4.add(sums, v128.and(v128.load(at), i32x4.splat(LENGTH)));
  let sum: u32 = <u32>((to - from) >> 2);
  for (; at < to; at += 4) sum += load<u32>(at) & LENGTH;
  return (
    sum +
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

function settle(length: u32): void {
  references += length;
  left -= <i32>length * referenceTicks;
}

function useOf(at: usize): u32 {
  return <u32>(at >> 2) + useBias;
}
