/**
 * The bytes of a trace file as a stream of chunks, unpacked where they are packed. A host file.
 *
 *   plain files and pipes: here
 *   packed ones: packed-chunks.ts
 *
 * What a file is packed with is told by its content, never by its name. Memory is a few chunks.
 */

import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { isCompact } from './detect-format.ts';
import { CHUNK_BYTES, gzipChunks, type Taken, xzChunks, zstdChunks } from './packed-chunks.ts';
import { readFully } from './read-at.ts';
import { traceError } from './trace.ts';

/** Of a plain file: it stays in a second-level cache until it is parsed. */
const PIECE_BYTES = 1 << 18;
/** Pieces that are read at a stretch: a few milliseconds, after which signals and timers have their turn. */
const PIECES_AT_A_STRETCH = 16;
const MAGICS: readonly (readonly [Packing, ...number[]])[] = [
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['gzip', 0x1f, 0x8b, 0x08],
  ['xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  ['bzip2', 0x42, 0x5a, 0x68],
  ['zip', 0x50, 0x4b, 0x03, 0x04],
  ['7z', 0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
];

export type Packing = 'none' | 'zstd' | 'gzip' | 'xz' | 'bzip2' | 'zip' | '7z';

/** How many first bytes `packingOf` looks at. */
export const PACKING_BYTES = 8;

export function packingOf(head: Uint8Array): Packing {
  for (const [packing, ...magic] of MAGICS)
    if (magic.every((byte, i) => head[i] === byte)) return packing;
  return 'none';
}

/** Where the caller likes to have the next bytes; undefined: anywhere. */
export type Room = () => Uint8Array | undefined;

/**
 * The unpacked bytes, those of a plain file in the `room` for them. A chunk may be overwritten once the next
 * one is asked for. Refuses (TraceError) what does not unpack, is cut short, or is packed in a way that is not
 * known here.
 */
export function chunksOf(
  file: string,
  handle: FileHandle,
  packing: Packing,
  taken: Taken,
  room: Room,
): AsyncIterable<Uint8Array> {
  switch (packing) {
    case 'none':
      return plainChunks(handle, taken, room);
    case 'zstd':
      return zstdChunks(file, handle, taken);
    case 'gzip':
      return gzipChunks(file, handle, taken);
    case 'xz':
      return xzChunks(file, handle, taken);
    case 'bzip2':
    case 'zip':
    case '7z':
      throw traceError(
        file,
        0,
        `is packed with ${packing}, expected a plain file, .zst, .gz or .xz; unpack it first`,
      );
  }
}

/** What comes through a pipe. Refuses what is packed: it can be read once, and only forwards. */
export async function* pipedChunks(
  file: string,
  handle: FileHandle,
  taken: Taken,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunksAhead(handle, taken)) {
    const packing = isFirst ? packingOf(chunk) : 'none';
    if (isFirst && isCompact(chunk)) {
      const problem = 'is a compact trace and comes through a pipe';
      throw traceError(file, 0, `${problem}, expected a file; give its name`);
    }
    isFirst = false;
    if (packing !== 'none') {
      const problem = `is packed with ${packing} and comes through a pipe`;
      throw traceError(file, 0, `${problem}, expected plain bytes; unpack it in the pipe`);
    }
    yield chunk;
  }
}

/**
 * A plain file, piece by piece, by plain calls: it is in the system's cache, or is read ahead into that, and
 * a thread beside this one would have to be waited for at each piece.
 */
async function* plainChunks(
  handle: FileHandle,
  taken: Taken,
  room: Room,
): AsyncGenerator<Uint8Array> {
  const own = new Uint8Array(PIECE_BYTES);
  for (let pieces = 1; ; pieces++) {
    const piece = room() ?? own;
    const got = readSync(handle.fd, piece, 0, piece.length, taken.bytes);
    if (got === 0) return;
    taken.bytes += got;
    yield piece.subarray(0, got);
    if (pieces % PIECES_AT_A_STRETCH === 0) await setImmediate();
  }
}

/** A pipe in two buffers by turns: one is read while the other is in the caller's hands. */
async function* chunksAhead(handle: FileHandle, taken: Taken): AsyncGenerator<Uint8Array> {
  let mine = new Uint8Array(CHUNK_BYTES);
  let theirs = new Uint8Array(CHUNK_BYTES);
  let reading = readFully(handle, mine, null);
  try {
    for (;;) {
      const got = await reading;
      if (got === 0) return;
      taken.bytes += got;
      [mine, theirs] = [theirs, mine];
      reading = readFully(handle, mine, null);
      yield theirs.subarray(0, got);
    }
  } finally {
    // A caller that has had enough closes the file: not under a read.
    await reading.catch(() => 0);
  }
}
