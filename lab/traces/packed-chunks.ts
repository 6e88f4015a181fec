/**
 * The bytes that a packed trace file unpacks to, as a stream of chunks. A host file.
 *
 *   .gz (any number of members), .zst (any number of frames, windows up to 128 MiB): by Node
 *   .xz: by the command xz, since Node has no such decompressor
 *
 *   file --(feed, three pieces by turns)--> decompressor, another thread or process --(chunks)--> caller
 */

import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { readFully } from './read-at.ts';
import { TraceError, traceError } from './trace.ts';

export const CHUNK_BYTES: number = 1 << 20;
/** Read at a time, at least, where frames are short. */
const PIECE_BYTES_LEAST = 1 << 14;
const WINDOW_LOG_MAX = 27;
const XZ = ['--decompress', '--stdout', '--memlimit-decompress=256MiB'];

/** How many of the file's bytes have been taken in; stays 0 where nobody can say. */
export interface Taken {
  bytes: number;
}

/** Every frame of a zstd file: the decompressor stops after one, a file may hold several. */
export async function* zstdChunks(
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
  // What is read beyond a frame is read again: of short frames not much more than the next one.
  let pieceBytes = CHUNK_BYTES;
  for (let start = 0; start < size; ) {
    const unpack = createZstdDecompress(options);
    const fed = feed(unpack, handle, { start, pieceBytes });
    try {
      for await (const chunk of unpack) {
        taken.bytes = start + unpack.bytesWritten;
        yield chunk;
        giveBack(chunk);
      }
    } catch (error) {
      throw notUnpacked(file, 'zstd', error);
    } finally {
      unpack.destroy();
      await fed;
    }
    // Bytes that the decompressor took in; what it was given beyond its frame does not count.
    if (unpack.bytesWritten === 0)
      throw traceError(file, 0, 'an empty zstd frame, expected data; compress it again');
    start += unpack.bytesWritten;
    pieceBytes = Math.min(CHUNK_BYTES, Math.max(PIECE_BYTES_LEAST, 2 * unpack.bytesWritten));
  }
}

export async function* gzipChunks(
  file: string,
  handle: FileHandle,
  taken: Taken,
): AsyncGenerator<Uint8Array> {
  const unpack = createGunzip({ chunkSize: CHUNK_BYTES });
  const fed = feed(unpack, handle);
  try {
    for await (const chunk of unpack) {
      taken.bytes = unpack.bytesWritten;
      yield chunk;
      giveBack(chunk);
    }
  } catch (error) {
    throw notUnpacked(file, 'gzip', error);
  } finally {
    unpack.destroy();
    await fed;
  }
}

/**
 * Memory that the next chunk can have while it is in the caches: left to the collector it comes back late, and makes
 * that run for every 64 MiB. Only once its end has been filled, when the decompressor lets it go.
 */
function giveBack({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): void {
  if (byteOffset + byteLength === CHUNK_BYTES && buffer.byteLength === CHUNK_BYTES)
    buffer.transfer(0);
}

/** The command is given the file, and is ended, by its own id, when the caller has had enough. */
export async function* xzChunks(
  file: string,
  handle: FileHandle,
  taken: Taken,
): AsyncGenerator<Uint8Array> {
  const child = spawn('xz', XZ);
  const { stdin, stdout, stderr } = child;
  // What the command does not take any more it tells of itself, and how it ended.
  stdin.on('error', () => {});
  const fed = feed(stdin, handle, { taken });
  let words = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-200);
  });
  const ended = new Promise<Error | number | null>((resolve) => {
    child.on('error', resolve);
    child.on('close', resolve);
  });
  try {
    yield* stdout;
    const ending = await ended;
    if (ending instanceof Error) {
      const expected = 'expected the command xz on the PATH to unpack it';
      throw traceError(file, 0, `is packed with xz, ${expected}; install xz-utils, or run xz -d`);
    }
    if (ending !== 0) throw notUnpacked(file, 'xz', new Error(words.trim() || 'xz was ended'));
  } finally {
    if (child.exitCode === null) child.kill();
    stdin.destroy();
    await fed;
  }
}

function notUnpacked(file: string, packing: string, error: unknown): TraceError {
  // What the reader of the chunks threw is not about unpacking.
  if (error instanceof TraceError) return error;
  const problem = `does not decompress (${(error as Error).message})`;
  return traceError(file, 0, `${problem}, expected a whole ${packing} file; copy it again`);
}

interface Feeding {
  /** Where to begin; default: 0. */
  readonly start?: number;
  /** Default: CHUNK_BYTES. */
  readonly pieceBytes?: number;
  /** Told what is taken in. */
  readonly taken?: Taken;
}

/**
 * Gives `to` the bytes from `start` on, piece by piece: one is taken in, one waits, one is read. Resolves when `to`
 * has all of them, or takes no more; what goes wrong with reading is its end.
 */
async function feed(
  to: Writable,
  handle: FileHandle,
  { start = 0, pieceBytes = CHUNK_BYTES, taken = { bytes: 0 } }: Feeding = {},
): Promise<void> {
  const gone = new Promise<false>((resolve) => to.once('close', () => resolve(false)));
  const pieces = [1, 2, 3].map(() => ({
    bytes: new Uint8Array(pieceBytes),
    takenIn: Promise.resolve(true),
  }));
  try {
    for (let at = start, turn = 0; ; turn = (turn + 1) % pieces.length) {
      const piece = pieces[turn];
      if (!(await piece.takenIn)) return;
      const got = await readFully(handle, piece.bytes, at);
      if (got === 0) break;
      const written = new Promise<boolean>((resolve) => {
        to.write(piece.bytes.subarray(0, got), (error) => {
          taken.bytes += got;
          resolve(!error);
        });
      });
      piece.takenIn = Promise.race([written, gone]);
      at += got;
    }
    to.end();
  } catch (error) {
    to.destroy(error as Error);
  }
}
