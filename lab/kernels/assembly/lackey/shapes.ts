/**
 * Shapes: where the characters of a usual line of lackey go in a vector, by the line's length.
 *
 *   0                       8        10              14
 *   page's digits | before  first    place | comma   size
 *   7, or 5 and nothing     2        3               2, or nothing and 1
 *
 * A line of 8 or 10 digits with a size of 1 or 2 has a length that no other of them has, and with its
 * newline left out it is no longer than a vector. Where nothing goes there is a NUL, so text with a NUL in
 * it is not usual.
 */

const NOTHING: u8 = 128;
/** More than the longest usual line has, its newline counted. */
const LENGTHS: u32 = 19;
const VECTOR_BITS: usize = 4;
const VECTOR_BYTES: usize = 16;

/** By length, the newline counted: of which character each byte of the vector is. */
const shapes: usize = memory.data(19 << 4, 64);

/** Of any other length nothing goes anywhere. */
export function layOutShapes(): void {
  memory.fill(shapes, NOTHING, (<usize>LENGTHS) << VECTOR_BITS);
  for (let page: u8 = 5; page <= 7; page += 2) {
    for (let size: u8 = 1; size <= 2; size++) {
      const comma: u8 = page + 6;
      const shape = shapes + ((<usize>(comma + size + 2)) << VECTOR_BITS);
      for (let i: u8 = 0; i < page; i++) store<u8>(shape + i, 3 + i);
      store<u8>(shape, 2, 7);
      store<u8>(shape, 0, 8);
      store<u8>(shape, 1, 9);
      for (let i: u8 = 0; i <= 3; i++) store<u8>(shape + i, comma - 3 + i, 10);
      if (size === 2) store<u8>(shape, comma + 1, 14);
      store<u8>(shape, comma + size, 15);
    }
  }
}

/** Puts `count` lines into vectors; line i is what stands between the newlines at ends[i] and ends[i + 1]. */
export function shapeLines(ends: usize, count: i32, vectors: usize): void {
  const endsEnd = ends + ((<usize>count) << 2);
  let vector = vectors;
  for (let next = ends; next < endsEnd; next += 4, vector += VECTOR_BYTES) {
    const before = load<u32>(next);
    // Relaxed: on every machine NOTHING gives 0, and no other index is beyond a vector.
    const length = min(load<u32>(next, 4) - before, LENGTHS - 1);
    const shape = v128.load(shapes + ((<usize>length) << VECTOR_BITS));
    v128.store(vector, i8x16.relaxed_swizzle(v128.load(before, 1), shape));
  }
}
