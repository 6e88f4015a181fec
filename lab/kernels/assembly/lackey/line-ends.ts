/** Line ends: where the newlines of a text are, 64 bytes at a step, without a branch for each. */

const NEWLINE: u8 = 10;
/** Bytes looked at together. */
export const STEP: usize = 64;

/**
 * Puts down where the newlines in [from, to) are, in words from `list` on, which has room for one a byte
 * and four more; gives how many. -1: there is a NUL among those bytes.
 */
export function findLineEnds(from: usize, to: usize, list: usize): i32 {
  let next = list;
  let least = i8x16.splat(NEWLINE);
  for (let at = from; at < to; at += STEP) {
    let found = placesOf(NEWLINE, at);
    if (to - at >= STEP) least = i8x16.min_u(least, leastOf(at));
    else {
      const inside = ((<u64>1) << (to - at)) - 1;
      found &= inside;
      if ((placesOf(0, at) & inside) !== 0) return -1;
    }
    const nextStep = next + ((<usize>popcnt(found)) << 2);
    // Nearly always five at most: what is put down beyond the last one is written over.
    store<u32>(next, <u32>at + <u32>ctz(found));
    found &= found - 1;
    store<u32>(next, <u32>at + <u32>ctz(found), 4);
    found &= found - 1;
    store<u32>(next, <u32>at + <u32>ctz(found), 8);
    found &= found - 1;
    store<u32>(next, <u32>at + <u32>ctz(found), 12);
    found &= found - 1;
    store<u32>(next, <u32>at + <u32>ctz(found), 16);
    found &= found - 1;
    for (next += 20; found !== 0; next += 4) {
      store<u32>(next, <u32>at + <u32>ctz(found));
      found &= found - 1;
    }
    next = nextStep;
  }
  return i8x16.all_true(least) ? <i32>(next - list) >> 2 : -1;
}

/** A bit for each byte of a step that is `byte`. */
function placesOf(byte: u8, at: usize): u64 {
  const wanted = i8x16.splat(byte);
  const first = bitsOf(v128.load(at), wanted) | (bitsOf(v128.load(at, 16), wanted) << 16);
  const last = bitsOf(v128.load(at, 32), wanted) | (bitsOf(v128.load(at, 48), wanted) << 16);
  return first | (last << 32);
}

function bitsOf(bytes: v128, wanted: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.eq(bytes, wanted)));
}

/** The least byte of a step is in it. */
function leastOf(at: usize): v128 {
  const first = i8x16.min_u(v128.load(at), v128.load(at, 16));
  return i8x16.min_u(first, i8x16.min_u(v128.load(at, 32), v128.load(at, 48)));
}
