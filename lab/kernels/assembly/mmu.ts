/**
 * MMU: the machine's hot loop (twin: sim-hw/mmu.ts) as far as no page table and no frame is needed.
 *
 *   run --> first TLB level, a look --> goes by
 *       --> second level            --> takes the place of its set's oldest entry, goes by
 *       --> a walk that is known    --> the same in both levels
 *       --> another walk, a first write, too little time: the twin is called for this one run
 *
 * The arrays of the TLB and of address spaces are the twin's own, laid out above the window by who
 * starts this (lab/kernels/mmu.ts); they are as the twin would leave them wherever this stops.
 */

import { room } from './memory';
import { count, firstUse, places, refill, setSpace, setTicksBelow, takeSpent } from './mmu/tlb';

export { setFirst, setSecond } from './mmu/tlb';

/** The low bits of a run: its length - 1. */
const LENGTH: u32 = 0x3f;
/** Bytes of a group of four runs. */
const GROUP: usize = 16;

/** The twin executes the run at `at`. Gives the ticks left; 0: the batch is over. */
declare function one(at: usize): i32;

/** Five words, as lab/kernels/mmu.ts reads them: what is below, then what the TLB counts. */
const told: usize = memory.data(20);

/** Ticks left; references since the twin was told last. */
let left: i32 = 0;
let references: u32 = 0;

let arrays: usize = 0;

let referenceTicks: i32 = 0;
/** What a group of runs takes at most. */
let groupTicks: i32 = 0;

/** The use of the run at address a is a / 4 plus this. */
let useBias: u32 = 0;
/** Whether the run at which `goBy` stopped is one for the twin. */
let isOfTwin: bool = false;

/** Room for so many bytes of arrays. */
export function start(bytes: usize): void {
  arrays = room(bytes);
}

/** Its address. */
export function arraysAt(): usize {
  return arrays;
}

/** What a reference takes, a look at the second level, a walk, each of its probes; four runs at most. */
export function setTicks(reference: i32, second: i32, walk: i32, probe: i32, group: i32): usize {
  referenceTicks = reference;
  setTicksBelow(second, walk, probe);
  groupTicks = group;
  return told;
}

/**
 * Executes runs from address `from` on, before `to`, of the space whose first page has unit key `key`:
 * true, and `told` holds what the twin has not been told; false: the batch ended with a run of the twin's.
 */
export function advance(
  from: usize,
  to: usize,
  key: u32,
  units: usize,
  marks: usize,
  ticks: i32,
  now: u32,
): bool {
  setSpace(key, units, marks);
  left = ticks;
  useBias = now + 1 - <u32>(from >> 2);
  let at = from;
  while (at < to) {
    const fit: usize = left > groupTicks ? (left - 1) / groupTicks : 0;
    const groups = min(fit, (to - at) >> 4);
    isOfTwin = groups === 0 && !alone(at);
    if (groups > 0) {
      const reached = goBy(at, at + groups * GROUP);
      settle(lengths(at, reached));
      at = reached;
    } else if (!isOfTwin) at += 4;
    if (!isOfTwin) continue;
    tell();
    left = one(at);
    if (left === 0) return false;
    at += 4;
  }
  tell();
  return true;
}

function tell(): void {
  store<i32>(told, left);
  store<u32>(told, references, 4);
  count(told + 8);
  references = 0;
}

/** One run, if it surely fits. */
function alone(at: usize): bool {
  const run = load<u32>(at);
  const length = (run & LENGTH) + 1;
  if (left <= groupTicks >> 2) return false;
  const place: u32 = load<u8>(places + (run >>> 6));
  if (place !== 0) store<u32>(firstUse + (place << 2), useOf(at));
  else if (!refill(run, useOf(at))) return false;
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
    if (!refill(load<u32>(at), useOf(at))) {
      isOfTwin = true;
      break;
    }
    at += 4;
  }
  return at;
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
  left -= <i32>length * referenceTicks + takeSpent();
}

function useOf(at: usize): u32 {
  return <u32>(at >> 2) + useBias;
}
