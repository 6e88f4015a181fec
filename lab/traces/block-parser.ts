/**
 * Block parser: what one of several threads that share a file does with its blocks. It reads each as if it were
 * a file, into a log of its own, whose runs go where the board has room for them. Page ids are its own, in the
 * order in which it sees pages; with each block it tells which are new to it. A host file.
 *
 *   bytes of the file   ...|  block 6  |  block 7  |  block 8  |...
 *   lines                 ----|------|-----|--|--------|---
 *                                    |<-- those of 7 -->|      that begin in it
 */

import type { TraceFormat } from './formats/index.ts';
import { type ParseBoard, placeOf, tellParsed } from './parse-board.ts';
import { readAt } from './read-at.ts';
import { LINE_BYTES_MAX } from './text-lines.ts';
import {
  createTraceReader,
  pushTrace,
  type ReaderOptions,
  roomIn,
  type TraceReader,
} from './trace-reader.ts';

/** A file whose parts several threads read. */
export interface BlockFile {
  readonly fd: number;
  /** Bytes of a block, whole records. */
  readonly blockBytes: number;
}

export interface BlockParser {
  readonly file: BlockFile;
  readonly board: ParseBoard;
  readonly format: TraceFormat;
  /** As it was asked for. */
  readonly pageBytes: ReaderOptions['pageBytes'];
  reader: TraceReader;
  /** Where bytes go that the reader has no place for. */
  readonly piece: Uint8Array;
}

/** What makes one. */
export type BlockParserOrder = Omit<BlockParser, 'reader' | 'piece'>;

const PIECE_BYTES = 1 << 18;
const NEWLINE = 10;

export function createBlockParser(order: BlockParserOrder): BlockParser {
  return { ...order, reader: freshReader(order), piece: new Uint8Array(PIECE_BYTES) };
}

/** Reads block number `block`, which it has begun, and tells what came of it. */
export function parseBlock(parser: BlockParser, block: number): void {
  const { board, reader } = parser;
  const place = placeOf(block);
  const { log } = reader;
  const { index } = log;
  const known = index.pages;
  const begin = board.begins[place];
  const before = recordsBefore(parser.format, begin);
  const empty = { runCount: 0, openWord: -1, openLength: 0, references: 0, lines: before };
  Object.assign(log, empty, { runs: board.runs[place] });
  log.kinds.fill(0);
  const [from, end] = readLines(parser, begin);
  const pages = index.pages - known;
  if (from < 0 || pages > board.low[place].length) {
    // Of some pages that this parser knows nobody is told: it begins again.
    parser.reader = freshReader(parser);
    tellParsed(board, block, null);
    return;
  }
  board.low[place].set(index.low.subarray(known, index.pages));
  board.high[place].set(index.high.subarray(known, index.pages));
  const { runCount: runs, references } = log;
  const [, writes, fetches] = log.kinds;
  const lines = log.lines - before;
  const bytes = end - from;
  const parsed = { runs, pages, references, writes, fetches, lines, from: from - begin, bytes };
  tellParsed(board, block, parsed);
}

/** Reads what begins in the block at `begin`; gives where that begins and ends, -1 if it does not work out. */
function readLines(parser: BlockParser, begin: number): readonly [number, number] {
  const { reader, file } = parser;
  const isText = parser.format.kind === 'text';
  try {
    const from = isText ? nextLine(parser, begin) : begin;
    const end = isText ? nextLine(parser, begin + file.blockBytes) : begin + file.blockBytes;
    for (let at = from; at >= 0 && at < end; ) {
      const room = roomIn(reader) ?? parser.piece;
      const bytes = room.subarray(0, Math.min(room.length, end - at));
      if (readAt(file.fd, bytes, at) < bytes.length) return [-1, -1];
      pushTrace(reader, bytes);
      at += bytes.length;
    }
    return [end < 0 ? -1 : from, end];
  } catch {
    return [-1, -1];
  }
}

/** Where the first line begins that does not begin before `at`; -1: not within the bytes of a line. */
function nextLine({ file, piece }: BlockParser, at: number): number {
  const bytes = piece.subarray(0, readAt(file.fd, piece.subarray(0, LINE_BYTES_MAX), at - 1));
  const newline = bytes.indexOf(NEWLINE);
  return newline < 0 ? -1 : at + newline;
}

/** A record may tell of its number; lines, of which nobody knows how many there were, do not. */
function recordsBefore(format: TraceFormat, at: number): number {
  return format.kind === 'records' ? at / format.recordBytes : 0;
}

function freshReader({ format, pageBytes }: BlockParserOrder): TraceReader {
  const sink = (): never => {
    throw new RangeError('block-parser: more runs than there is room for');
  };
  return createTraceReader('a block', { format, ...(pageBytes && { pageBytes }), sink });
}
