/**
 * Room: where arrays of the machine's state lie. On the heap, or all of them in one memory that an
 * executor of the hot loop (executor.ts) works in too; they are the same plain arrays either way.
 */

/** Each gives `length` elements, all zero. */
export interface Room {
  bytes(length: number): Uint8Array;
  halves(length: number): Uint16Array;
  words(length: number): Uint32Array;
}

/** Each array by itself. */
export const HEAP: Room = {
  bytes: (length) => new Uint8Array(length),
  halves: (length) => new Uint16Array(length),
  words: (length) => new Uint32Array(length),
};
