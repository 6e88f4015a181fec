/**
 * OPT at up to 16 sizes: Belady's optimal replacement, all sizes side by side (twin:
 * lab/curves/optimal-curve.ts, at every size). The page goes whose next use is farthest (Belady 1966).
 *
 * What is known of the pages held are the moments of their next uses, a mask of sizes for each moment:
 *
 *   held    moment of a run:  0    1    2    3    4    5    6  ...     bit k: the page used then is held at size k
 *           mask of sizes:    .    .    ff   .    0f   .    03
 *   above   by 64 entries:    the sizes that are anywhere among them; and so on, until 64 or fewer are left
 *
 * A run is a hit at the sizes of its own moment. Then all sizes hold its page, until its next use: one mask
 * is stored. A size that missed and is full gives up the last moment that it has, found from above; a page
 * never used again goes before all others, and only how many there are is known. Moments gone by keep their
 * masks: nothing looks for them.
 *
 * Runs come in twice as few steps as could be: `advance` takes them from the last to the first and notes
 * next uses, then `decide` needs no runs. 6 bytes a run, 4 a page.
 */

import { room, WINDOW } from './memory';

const NEVER: u32 = 0xffffffff;
const ALL: u16 = 0xffff;
const GROUP_BITS: u32 = 6;
const LEVELS_MAX: u32 = 8;

let runsAll: u32 = 0;
let sizesAll: u32 = 0;
/** Runs whose next use is not yet noted. */
let left: u32 = 0;
/** By page: its use that comes soonest after what has been looked at; by run: its page's next. */
let soonest: usize = 0;
let nextUse: usize = 0;
/** By level, from the masks themselves upwards: address; and where `giveUp` went, a bit for each entry. */
let levels: usize = 0;
let levelsAll: u32 = 0;
let found: usize = 0;
/** By size, 4 bytes each. */
let framesOf: usize = 0;
let heldOf: usize = 0;
let missesOf: usize = 0;
/** Pages never used again that were given up; all there have been. */
let gone: usize = 0;
let never: u32 = 0;

export function start(runs: u32, pages: u32, sizes: u32): void {
  runsAll = runs;
  left = runs;
  sizesAll = sizes;
  soonest = room(pages << 2);
  memory.fill(soonest, 0xff, pages << 2);
  levels = room(LEVELS_MAX << 2);
  found = room(LEVELS_MAX << 3);
  framesOf = room(64);
  heldOf = room(64);
  missesOf = room(64);
  gone = room(64);
  if (runs > 0x20000000) unreachable();
  nextUse = room(runs << 2);
  let entries = runs;
  do {
    // Whole groups, since they are searched whole.
    entries = (entries + 63) & ~63;
    store<u32>(levels + (levelsAll++ << 2), room(entries << 1));
    entries >>= GROUP_BITS;
  } while (entries > 1);
}

/** Size `size` has so many frames, 1 at least. */
export function setFrames(size: u32, frames: u32): void {
  store<u32>(framesOf + (size << 2), frames);
}

/** Notes the next uses of the `count` runs in the window, which come before all that were there so far. */
export function advance(count: u32): void {
  const pages = soonest;
  let run = WINDOW + (count << 2);
  let moment = left;
  while (run > WINDOW) {
    run -= 4;
    moment--;
    const page = pages + ((load<u32>(run) >> 8) << 2);
    store<u32>(nextUse + (moment << 2), load<u32>(page));
    store<u32>(page, moment);
  }
  left = moment;
}

/** Decides all runs, from the first to the last. */
export function decide(): void {
  const masks = load<u32>(levels);
  const groups = load<u32>(levels, 4);
  const wanted = (1 << sizesAll) - 1;
  for (let moment: u32 = 0; moment < runsAll; moment++) {
    const held = load<u16>(masks + (moment << 1));
    if ((held & wanted) !== wanted) missAt(~held & wanted);
    const next = load<u32>(nextUse + (moment << 2));
    if (next === NEVER) {
      never++;
      continue;
    }
    store<u16>(masks + (next << 1), ALL);
    const group = next >> GROUP_BITS;
    if (levelsAll > 1 && load<u16>(groups + (group << 1)) !== ALL) raise(group);
  }
}

/** All sizes hold what is in this group of the masks, and the levels above say so. */
function raise(group: u32): void {
  let entry = group;
  for (let level: u32 = 1; level < levelsAll; level++) {
    const at = load<u32>(levels + (level << 2)) + (entry << 1);
    if (load<u16>(at) === ALL) return;
    store<u16>(at, ALL);
    entry >>= GROUP_BITS;
  }
}

/** Makes room for a page at each of the sizes in the mask. */
function missAt(sizes: u32): void {
  for (let missing = sizes; missing !== 0; missing &= missing - 1) {
    const at = ctz(missing) << 2;
    store<u32>(missesOf + at, load<u32>(missesOf + at) + 1);
    const held = load<u32>(heldOf + at);
    if (held < load<u32>(framesOf + at)) store<u32>(heldOf + at, held + 1);
    else if (load<u32>(gone + at) < never) store<u32>(gone + at, load<u32>(gone + at) + 1);
    else giveUp(<u16>(missing & -missing));
  }
}

/** The size of this bit gives up the page whose next use is farthest. */
function giveUp(bit: u16): void {
  let entry: u32 = 0;
  for (let level = levelsAll; level-- > 0; ) {
    const group = load<u32>(levels + (level << 2)) + (entry << (GROUP_BITS + 1));
    const bits = entriesWith(group, bit);
    store<u64>(found + (level << 3), bits);
    entry = (entry << GROUP_BITS) + 63 - <u32>clz<u64>(bits);
  }
  for (let level: u32 = 0; level < levelsAll; level++) {
    const at = load<u32>(levels + (level << 2)) + (entry << 1);
    store<u16>(at, load<u16>(at) & ~bit);
    // Another of its group has it: what is above stays.
    const bits = load<u64>(found + (level << 3));
    if ((bits & (bits - 1)) !== 0) return;
    entry >>= GROUP_BITS;
  }
}

/** Which of the 64 masks from `group` on have this bit. */
function entriesWith(group: usize, bit: u16): u64 {
  const wanted = i16x8.splat(<i16>bit);
  const low = sixteenWith(group, wanted) | (sixteenWith(group + 32, wanted) << 16);
  const high = sixteenWith(group + 64, wanted) | (sixteenWith(group + 96, wanted) << 16);
  return <u64>low | ((<u64>high) << 32);
}

function sixteenWith(masks: usize, wanted: v128): u32 {
  const first = i16x8.eq(v128.and(v128.load(masks), wanted), wanted);
  const second = i16x8.eq(v128.and(v128.load(masks, 16), wanted), wanted);
  return <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(first, second));
}

/** How often size `size` missed. */
export function misses(size: u32): u32 {
  return load<u32>(missesOf + (size << 2));
}
