/**
 * Recovery: from the blocks of a disk, whatever happened to them, to a file system, or to one clear
 * reason why not. Nothing but this is trusted: checksums, numbers, and that flushed is flushed.
 *
 *   superblock (or its copy) --> the inode table that counts --> redo the journal --> free map
 *        --> first commit: a checkpoint
 *
 * The journal is redone block by block while sequence numbers follow one another; a commit of which a
 * block is missing was not durable, and nothing after it was. Until the first checkpoint is durable
 * the disk is only read where it counts, so that a power cut in recovery changes nothing. A block that the
 * drive cannot read, and a gap before something that was durable, are no power cut: no mount then,
 * for something that was synced would be missing.
 */

import { changeBlocks, changeLength, createFile, deleteFile, shareRange } from './changes.ts';
import {
  BLOCK_BYTES,
  createHeader,
  type Geometry,
  getWord,
  HEADER_WORDS,
  type Header,
  JOURNAL_BLOCK,
  openBlock,
  PAYLOAD_WORDS,
  TABLE_BLOCK,
} from './format.ts';
import { claimRun, createFreeMap } from './free-map.ts';
import { COPY, CREATE, REMOVE, recordWords, TRUNCATE, WRITE } from './journal.ts';
import { createFileSystem, type FileSystem } from './state.ts';
import { decodeSuperblock, SUPERBLOCKS } from './superblock.ts';
import { decodeTable } from './table.ts';

export const NO_FILE_SYSTEM = 'no file system: neither superblock is one';
export const UNREADABLE = 'a block of the metadata cannot be read';
export const NO_TABLE = 'no inode table is whole';
export const BAD_TABLE = 'the inode table contradicts itself';
export const GAP = 'the journal has a gap before what was durable';
export const BAD_RECORD = 'the journal has a record that makes no sense';

/** Why not, and where that was found. */
export interface NotMounted {
  readonly reason: string;
  readonly block: number;
}

export type Mounted = { readonly system: FileSystem } | NotMounted;

/** Reads a block of the disk into `bytes`; false where the drive reports an error. */
export type ReadBlock = (block: number, bytes: Uint8Array) => boolean;

/** A file system whose first commit is due (`beginCommit`); until it is durable nothing is written. */
export function mount(read: ReadBlock): Mounted {
  const geometry = readSuperblock(read);
  if ('reason' in geometry) return geometry;
  const table = readTable(read, geometry);
  if ('reason' in table) return table;
  const system = createFileSystem(geometry);
  const { journal } = system;
  if (!decodeTable(system, table.words)) return { reason: BAD_TABLE, block: geometry.tableFirst };
  system.checkpoint = table.number;
  journal.next = table.mark;
  const redone = redo(read, system);
  if (redone !== undefined) return redone;
  journal.next += geometry.journalBlocks + 1;
  journal.tail = journal.next;
  journal.durable = journal.next;
  system.checkpointDue = true;
  claimAll(system);
  return { system };
}

function readSuperblock(read: ReadBlock): Geometry | NotMounted {
  const bytes = new Uint8Array(BLOCK_BYTES);
  let reason = NO_FILE_SYSTEM;
  for (const block of SUPERBLOCKS) {
    if (read(block, bytes)) {
      const geometry = decodeSuperblock(bytes, block);
      if (geometry !== undefined) return geometry;
    } else reason = UNREADABLE;
  }
  return { reason, block: SUPERBLOCKS[0] };
}

interface Table {
  readonly number: number;
  /** First journal block after it. */
  readonly mark: number;
  readonly words: Uint32Array;
}

/** The table of the later checkpoint of which all blocks are there. */
function readTable(read: ReadBlock, geometry: Geometry): Table | NotMounted {
  let best: Table | undefined;
  for (const copy of [0, 1]) {
    const first = geometry.tableFirst + copy * geometry.tableBlocks;
    const table = readCopy(read, first, geometry.tableBlocks);
    if (typeof table === 'number') return { reason: UNREADABLE, block: table };
    if (table !== undefined && (best === undefined || table.number > best.number)) best = table;
  }
  return best ?? { reason: NO_TABLE, block: geometry.tableFirst };
}

