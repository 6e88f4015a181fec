/**
 * Admission: a page that was not in the cache takes the place of another only if it has been asked for
 * more often lately. TinyLFU (Einziger, Friedman and Manes 2017) in small: a count-min sketch of four
 * rows of counters up to 15, halved when as many were counted as ten times the slots.
 */

const ROWS = 4;
const COUNTER_MAX = 15;
const MULTIPLIERS = [0x9e37_79b1, 0x85eb_ca6b, 0xc2b2_ae35, 0x27d4_eb2f];

export interface Admission {
  /** Counters of a row: a power of two. */
  readonly width: number;
  readonly counters: Uint8Array;
  counted: number;
  readonly countedMax: number;
}

export function createAdmission(slots: number): Admission {
  const width = 4 << (32 - Math.clz32(Math.max(1, slots - 1)));
  return { width, counters: new Uint8Array(ROWS * width), counted: 0, countedMax: 10 * slots };
}

/** `block` was asked for. */
export function countBlock(state: Admission, block: number): void {
  for (let row = 0; row < ROWS; row++) {
    const at = placeOf(state, row, block);
    if (state.counters[at] < COUNTER_MAX) state.counters[at]++;
  }
  if (++state.counted < state.countedMax) return;
  state.counted = Math.floor(state.counted / 2);
  for (let at = 0; at < state.counters.length; at++) state.counters[at] >>>= 1;
}

/** Is `block` asked for more often than `other`? */
export function isMoreWanted(state: Admission, block: number, other: number): boolean {
  return frequencyOf(state, block) > frequencyOf(state, other);
}

/** How often it was asked for: at least so often, but for what was halved. */
export function frequencyOf(state: Admission, block: number): number {
  let least = COUNTER_MAX;
  for (let row = 0; row < ROWS; row++)
    least = Math.min(least, state.counters[placeOf(state, row, block)]);
  return least;
}

function placeOf({ width }: Admission, row: number, block: number): number {
  const hash = Math.imul(block + 1, MULTIPLIERS[row]);
  return row * width + ((hash ^ (hash >>> 15)) & (width - 1));
}
