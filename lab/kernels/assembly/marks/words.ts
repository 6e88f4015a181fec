/**
 * Words: what all lanes know of a page, a lane being one memory size of the simulation.
 *
 *    3F            2F            F             0
 *   +-------------+-------------+-------------+-------------+
 *   |  MODIFIED   |    HIGH     |     LOW     |  RESIDENT   |    F bits a field, one a lane
 *   +-------------+-------------+-------------+-------------+
 *
 * LOW and HIGH are one count of uses of 0 to 3 a lane. A word is a byte for up to 2 lanes, 32 bits for up to
 * 8, 64 for up to 16, so that a hit at all sizes is one look at one word.
 */

import { lanes, pages } from '../lane';
import { room } from '../memory';

/** The word of page 0. */
export let words: usize = 0;

export function layOutWords(): void {
  words = room((<usize>pages) << wordBits());
}

/** Of a word, its size as a power of two. */
export function wordBits(): usize {
  return lanes <= 2 ? 0 : lanes <= 8 ? 2 : 3;
}

/** Bits of a field. */
export function field<W>(): W {
  return <W>(sizeof<W>() * 2);
}

export function low<W>(): W {
  return field<W>();
}

export function high<W>(): W {
  return <W>(sizeof<W>() * 4);
}

export function modified<W>(): W {
  return <W>(sizeof<W>() * 6);
}

/** The bit of a lane in the field at 0. */
export function bitOf<W>(lane: u32): W {
  return (<W>1) << (<W>lane);
}

/** The lowest lane of a mask that has one. */
export function lowestLane<W>(mask: W): u32 {
  return <u32>ctz<W>(mask);
}

/** The word after so many uses in the lanes of `held`, of which `most` are counted. */
export function use<W>(word: W, held: W, times: u32, most: u32): W {
  let ones = (word >> low<W>()) & held;
  let twos = (word >> high<W>()) & held;
  if (most === 1) ones = held;
  else
    for (let left = times; left > 0; left--) {
      // From 0 to 1, 1 to 2, 2 to 3; 3 stays.
      const carry = ones;
      ones = held & (~ones | twos);
      twos |= carry;
      if (most === 2) ones &= ~twos;
    }
  return (
    (word & ~((held << low<W>()) | (held << high<W>()))) | (ones << low<W>()) | (twos << high<W>())
  );
}
