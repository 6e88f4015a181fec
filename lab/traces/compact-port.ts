/**
 * Compact port of the host: zstd and crc32 of node:zlib. A host file.
 */

import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { CompactPort } from './compact-layout.ts';

/** Level 19 writes 10 M references in some 10 s; reading is as fast at any level. */
const LEVEL = 19;

/** zlib's own bound. */
const CHUNK_BYTES_MIN = 64;

export const compactPort: CompactPort = {
  compress: (plain) =>
    zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
  decompress: (stored, plainSize) => {
    // One buffer for the whole of it, and a byte for what should not be there.
    const plain = zstdDecompressSync(stored, {
      maxOutputLength: Math.max(1, plainSize),
      chunkSize: Math.max(CHUNK_BYTES_MIN, plainSize + 1),
    });
    if (plain.length !== plainSize) throw new Error('decompressed to another size');
    return plain;
  },
  checksum: (bytes, seed) => crc32(bytes, seed),
};
