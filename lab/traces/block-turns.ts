/**
 * Block turns: a long plain file read by several threads in turns. A host file.
 *
 *   this thread | own | joins A | own | joins B | own | ...
 *   parser        starts |  A  |  B  |  C  | ...
 *
 * What a parser makes of a block (block-parser.ts) goes into the log as if it had been read here
 * (block-join.ts). A block that no parser has begun when this thread comes to it, and one that did not work
 * out there, this thread reads itself, and refuses if it has to: who read a block does not show.
 *
 * How much this thread reads itself between their blocks follows from who waits for whom: it may have to
 * execute what is read.
 */

import { readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createIdMap, fitsIn, type IdMap, joinBlock } from './block-join.ts';
import type { BlockParserOrder } from './block-parser.ts';
import {
  createParseBoard,
  isDone,
  type ParseBoard,
  PLACES,
  parsedBlock,
  placeOf,
  planBlock,
  takeBlock,
} from './parse-board.ts';
import { pushTrace, roomIn, type TraceReader } from './trace-reader.ts';

/** What a thread is told: a format by its name. */
export type BlockParserTold = Omit<BlockParserOrder, 'format'> & { readonly format: string };

/** Who does a parser's blocks. */
export interface Partner {
  /** Resolves when it will do no more. */
  readonly gone: Promise<'gone'>;
  end(): Promise<unknown>;
}

export interface SharedFile {
  readonly fd: number;
  readonly fileBytes: number;
  /** Threads, this one among them. */
  readonly threads: number;
  /** Bytes read so far. */
  readonly taken: { bytes: number };
  /** How its parsers start; default: a thread each. */
  readonly start?: (told: BlockParserTold) => Partner;
  /** Bytes of a block; default: 2 MiB. */
  readonly blockBytes?: number;
}

/** A parser, seen from here. */
interface Parser {
  readonly board: ParseBoard;
  readonly partner: Partner;
  map: IdMap;
  /** Blocks that did not work out. */
  failed: number;
}

/** A file that is read in rounds, of each of which this thread reads the first part and each parser a block. */
interface Turns {
  readonly reader: TraceReader;
  readonly file: SharedFile;
  readonly parsers: readonly Parser[];
  readonly blockBytes: number;
  /** Bytes of a record or 1; what this thread reads of a round is a multiple of it. */
  readonly unit: number;
  ownBytes: number;
  /** Rounds planned, and where the next one begins. */
  planned: number;
  begin: number;
  /** Where bytes go that the reader has no place for. */
  readonly piece: Uint8Array;
}

const BLOCK_BYTES = 1 << 21;
const PIECE_BYTES = 1 << 18;
/** What this thread reads itself, of a block: at first, at least, at most; how fast that changes. */
const OWN_FIRST = 0.5;
const OWN_LEAST = 1 / 16;
const OWN_MOST = 2;
const OWN_STEP = 1.1;
/** After so many blocks that did not work out a parser is asked no more. */
const FAILURES_MOST = 8;

/**
 * Reads on from where `taken` stands, by whole rounds: till near the end, or the log has all it wants. `told`
 * is called now and then. Throws TraceError.
 */
export async function readByTurns(
  reader: TraceReader,
  file: SharedFile,
  told: () => void,
): Promise<void> {
  const turns = createTurns(reader, file);
  const { parsers, blockBytes } = turns;
  try {
    for (let round = 0; ; round++) {
      planRounds(turns, round + PLACES);
      if (turns.planned === round || reader.log.limitLeft === 0) return;
      for (const parser of parsers) {
        const begin = parser.board.begins[placeOf(round)];
        if (!readTo(turns, begin)) return;
        await passBlock(turns, parser, round);
        if (!readTo(turns, begin + blockBytes)) return;
      }
      told();
      await setImmediate();
    }
  } finally {
    await Promise.all(parsers.map(({ partner }) => partner.end()));
  }
}

