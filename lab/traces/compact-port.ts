/**
 * Compact port of the host: zstd and crc32 of node:zlib. A host file.
 */

import { constants, crc32, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { CompactPort } from './compact-layout.ts';

/** Level 19 writes 10 M references in some 10 s; reading is as fast at any level. */
const LEVEL = 19;

/** zlib's own bound. */
const CHUNK_BYTES_MIN = 64;

export const compactPort: CompactPort = {
  compress: (plain) =>
    zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
  decompress: (stored, plainSize) =>
    requireSize(zstdDecompressSync(stored, roomFor(plainSize)), plainSize),
  checksum: (bytes, seed) => crc32(bytes, seed),
};

/** As `decompress`, in a thread beside this one. */
export function decompressAside(stored: Uint8Array, plainSize: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zstdDecompress(stored, roomFor(plainSize), (error, plain) => {
      if (error) return reject(error);
      try {
        resolve(requireSize(plain, plainSize));
      } catch (wrong) {
        reject(wrong);
      }
    });
  });
}

/** One buffer for the whole of it, and a byte for what should not be there. */
function roomFor(plainSize: number) {
  return {
    maxOutputLength: Math.max(1, plainSize),
    chunkSize: Math.max(CHUNK_BYTES_MIN, plainSize + 1),
  };
}

function requireSize(plain: Uint8Array, plainSize: number): Uint8Array {
  if (plain.length !== plainSize) throw new Error('decompressed to another size');
  return plain;
}
