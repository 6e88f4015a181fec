/** Random (clients/policies/random.ts): any frame, by xorshift32. */

import { framesOf, OWN } from '../lane';
import { room } from '../memory';

const PAGES: usize = OWN;
const DRAW: usize = OWN + 4;
const FILLED: usize = OWN + 8;

/** `seed` is not 0. */
export function layOutRandom(record: usize, capacity: u32, seed: u32): void {
  store<usize>(record + PAGES, room((<usize>capacity) << 2));
  store<u32>(record + DRAW, seed);
}

export function fillRandom(record: usize, page: u32): void {
  const filled = load<u32>(record + FILLED);
  store<u32>(load<usize>(record + PAGES) + ((<usize>filled) << 2), page);
  store<u32>(record + FILLED, filled + 1);
}

/** The last page closes the gap of the one that leaves, and `page` comes behind it. */
export function replaceAtRandom(record: usize, page: u32): u32 {
  let draw = load<u32>(record + DRAW);
  draw ^= draw << 13;
  draw ^= draw >>> 17;
  draw ^= draw << 5;
  store<u32>(record + DRAW, draw);
  const frames = framesOf(record);
  // In doubles, as the twin rounds.
  const slot = <u32>((<f64>draw / 4294967296) * <f64>frames);
  const list = load<usize>(record + PAGES);
  const last = list + ((<usize>(frames - 1)) << 2);
  const at = list + ((<usize>slot) << 2);
  const victim = load<u32>(at);
  store<u32>(at, load<u32>(last));
  store<u32>(last, page);
  return victim;
}