function createTurns(reader: TraceReader, file: SharedFile): Turns {
  const { format, carry, options } = reader;
  const { fd, threads, start = startThread, taken } = file;
  const unit = format?.kind === 'records' ? format.recordBytes : 1;
  const blockBytes = roundUp(file.blockBytes ?? BLOCK_BYTES, unit);
  const parsers = Array.from({ length: threads - 1 }, () => {
    const board = createParseBoard();
    const of = { format: format?.name ?? '', pageBytes: options.pageBytes };
    const partner = start({ file: { fd, blockBytes }, board, ...of });
    return { board, partner, map: createIdMap(), failed: 0 };
  });
  const ownBytes = roundUp(OWN_FIRST * blockBytes, unit);
  const plan = { blockBytes, unit, ownBytes, planned: 0, begin: taken.bytes - carry.length };
  return { reader, file, parsers, ...plan, piece: new Uint8Array(PIECE_BYTES) };
}

/** Plans rounds before that one, if all of them is in the file. */
function planRounds(turns: Turns, round: number): void {
  const { parsers, file, blockBytes, ownBytes } = turns;
  for (; turns.planned < round; turns.planned++) {
    const end = turns.begin + ownBytes + parsers.length * blockBytes;
    // Of what stands at the end: it may lack a newline, and the file may have grown.
    if (end >= file.fileBytes) return;
    for (const [i, { board }] of parsers.entries())
      planBlock(board, turns.begin + ownBytes + i * blockBytes);
    turns.begin = end;
  }
}

/** A parser's block: into the log as it was parsed, or left to this thread. */
async function passBlock(turns: Turns, parser: Parser, block: number): Promise<void> {
  const { reader, file } = turns;
  const { board, partner, map } = parser;
  if (parser.failed === FAILURES_MOST || takeBlock(board, block)) return;
  balance(turns, !isDone(board, block));
  const parsed = await parsedBlock(board, block, partner.gone);
  if (parsed === null) {
    // It begins again with no page.
    parser.map = createIdMap();
    if (++parser.failed === FAILURES_MOST) await partner.end();
    return;
  }
  // The line that this thread has begun comes first.
  const from = board.begins[placeOf(block)] + parsed.from;
  if (readTo(turns, from) && fitsIn(reader.log, parsed)) {
    joinBlock(reader.log, board, block, parsed, map);
    file.taken.bytes = from + parsed.bytes;
    return;
  }
  // Of what this thread reads itself, a parser that goes on would not know.
  parser.failed = FAILURES_MOST;
  await partner.end();
}

/** Whoever is waited for has less to read. */
function balance(turns: Turns, waited: boolean): void {
  const { ownBytes, blockBytes, unit } = turns;
  const wanted = waited ? ownBytes * OWN_STEP : ownBytes / OWN_STEP;
  const own = Math.min(OWN_MOST * blockBytes, Math.max(OWN_LEAST * blockBytes, wanted));
  turns.ownBytes = roundUp(own, unit);
}

/** Reads up to that place of the file; false: it ends before. */
function readTo({ reader, file: { fd, taken }, piece }: Turns, end: number): boolean {
  while (taken.bytes < end && reader.log.limitLeft > 0) {
    const room = roomIn(reader) ?? piece;
    const bytes = room.subarray(0, Math.min(room.length, end - taken.bytes));
    const got = readSync(fd, bytes, 0, bytes.length, taken.bytes);
    if (got === 0) return false;
    taken.bytes += got;
    pushTrace(reader, bytes.subarray(0, got));
  }
  return true;
}

/** A thread of block-parser-worker.ts. */
export function startThread(told: BlockParserTold): Partner {
  const { promise: gone, resolve } = Promise.withResolvers<'gone'>();
  const worker = new Worker(new URL('./block-parser-worker.ts', import.meta.url), {
    workerData: told,
  });
  worker.on('error', () => resolve('gone')).on('exit', () => resolve('gone'));
  return { gone, end: () => worker.terminate() };
}

function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}
