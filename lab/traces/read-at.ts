/** Reading at a place of an open file, as far as there is something. A host file. */

import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
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

/** Fills `bytes` from `position` on (null: with what comes next); fewer only at the end of the file. */
export async function readFully(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number | null,
): Promise<number> {
  let got = 0;
  while (got < bytes.length) {
    const at = position === null ? null : position + got;
    const { bytesRead } = await handle.read(bytes, got, bytes.length - got, at);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return got;
}
