/**
 * TLB: the arrays of both levels (sim-hw/tlb.ts), what is known of walks, and of the space that runs its
 * columns (sim-hw/address-space.ts). A refill is here, a hit of the first level in the loop (../mmu.ts).
 */

const KEY_BITS: u32 = 24;
const KEY_MASK: u32 = (1 << KEY_BITS) - 1;
/** Bytes of four words. */
const FOUR: usize = 16;

export let firstPlace: usize = 0;
export let firstUse: usize = 0;
let firstTag: usize = 0;
let firstWays: u32 = 0;
let firstMask: u32 = 0;
let secondPlace: usize = 0;
let secondUse: usize = 0;
let secondTag: usize = 0;
let secondWays: u32 = 0;
let secondMask: u32 = 0;
let walked: usize = 0;

/** Of the space: places of its page 0, and its columns. */
export let places: usize = 0;
let unitOf: usize = 0;
let written: usize = 0;

/** What a look at the second level takes, a walk, each of its probes. */
let secondTicks: i32 = 0;
let walkTicks: i32 = 0;
let probeTicks: i32 = 0;

/** Since the last `count`: looks at the second level, walks, their probes. */
let lookups: u32 = 0;
let walks: u32 = 0;
let probes: u32 = 0;
/** Since the last `takeSpent`. */
let spent: i32 = 0;

/** Addresses and shape of the first level. */
export function setFirst(place: usize, use: usize, tag: usize, ways: u32, mask: u32): void {
  firstPlace = place;
  firstUse = use;
  firstTag = tag;
  firstWays = ways;
  firstMask = mask;
}

/** Those of the second level, 0 ways where there is none; and where it says which walks are known. */
export function setSecond(
  place: usize,
  use: usize,
  tag: usize,
  ways: u32,
  mask: u32,
  known: usize,
): void {
  secondPlace = place;
  secondUse = use;
  secondTag = tag;
  secondWays = ways;
  secondMask = mask;
  walked = known;
}

export function setTicksBelow(second: i32, walk: i32, probe: i32): void {
  secondTicks = second;
  walkTicks = walk;
  probeTicks = probe;
}

/** The space whose first page has unit key `key` runs. */
export function setSpace(key: u32, units: usize, marks: usize): void {
  places = firstPlace + (key << 2);
  unitOf = units;
  written = marks;
}

/** Puts down the counts, three words, and begins anew. */
export function count(at: usize): void {
  store<u32>(at, lookups);
  store<u32>(at, walks, 4);
  store<u32>(at, probes, 8);
  lookups = walks = probes = 0;
}

/** The ticks of what is counted, once. */
export function takeSpent(): i32 {
  const ticks = spent;
  spent = 0;
  return ticks;
}

/** First-level miss of a run, as use `now`: false, and nothing done, unless its page is found. */
export function refill(run: u32, now: u32): bool {
  const page: usize = run >>> 8;
  const ready: u32 = load<u8>(written + page) !== 0 ? 1 : 0;
  const isFirstWrite = ((run >>> 6) & 1) > ready;
  if (isFirstWrite || load<u8>(places + (page << 2)) !== 0) return false;
  const unit = load<u32>(unitOf + (page << 2));
  if (!below(unit, now)) return false;
  const key = unit & KEY_MASK;
  const entry = oldest(firstUse, ((unit >>> KEY_BITS) & firstMask) * firstWays + 1, firstWays);
  const tag = firstTag + (entry << 2);
  store<u32>(firstPlace + (load<u32>(tag) << 2), 0);
  store<u32>(tag, key);
  store<u32>(firstUse + (entry << 2), now);
  // Of the four bytes: reads, writes, fetches.
  store<u32>(firstPlace + (key << 2), entry * (0x10001 | (ready << 8)));
  return true;
}

/** The second level has the unit, or gets it by a walk that is known; false, and nothing done: neither. */
function below(unit: u32, now: u32): bool {
  const key = unit & KEY_MASK;
  if (secondWays === 0) return walk(key);
  const place = secondPlace + (key << 1);
  let entry: u32 = load<u16>(place);
  if (entry === 0) {
    if (!walk(key)) return false;
    entry = oldest(secondUse, ((unit >>> KEY_BITS) & secondMask) * secondWays + 1, secondWays);
    const tag = secondTag + (entry << 2);
    store<u16>(secondPlace + (load<u32>(tag) << 1), 0);
    store<u32>(tag, key);
    store<u16>(place, entry);
  }
  store<u32>(secondUse + (entry << 2), now);
  lookups++;
  spent += secondTicks;
  return true;
}

/** A walk for this unit, if it is known what one is. */
function walk(key: u32): bool {
  const known: u32 = load<u8>(walked + key);
  if (known === 0) return false;
  walks++;
  probes += known;
  spent += walkTicks + <i32>known * probeTicks;
  return true;
}

/** Entry of the set that starts at `base` which was used longest ago, the first of several. */
function oldest(uses: usize, base: u32, ways: u32): u32 {
  const first = uses + (base << 2);
  if ((ways & 3) !== 0) return base + oldestOfFew(first, ways);
  const end = first + (ways << 2);
  let least = v128.load(first);
  for (let at = first + FOUR; at < end; at += FOUR) least = i32x4.min_u(least, v128.load(at));
  least = i32x4.min_u(least, i32x4.shuffle(least, least, 2, 3, 0, 1));
  least = i32x4.min_u(least, i32x4.shuffle(least, least, 1, 0, 3, 2));
  let at = first;
  let found = i32x4.bitmask(i32x4.eq(least, v128.load(at)));
  while (found === 0) {
    at += FOUR;
    found = i32x4.bitmask(i32x4.eq(least, v128.load(at)));
  }
  return base + <u32>((at - first) >> 2) + <u32>ctz(found);
}

/** Of ways that are no fours: its number in the set. */
function oldestOfFew(first: usize, ways: u32): u32 {
  let way: u32 = 0;
  let least = load<u32>(first);
  for (let other: u32 = 1; other < ways; other++) {
    const use = load<u32>(first + (other << 2));
    way = use < least ? other : way;
    least = min(use, least);
  }
  return way;
}
