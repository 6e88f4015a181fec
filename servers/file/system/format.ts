/**
 * Format: what stands where on the disk of a file system, and what every metadata block looks like.
 *
 *   block 0   1    2 ...           ...              ...              ...            blocks - 1
 *        +---+---+---------------+----------------+----------------+------------------------+
 *        | S | S | journal, ring | inode table, 0 | inode table, 1 | data                   |
 *        +---+---+---------------+----------------+----------------+------------------------+
 *          superblock and its copy    the valid copy with the greater number counts
 *
 *   metadata block, 4096 bytes, words of 32 bits, least significant byte first
 *        0 magic   4 kind   8 number   12 index   16 count   20 mark   24 used   28 checksum
 *        32 payload of 1016 words
 *
 *   kind         number                   index, count          mark                   used
 *   superblock   1                        0, 1                  0                      words
 *   journal      sequence of the block    in its commit         sequence then durable  words
 *   inode table  of the checkpoint        in the table          first journal block    words
 *
 * The checksum covers the block and its place, so a block that a write has torn, put elsewhere or
 * never reached does not pass for another one. Left out: growing a file system, checksums of data.
 */

import { checksum, PAGE_BYTES } from '../../../sim-hw/contents.ts';

export const BLOCK_BYTES = PAGE_BYTES;
export const HEADER_WORDS = 8;
/** Words of payload in a metadata block. */
export const PAYLOAD_WORDS = BLOCK_BYTES / 4 - HEADER_WORDS;

export const SUPERBLOCK = 1;
export const JOURNAL_BLOCK = 2;
export const TABLE_BLOCK = 3;

const MAGIC = 0x5346_484c;
const CHECKSUM_WORD = 7;

/** Where things stand: fixed when the file system is made. */
export interface Geometry {
  readonly blocks: number;
  readonly journalFirst: number;
  readonly journalBlocks: number;
  /** Blocks of one copy of the inode table. */
  readonly tableFirst: number;
  readonly tableBlocks: number;
  readonly dataFirst: number;
  /** Files there can be. */
  readonly files: number;
}

/** What stands before the payload of a metadata block. */
export interface Header {
  kind: number;
  number: number;
  index: number;
  count: number;
  mark: number;
  /** Words of the payload that mean something. */
  used: number;
}

export function createHeader(): Header {
  return { kind: 0, number: 0, index: 0, count: 0, mark: 0, used: 0 };
}

/** `blocks` of a disk, cut up; undefined where no block would be left for data. */
export function layOut(
  blocks: number,
  journalBlocks: number,
  tableBlocks: number,
  files: number,
): Geometry | undefined {
  const tableFirst = 2 + journalBlocks;
  const dataFirst = tableFirst + 2 * tableBlocks;
  if (journalBlocks < 1 || tableBlocks < 1 || files < 1 || dataFirst >= blocks) return undefined;
  return { blocks, journalFirst: 2, journalBlocks, tableFirst, tableBlocks, dataFirst, files };
}

/** Writes the header, and the checksum of the block as it stands at `block`. */
export function sealBlock(bytes: Uint8Array, block: number, header: Header): void {
  const { kind, number, index, count, mark, used } = header;
  const words = [MAGIC, kind, number, index, count, mark, used, 0];
  for (let at = 0; at < words.length; at++) putWord(bytes, at, words[at]);
  putWord(bytes, CHECKSUM_WORD, sumOf(bytes, block));
}

/** Reads the header; false where the bytes are no metadata block that was written to `block`. */
export function openBlock(bytes: Uint8Array, block: number, header: Header): boolean {
  if (getWord(bytes, 0) !== MAGIC) return false;
  if (getWord(bytes, CHECKSUM_WORD) !== sumOf(bytes, block)) return false;
  header.kind = getWord(bytes, 1);
  header.number = getWord(bytes, 2);
  header.index = getWord(bytes, 3);
  header.count = getWord(bytes, 4);
  header.mark = getWord(bytes, 5);
  header.used = getWord(bytes, 6);
  return header.used <= PAYLOAD_WORDS;
}

/** Of the whole block, with its place where the sum will stand. */
function sumOf(bytes: Uint8Array, block: number): number {
  const kept = getWord(bytes, CHECKSUM_WORD);
  putWord(bytes, CHECKSUM_WORD, block);
  const sum = checksum(bytes, 0, BLOCK_BYTES);
  putWord(bytes, CHECKSUM_WORD, kept);
  return sum;
}

export function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[4 * at] = word;
  bytes[4 * at + 1] = word >>> 8;
  bytes[4 * at + 2] = word >>> 16;
  bytes[4 * at + 3] = word >>> 24;
}

export function getWord(bytes: Uint8Array, at: number): number {
  const low = bytes[4 * at] + (bytes[4 * at + 1] << 8) + (bytes[4 * at + 2] << 16);
  return (low + (bytes[4 * at + 3] << 24)) >>> 0;
}
