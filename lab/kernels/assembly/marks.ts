/**
 * Kernel `marks`: policies to whom a hit is no more than a mark, at up to 16 sizes side by side.
 *
 *   run -> word of its page -> marked at every size already? -> next run
 *                  |-- else: where it is resident its uses are counted ...
 *                  `-- ... and each size that does not hold it takes a fault by the rule of the policy
 *
 * Rules: CIRCLE (circle.ts), SIEVE (sieve.ts), S3_FIFO (s3-fifo.ts), RANDOM (random.ts), CAR (car.ts),
 * CLOCK_PRO (clock-pro.ts), MRU: the page of the run before leaves. The twin is lab/curves/simulation.ts with
 * the policy of clients/policies.
 */

import {
  countFault,
  countsOf,
  countWriteBack,
  lanes,
  layOut,
  NONE,
  pages,
  recordOf,
  setFrames,
  takeFree,
  WRITE,
} from './lane';
import { circleAlone, sieveAlone, usedOf } from './marks/alone';
import { admitToCar, layOutCar, takeFromCar } from './marks/car';
import { fillCircle, layOutCircle, replaceInCircle } from './marks/circle';
import { admitToClockPro, layOutClockPro, takeFromClockPro } from './marks/clock-pro';
import { lookAtGhosts } from './marks/ghosts';
import { settleNewest } from './marks/newest';
import { fillRandom, layOutRandom, replaceAtRandom } from './marks/random';
import { admitToS3Fifo, layOutS3Fifo, takeFromS3Fifo } from './marks/s3-fifo';
import { appendToSieve, layOutSieve, takeFromSieve } from './marks/sieve';
import {
  bitOf,
  high,
  layOutWords,
  low,
  lowestLane,
  modified,
  use,
  wordBits,
  words,
} from './marks/words';
import { WINDOW } from './memory';

const CIRCLE: u32 = 0;
const SIEVE: u32 = 1;
const S3_FIFO: u32 = 2;
const RANDOM: u32 = 3;
const MRU: u32 = 4;
const CAR: u32 = 5;
const CLOCK_PRO: u32 = 6;

/** Bytes of 48 runs. */
const NEAR: usize = 192;
/** One run of so many that changes something is often. */
const CHANGES_MANY: u32 = 16;
const PAGES_MANY: u32 = 1 << 15;

let rule: u32 = 0;
/** Uses that are counted at most, 0 to 3; what a page comes with. */
let most: u32 = 0;
let first: u32 = 0;
/** Whether windows in which many runs change something may be taken otherwise (marks/alone.ts). */
let mayBeAlone = false;
/** Runs of the window before that changed something. */
let changes: u32 = 0;
/** The page of the run before the one that faults, and of the last one of the window before. */
let pageBefore: u32 = 0;
let pageLast: u32 = 0;
/** The ghosts of a single lane, of more pages than a cache near the processor holds places of; else 0. */
let ghostsAhead: usize = 0;

/** `usesMost` 0 to 3: the uses that the rule tells apart; `usesFirst`: those of a page that comes. */
export function start(
  pageCount: u32,
  laneCount: u32,
  ruleWanted: u32,
  usesMost: u32,
  usesFirst: u32,
): void {
  layOut(pageCount, laneCount);
  layOutWords();
  rule = ruleWanted;
  most = usesMost;
  first = usesFirst;
}

/** Gives a lane its size, and the rule its parameters. Each lane once, before any run. */
export function lane(index: u32, frames: u32, a: u32, b: u32, c: u32): void {
  const record = recordOf(index);
  setFrames(record, frames);
  const capacity = min(frames, pages);
  if (rule === CIRCLE) layOutCircle(record, capacity, a, b);
  else if (rule === SIEVE) layOutSieve(record, capacity);
  else if (rule === S3_FIFO) {
    const ghosts = layOutS3Fifo(record, capacity, a, b, c);
    if (lanes === 1 && pages >= PAGES_MANY) ghostsAhead = ghosts;
  } else if (rule === RANDOM) layOutRandom(record, capacity, a);
  else if (rule === CAR) layOutCar(record, capacity, a);
  else if (rule === CLOCK_PRO) layOutClockPro(record, a, b);
  else if (rule !== MRU) unreachable();
  const isPlain = rule === SIEVE || (rule === CIRCLE && a === NONE);
  mayBeAlone = isPlain && lanes === 1 && most <= 1;
}

/** Address of four doubles: faults on a read, a write, a fetch, and write-backs. */
export function counts(index: u32): usize {
  return countsOf(index);
}

/** 1: that page has a frame in that lane. For tests. */
export function holds(index: u32, page: u32): u32 {
  const bits = wordBits();
  const at = words + ((<usize>page) << bits);
  const word: u64 =
    bits === 0 ? <u64>load<u8>(at) : bits === 2 ? <u64>load<u32>(at) : load<u64>(at);
  return <u32>(word >> index) & 1;
}

/** Executes the runs in the window. */
export function advance(count: u32): void {
  const bits = wordBits();
  const before = changes;
  changes = 0;
  if (mayBeAlone && before > count / CHANGES_MANY) changes = advanceAlone(count);
  else if (bits === 0) advanceWith<u8>(count);
  else if (bits === 2) advanceWith<u32>(count);
  else advanceWith<u64>(count);
}

/** Returns the faults. */
function advanceAlone(count: u32): u32 {
  const record = recordOf(0);
  const end = WINDOW + ((<usize>count) << 2);
  if (rule === SIEVE) return sieveAlone(record, WINDOW, end);
  return circleAlone(record, WINDOW, end, usedOf(most), usedOf(first));
}