/** A whole table; undefined where one is not; a number: that block cannot be read. */
function readCopy(read: ReadBlock, first: number, blocksMax: number): Table | number | undefined {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const header = createHeader();
  const parts: number[] = [];
  let number = 0;
  let count = 1;
  for (let index = 0; index < count; index++) {
    if (!read(first + index, bytes)) return first + index;
    if (!openBlock(bytes, first + index, header) || header.kind !== TABLE_BLOCK) return undefined;
    if (index === 0) ({ number, count } = header);
    if (header.number !== number || header.index !== index || header.count !== count)
      return undefined;
    if (count > blocksMax) return undefined;
    for (let at = 0; at < header.used; at++) parts.push(getWord(bytes, HEADER_WORDS + at));
  }
  return { number, mark: header.mark, words: Uint32Array.from(parts) };
}

/** Makes all changes again that the journal holds, from `journal.next` on. */
function redo(read: ReadBlock, system: FileSystem): NotMounted | undefined {
  const { geometry, journal } = system;
  const bytes = new Uint8Array(BLOCK_BYTES);
  const header = createHeader();
  const last = journal.next + geometry.journalBlocks;
  let words: number[] = [];
  let expected = 0;
  for (let number = journal.next; number < last; number++) {
    const block = geometry.journalFirst + (number % geometry.journalBlocks);
    if (!read(block, bytes)) return { reason: UNREADABLE, block };
    if (!isJournalBlock(bytes, block, number, header) || header.index !== expected) break;
    for (let at = 0; at < header.used; at++) words.push(getWord(bytes, HEADER_WORDS + at));
    expected++;
    if (expected < header.count) continue;
    if (!redoRecords(system, words)) return { reason: BAD_RECORD, block };
    words = [];
    expected = 0;
    journal.next = number + 1;
  }
  return gapAfter(read, system);
}

/** Does any block beyond the end of the journal say that more than this was durable? */
function gapAfter(read: ReadBlock, { geometry, journal }: FileSystem): NotMounted | undefined {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const header = createHeader();
  for (let index = 0; index < geometry.journalBlocks; index++) {
    const block = geometry.journalFirst + index;
    if (!read(block, bytes)) return { reason: UNREADABLE, block };
    if (!openBlock(bytes, block, header) || header.kind !== JOURNAL_BLOCK) continue;
    if (header.number >= journal.next && header.mark > journal.next) return { reason: GAP, block };
  }
  return undefined;
}

function isJournalBlock(bytes: Uint8Array, block: number, number: number, header: Header): boolean {
  if (!openBlock(bytes, block, header)) return false;
  return header.kind === JOURNAL_BLOCK && header.number === number && header.used <= PAYLOAD_WORDS;
}

function redoRecords(system: FileSystem, words: number[]): boolean {
  for (let at = 0; at < words.length; ) {
    const length = recordWords(words[at]);
    if (length === 0 || at + length > words.length) return false;
    redoRecord(system, words[at] & 255, words.slice(at + 1, at + length));
    at += length;
  }
  return true;
}

function redoRecord(system: FileSystem, kind: number, words: number[]): void {
  const [inode, a, b, c, d] = words;
  if (kind === CREATE) createFile(system, inode, a, b);
  else if (kind === WRITE) redoWrite(system, inode, a, b, words.slice(4));
  else if (kind === TRUNCATE) changeLength(system, inode, a);
  else if (kind === COPY) shareRange(system, inode, a, b, c, d);
  else if (kind === REMOVE) deleteFile(system, inode);
}

function redoWrite(
  system: FileSystem,
  inode: number,
  page: number,
  count: number,
  runs: number[],
): void {
  for (let run = 0; run < runs.length; run += 2) claimRun(system.space, runs[run], runs[run + 1]);
  changeBlocks(system, inode, page, count, runs);
}

/** The free map anew: what redone changes let go of is free now, for they are durable. */
function claimAll(system: FileSystem): void {
  const { geometry, inodes } = system;
  Object.assign(system.space, createFreeMap(geometry.blocks, geometry.dataFirst));
  for (const { count, block, length } of inodes.extents)
    for (let at = 0; at < count; at++) claimRun(system.space, block[at], length[at]);
}
