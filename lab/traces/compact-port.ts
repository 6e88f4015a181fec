/**
 * Compact port of the host: zstd and crc32 of node:zlib. A host file.
 */

import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { CompactPort } from './compact-layout.ts';

/** Level 19 writes 10 M references in some 10 s; reading is as fast at any level. */
const LEVEL = 19;

export const compactPort: CompactPort = {
  compress: (plain) =>
    zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
  decompress: (stored, plainSize) => {
    const plain = zstdDecompressSync(stored, { maxOutputLength: Math.max(1, plainSize) });
    if (plain.length !== plainSize) throw new Error('decompressed to another size');
    return plain;
  },
  checksum: (bytes, seed) => crc32(bytes, seed),
};
