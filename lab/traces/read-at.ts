/** Reading at a place of an open file, as far as there is something. A host file. */

import { readSync } from 'node:fs';
import { toHostOrder } from './compact-runs.ts';

/** Fills `bytes` from that place on; how many there were. */
export function readAt(fd: number, bytes: Uint8Array, at: number): number {
  let got = 0;
  while (got < bytes.length) {
    const more = readSync(fd, bytes, got, bytes.length - got, at + got);
    if (more === 0) break;
    got += more;
  }
  return got;
}

/** The same of little-endian words; false: there were fewer. */
export function readWords(fd: number, words: Uint32Array, at: number): boolean {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const isWhole = readAt(fd, bytes, at) === bytes.length;
  toHostOrder(words);
  return isWhole;
}
