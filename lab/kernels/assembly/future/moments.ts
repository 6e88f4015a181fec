/**
 * Moments: what lanes hold, by the moment of its next use, which is that of a run.
 *
 *   moment of a run:     0    1    2    3    4    5    6  ...     bit k: the page used then is held in lane k
 *   mask of lanes:       .    .    ff   .    0f   .    03
 *   above, by 64 entries: the lanes that are anywhere among them; and so on, until 64 or fewer are left
 *
 * The moment that is farthest ahead is found from above. Moments gone by may keep their masks.
 */

import { NONE } from '../lane';
import { room } from '../memory';

const GROUP_BITS: u32 = 6;
const GROUP: u32 = 1 << GROUP_BITS;

/** Fields: levels, and where each stands, moments first. */
const LEVELS: usize = 0;
const FIRST_LEVEL: usize = 4;
export const MOMENTS_RECORD: usize = 48;

/** Moments below `count`. */
export function layOutMoments(moments: usize, count: u32): void {
  let levels: usize = 0;
  let entries = max<u32>(count, 1);
  do {
    // Whole groups, since they are searched whole.
    entries = (entries + GROUP - 1) & ~(GROUP - 1);
    store<usize>(moments + FIRST_LEVEL + (levels << 2), room((<usize>entries) << 1));
    levels++;
    entries >>>= GROUP_BITS;
  } while (entries > 1);
  store<usize>(moments + LEVELS, levels);
}

/** Lanes that hold what is used at that moment. */
export function heldAt(moments: usize, moment: u32): u32 {
  return <u32>load<u16>(maskAt(moments, 0, moment));
}

export function setHeld(moments: usize, moment: u32, lanes: u32): void {
  store<u16>(maskAt(moments, 0, moment), <u16>lanes);
}

/** Says above that these lanes hold what is used at that moment. */
export function raise(moments: usize, moment: u32, lanes: u32): void {
  const levels = load<usize>(moments + LEVELS);
  let entry = moment;
  for (let level: usize = 1; level < levels; level++) {
    entry >>>= GROUP_BITS;
    const at = maskAt(moments, level, entry);
    const known = <u32>load<u16>(at);
    if ((known | lanes) === known) return;
    store<u16>(at, <u16>(known | lanes));
  }
}

/** The last moment that the lane of `bit` has; NONE: it has none. */
export function farthest(moments: usize, bit: u32): u32 {
  const wanted = i16x8.splat(<i16>bit);
  let entry: u32 = 0;
  for (let level = load<usize>(moments + LEVELS); level-- > 0; ) {
    const entries = entriesWith(maskAt(moments, level, entry << GROUP_BITS), wanted);
    if (entries === 0) return NONE;
    entry = (entry << GROUP_BITS) + 63 - <u32>clz<u64>(entries);
  }
  return entry;
}

/** The lane of `bit` has that moment no more; and neither have the groups above, where it was the only one. */
export function lower(moments: usize, moment: u32, bit: u32): void {
  const levels = load<usize>(moments + LEVELS);
  const wanted = i16x8.splat(<i16>bit);
  let entry = moment;
  for (let level: usize = 0; level < levels; level++) {
    const at = maskAt(moments, level, entry);
    store<u16>(at, load<u16>(at) & ~(<u16>bit));
    if (isAmong(maskAt(moments, level, entry & ~(GROUP - 1)), wanted)) return;
    entry >>>= GROUP_BITS;
  }
}

/** The same of a moment that was never raised. */
export function unset(moments: usize, moment: u32, bit: u32): void {
  const at = maskAt(moments, 0, moment);
  store<u16>(at, load<u16>(at) & ~(<u16>bit));
}

/** Whether any of the 64 masks from `group` on has that bit. */
function isAmong(group: usize, wanted: v128): bool {
  let any = v128.load(group);
  for (let at: usize = 16; at < 128; at += 16) any = v128.or(any, v128.load(group + at));
  return v128.any_true(v128.and(any, wanted));
}

/** Which of the 64 masks from `group` on have that bit. */
function entriesWith(group: usize, wanted: v128): u64 {
  const low = sixteenWith(group, wanted) | (sixteenWith(group + 32, wanted) << 16);
  const high = sixteenWith(group + 64, wanted) | (sixteenWith(group + 96, wanted) << 16);
  return <u64>low | ((<u64>high) << 32);
}

function sixteenWith(masks: usize, wanted: v128): u32 {
  const first = i16x8.eq(v128.and(v128.load(masks), wanted), wanted);
  const second = i16x8.eq(v128.and(v128.load(masks, 16), wanted), wanted);
  return <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(first, second));
}

function maskAt(moments: usize, level: usize, entry: u32): usize {
  return load<usize>(moments + FIRST_LEVEL + (level << 2)) + ((<usize>entry) << 1);
}