function advanceWith<W>(count: u32): void {
  const all: W = <W>(((<u64>1) << (<u64>lanes)) - 1);
  const base = words;
  const ofRead =
    all | ((most & 1) !== 0 ? all << low<W>() : <W>0) | (most > 1 ? all << high<W>() : <W>0);
  const ofWrite = ofRead | (all << modified<W>());
  const end = WINDOW + ((<usize>count) << 2);
  /** Up to here one by one: where one run changed something, others near it do. */
  let near = WINDOW;
  for (let from = WINDOW; from < end; from += 4) {
    if (from >= near && from + 16 <= end) {
      // Most hits change nothing: one branch says so of four.
      if (isQuiet<W>(from, base, ofRead, ofWrite)) {
        from += 12;
        continue;
      }
      near = from + NEAR;
      if (ghostsAhead !== 0) lookAtGhosts(ghostsAhead, from, min(near, end));
    }
    const run = load<u32>(from);
    const at = base + wordAt<W>(run);
    const word = load<W>(at);
    if ((wantedOf<W>(run, ofRead, ofWrite) & ~word) !== 0) {
      pageBefore = from === WINDOW ? pageLast : load<u32>(from - 4) >>> 8;
      touch<W>(run, at, word, all);
      changes++;
    }
  }
  if (count > 0) pageLast = load<u32>(end - 4) >>> 8;
}

/** Whether the four runs at `from` are all hits that change nothing. */
function isQuiet<W>(from: usize, base: usize, ofRead: W, ofWrite: W): bool {
  const runA = load<u32>(from);
  const runB = load<u32>(from, 4);
  const runC = load<u32>(from, 8);
  const runD = load<u32>(from, 12);
  const changed =
    (wantedOf<W>(runA, ofRead, ofWrite) & ~load<W>(base + wordAt<W>(runA))) |
    (wantedOf<W>(runB, ofRead, ofWrite) & ~load<W>(base + wordAt<W>(runB))) |
    (wantedOf<W>(runC, ofRead, ofWrite) & ~load<W>(base + wordAt<W>(runC))) |
    (wantedOf<W>(runD, ofRead, ofWrite) & ~load<W>(base + wordAt<W>(runD)));
  return changed === 0;
}

/** What the word of a run must have for a hit to change nothing. */
function wantedOf<W>(run: u32, ofRead: W, ofWrite: W): W {
  return (run & (WRITE << 6)) !== 0 ? ofWrite : ofRead;
}

/** Where the word of a run stands, from that of page 0. */
function wordAt<W>(run: u32): usize {
  return <usize>(run >>> 8) * sizeof<W>();
}

function touch<W>(run: u32, at: usize, word: W, all: W): void {
  const held = word & all;
  let after = most === 0 || held === 0 ? word : use<W>(word, held, min(most, (run & 63) + 1), most);
  const missing = all & ~word;
  const isWrite = ((run >>> 6) & 3) === WRITE;
  if (missing !== 0) {
    for (let left = missing; left !== 0; left &= left - 1) fault<W>(lowestLane<W>(left), run);
    // What they said of a page that had left.
    after = (after & ~((missing << low<W>()) | (missing << high<W>()))) | missing;
    const uses = min(most, first + (run & 63));
    if ((uses & 1) !== 0) after |= missing << low<W>();
    if (uses > 1) after |= missing << high<W>();
  }
  if (isWrite) after |= all << modified<W>();
  store<W>(at, after);
}

/** The page of `run` gets a frame in that lane; its own word is the caller's. */
function fault<W>(index: u32, run: u32): void {
  const record = recordOf(index);
  const page = run >>> 8;
  const bit = bitOf<W>(index);
  countFault(record, (run >>> 6) & 3);
  if (rule === CAR || rule === CLOCK_PRO) settleNewest<W>(record, bit, page);
  const isFree = takeFree(record);
  if (rule === CIRCLE) {
    if (isFree) fillCircle(record, page);
    else leave<W>(record, bit, replaceInCircle<W>(record, bit, page));
  } else if (rule === SIEVE) {
    if (!isFree) leave<W>(record, bit, takeFromSieve<W>(record, bit));
    appendToSieve(record, page);
  } else if (rule === S3_FIFO) {
    if (!isFree) leave<W>(record, bit, takeFromS3Fifo<W>(record, bit));
    admitToS3Fifo(record, page);
  } else if (rule === RANDOM) {
    if (isFree) fillRandom(record, page);
    else leave<W>(record, bit, replaceAtRandom(record, page));
  } else if (rule === CAR) {
    if (!isFree) leave<W>(record, bit, takeFromCar<W>(record, bit));
    admitToCar<W>(record, bit, page);
  } else if (rule === CLOCK_PRO) {
    if (!isFree) leave<W>(record, bit, takeFromClockPro<W>(record, bit));
    admitToClockPro<W>(record, bit, page, isFree);
  } else if (!isFree) leave<W>(record, bit, pageBefore);
}

/** `victim` leaves. Where a rule keeps ghosts in words, LOW and HIGH are as it has set them. */
function leave<W>(record: usize, bit: W, victim: u32): void {
  const at = words + <usize>victim * sizeof<W>();
  const word = load<W>(at);
  if ((word & (bit << modified<W>())) !== 0) countWriteBack(record);
  const ofLane = bit | (bit << modified<W>());
  const uses = rule === CAR || rule === CLOCK_PRO ? <W>0 : (bit << low<W>()) | (bit << high<W>());
  store<W>(at, word & ~(ofLane | uses));
}
