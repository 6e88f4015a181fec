/**
 * The bytes of a trace file as a stream of chunks, unpacked where they are packed. A host file.
 *
 *   plain, .gz (any number of members), .zst (any number of frames, windows up to 128 MiB): by Node
 *   .xz: by the command xz, since Node has no such decompressor
 *
 * What a file is packed with is told by its content, never by its name. Memory is a few chunks.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { isCompact } from './detect-format.ts';
import { TraceError, traceError } from './trace.ts';

const CHUNK_BYTES = 1 << 20;
/** Of a plain file: it stays in a second-level cache until it is parsed. */
const PIECE_BYTES = 1 << 18;
/** Pieces that are read at a stretch: a few milliseconds, after which signals and timers have their turn. */
const PIECES_AT_A_STRETCH = 16;
const WINDOW_LOG_MAX = 27;
const XZ = ['--decompress', '--stdout', '--memlimit-decompress=256MiB'];
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

/** How many of the file's bytes have been taken in; stays 0 where nobody can say. */
export interface Taken {
  bytes: number;
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

async function* rawChunks(handle: FileHandle, start: number): AsyncGenerator<Uint8Array> {
  for (let at = start; ; ) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const got = await readFully(handle, chunk, at);
    if (got === 0) return;
    yield chunk.subarray(0, got);
    at += got;
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

/** Every frame of a zstd file: the decompressor stops after one, a file may hold several. */
async function* zstdChunks(
  file: string,
  handle: FileHandle,
  taken: Taken,
): AsyncGenerator<Uint8Array> {
  const { size } = await handle.stat();
  const options = {
    chunkSize: CHUNK_BYTES,
    // One chunk is unpacked while two wait: who reads them is not always as fast.
    readableHighWaterMark: 2 * CHUNK_BYTES,
    params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
  };
  for (let start = 0; start < size; ) {
    const raw = Readable.from(rawChunks(handle, start));
    const unpack = createZstdDecompress(options);
    raw.on('error', (error) => unpack.destroy(error));
    try {
      for await (const chunk of raw.pipe(unpack)) {
        taken.bytes = start + unpack.bytesWritten;
        yield chunk;
        giveBack(chunk);
      }
    } catch (error) {
      throw notUnpacked(file, 'zstd', error);
    } finally {
      unpack.destroy();
      raw.destroy();
    }
    // Bytes that the decompressor took in; what it was given beyond its frame does not count.
    if (unpack.bytesWritten === 0)
      throw traceError(file, 0, 'an empty zstd frame, expected data; compress it again');
    start += unpack.bytesWritten;
  }
}

async function* gzipChunks(
  file: string,
  handle: FileHandle,
  taken: Taken,
): AsyncGenerator<Uint8Array> {
  const raw = Readable.from(rawChunks(handle, 0));
  const unpack = createGunzip({ chunkSize: CHUNK_BYTES });
  raw.on('error', (error) => unpack.destroy(error));
  try {
    for await (const chunk of raw.pipe(unpack)) {
      taken.bytes = unpack.bytesWritten;
      yield chunk;
      giveBack(chunk);
    }
  } catch (error) {
    throw notUnpacked(file, 'gzip', error);
  } finally {
    unpack.destroy();
    raw.destroy();
  }
}

/**
 * Memory that the next chunk can have while it is in the caches: left to the collector it comes back late, and makes
 * that run for every 64 MiB. Only of a buffer that is full, which the decompressor has let go.
 */
function giveBack({ buffer, byteLength }: Uint8Array<ArrayBuffer>): void {
  if (byteLength === CHUNK_BYTES && buffer.byteLength === CHUNK_BYTES) buffer.transfer(0);
}

/** The command is given the file, and is ended, by its own id, when the caller has had enough. */
async function* xzChunks(
  file: string,
  handle: FileHandle,
  taken: Taken,
): AsyncGenerator<Uint8Array> {
  const child = spawn('xz', XZ);
  const { stdin, stdout, stderr } = child as ChildProcess;
  const raw = Readable.from(countedChunks(handle, taken), { highWaterMark: 1 });
  // What the command does not take any more it tells of itself, and how it ended.
  const given = pipeline(raw, stdin as Writable).catch((error: unknown) => error);
  let words = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-200);
  });
  const ended = new Promise<Error | number | null>((resolve) => {
    child.on('error', resolve);
    child.on('close', resolve);
  });
  try {
    yield* stdout as Readable;
    const ending = await ended;
    if (ending instanceof Error) {
      const expected = 'expected the command xz on the PATH to unpack it';
      throw traceError(file, 0, `is packed with xz, ${expected}; install xz-utils, or run xz -d`);
    }
    if (ending !== 0) throw notUnpacked(file, 'xz', new Error(words.trim() || 'xz was ended'));
  } finally {
    if (child.exitCode === null) child.kill();
    raw.destroy();
    await given;
  }
}

async function* countedChunks(handle: FileHandle, taken: Taken): AsyncGenerator<Uint8Array> {
  for await (const chunk of rawChunks(handle, 0)) {
    yield chunk;
    taken.bytes += chunk.length;
  }
}

function notUnpacked(file: string, packing: Packing, error: unknown): TraceError {
  // What the reader of the chunks threw is not about unpacking.
  if (error instanceof TraceError) return error;
  const problem = `does not decompress (${(error as Error).message})`;
  return traceError(file, 0, `${problem}, expected a whole ${packing} file; copy it again`);
}
