/**
 * Compact layout: the sections of an `.lht` file (FORMAT.md has the whole of it).
 *
 *   magic   8 bytes
 *   section *                              HEAD  PAGE*  RUNS*  END
 *
 *   0      4           8            12      16
 *   +------+-----------+------------+-------+--------------------+
 *   | type | plainSize | storedSize | crc32 | stored bytes ...   |
 *   +------+-----------+------------+-------+--------------------+
 *
 * All numbers are little-endian. The checksum covers the first 12 bytes and the stored bytes and is
 * seeded with the checksum before it (first: that of the magic). So a changed, missing, repeated or
 * exchanged section shows, and the END section shows that nothing was cut off. Of RUNS in version 2
 * it covers, instead of the words, the two sums of them that end the section (compact-runs.ts).
 *
 * Pure: compression and checksum come through a port, files through the host files.
 */

import { isPageSize, PAGE_BYTES_MAX, PAGE_BYTES_MIN } from './trace.ts';

/** Like PNG's: a high bit, a name, both line ends and an end-of-file, to catch text transfers. */
export const COMPACT_MAGIC = Uint8Array.of(0x89, 0x4c, 0x48, 0x54, 0x0d, 0x0a, 0x1a, 0x0a);
/** Version 1: runs packed by zstd. Version 2: runs as they are, to be read by a copy. */
export const COMPACT_VERSION = 1;
export const PLAIN_VERSION = 2;
export const SECTION_HEAD_BYTES = 16;
const SECTION_TYPES = ['HEAD', 'PAGE', 'RUNS', 'END '] as const;
export type SectionType = (typeof SECTION_TYPES)[number];

/** Bounds of one section, so of a reader's memory: 4 MiB of runs, 2^18 pages. */
export const RUNS_PER_SECTION = 1 << 20;
export const PAGES_PER_SECTION = 1 << 18;
const ORIGIN_BYTES_MAX = 4096;
export const SECTION_BYTES_MAX = 4 * RUNS_PER_SECTION;
/** Of RUNS in version 2, behind the words. */
export const SUMS_BYTES = 8;

const HEADER_FIXED_BYTES = 56;

/** What compresses and sums: the host's zstd and crc32. */
export interface CompactPort {
  compress(plain: Uint8Array): Uint8Array;
  /** The plain bytes; throws when they are not exactly `plainSize`. */
  decompress(stored: Uint8Array, plainSize: number): Uint8Array;
  checksum(bytes: Uint8Array, seed: number): number;
}

export interface SectionHead {
  readonly type: string;
  readonly plainSize: number;
  readonly storedSize: number;
  readonly checksum: number;
}

/** The HEAD section: counts to check a whole file by. */
export interface CompactHeader {
  readonly version: number;
  /** Bytes in a page. */
  readonly granule: number;
  readonly references: number;
  readonly runs: number;
  readonly pages: number;
  readonly kinds: readonly [reads: number, writes: number, fetches: number];
  readonly origin: string;
}

/**
 * One section, ready to be written; `seed` is the checksum of the section before. `sums`: of RUNS in
 * version 2, in which the words stand as they are.
 */
export function encodeSection(
  port: CompactPort,
  seed: number,
  type: SectionType,
  plain: Uint8Array,
  sums?: Uint8Array,
): { bytes: Uint8Array; checksum: number } {
  if (sums !== undefined) return encodePlainSection(port, seed, type, plain, sums);
  const stored = type === 'PAGE' || type === 'RUNS' ? port.compress(plain) : plain;
  const head = encodeHead(type, plain.length, stored.length);
  return joined(head, port.checksum(stored, port.checksum(head.subarray(0, 12), seed)), stored);
}

function encodePlainSection(
  port: CompactPort,
  seed: number,
  type: SectionType,
  plain: Uint8Array,
  sums: Uint8Array,
): { bytes: Uint8Array; checksum: number } {
  const head = encodeHead(type, plain.length, plain.length + SUMS_BYTES);
  const checksum = port.checksum(sums, port.checksum(head.subarray(0, 12), seed));
  return joined(head, checksum, plain, sums);
}

function encodeHead(type: SectionType, plainSize: number, storedSize: number): Uint8Array {
  const head = new Uint8Array(SECTION_HEAD_BYTES);
  const view = new DataView(head.buffer);
  for (let i = 0; i < 4; i++) head[i] = type.charCodeAt(i);
  view.setUint32(4, plainSize, true);
  view.setUint32(8, storedSize, true);
  return head;
}

function joined(
  head: Uint8Array,
  checksum: number,
  ...parts: readonly Uint8Array[]
): { bytes: Uint8Array; checksum: number } {
  new DataView(head.buffer).setUint32(12, checksum, true);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, head.length));
  bytes.set(head);
  let at = head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, checksum };
}

export function decodeSectionHead(bytes: Uint8Array): SectionHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SECTION_HEAD_BYTES);
  return {
    type: String.fromCharCode(bytes[0], bytes[1], bytes[2], bytes[3]),
    plainSize: view.getUint32(4, true),
    storedSize: view.getUint32(8, true),
    checksum: view.getUint32(12, true),
  };
}

export function encodeHeader(header: CompactHeader): Uint8Array {
  const origin = new TextEncoder().encode(header.origin).subarray(0, ORIGIN_BYTES_MAX);
  const bytes = new Uint8Array(HEADER_FIXED_BYTES + origin.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.version, true);
  view.setUint32(4, header.granule, true);
  const counts = [header.references, header.runs, header.pages, ...header.kinds];
  for (let i = 0; i < counts.length; i++) view.setBigUint64(8 + 8 * i, BigInt(counts[i]), true);
  bytes.set(origin, HEADER_FIXED_BYTES);
  return bytes;
}

/** The header, or in words what it should have been. */
export function decodeHeader(bytes: Uint8Array): CompactHeader | string {
  if (bytes.length < HEADER_FIXED_BYTES) return 'a header of at least 56 bytes';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint32(0, true);
  if (version !== COMPACT_VERSION && version !== PLAIN_VERSION)
    return `format version ${COMPACT_VERSION} or ${PLAIN_VERSION} (found ${version})`;
  const granule = view.getUint32(4, true);
  if (!isPageSize(granule)) {
    const sizes = `${PAGE_BYTES_MIN} to ${PAGE_BYTES_MAX}`;
    return `pages of ${sizes} bytes, a power of two (found ${granule})`;
  }
  const count = (i: number): number => Number(view.getBigUint64(8 + 8 * i, true));
  return {
    version,
    granule,
    references: count(0),
    runs: count(1),
    pages: count(2),
    kinds: [count(3), count(4), count(5)],
    origin: new TextDecoder().decode(bytes.subarray(HEADER_FIXED_BYTES)),
  };
}
