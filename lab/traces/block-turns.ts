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

/** Rounds, of each of which this thread reads the first part and each parser a block. */
interface Rounds {
  readonly blockBytes: number;
  /** Bytes of a record or 1; what this thread reads of a round is a multiple of it. */
  readonly unit: number;
  ownBytes: number;
  planned: number;
  /** Where the next one begins. */
  begin: number;
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
  const rounds = firstRounds(reader, file);
  const parsers = startParsers(reader, file, rounds.blockBytes);
  try {
    for (let round = 0; ; round++) {
      while (rounds.planned < round + PLACES && planRound(rounds, parsers, file)) {}
      if (rounds.planned === round || reader.log.limitLeft === 0) return;
      for (const parser of parsers) {
        const begin = parser.board.begins[placeOf(round)];
        if (!readTo(begin, reader, file)) return;
        await passBlock(reader, rounds, parser, round, file);
        if (!readTo(begin + rounds.blockBytes, reader, file)) return;
      }
      told();
      await setImmediate();
    }
  } finally {
    await Promise.all(parsers.map(({ partner }) => partner.end()));
  }
}

function firstRounds({ format, carry }: TraceReader, file: SharedFile): Rounds {
  const unit = format?.kind === 'records' ? format.recordBytes : 1;
  const blockBytes = roundUp(file.blockBytes ?? BLOCK_BYTES, unit);
  const begin = file.taken.bytes - carry.length;
  return { blockBytes, unit, ownBytes: roundUp(OWN_FIRST * blockBytes, unit), planned: 0, begin };
}

function startParsers(reader: TraceReader, file: SharedFile, blockBytes: number): Parser[] {
  const { columns, pageBytes } = reader.options;
  const options = { ...(columns && { columns }), ...(pageBytes && { pageBytes }) };
  const { fd, threads, start = startThread } = file;
  return Array.from({ length: threads - 1 }, () => {
    const board = createParseBoard();
    const format = reader.format?.name ?? '';
    const partner = start({ file: { fd, blockBytes }, board, format, options });
    return { board, partner, map: createIdMap(), failed: 0 };
  });
}

/** Plans one round more; false: not all of it would be in the file. */
function planRound(rounds: Rounds, parsers: readonly Parser[], { fileBytes }: SharedFile): boolean {
  const { begin, ownBytes, blockBytes } = rounds;
  const end = begin + ownBytes + parsers.length * blockBytes;
  // Of what stands at the end: it may lack a newline, and the file may have grown.
  if (end >= fileBytes) return false;
  parsers.forEach(({ board }, i) => {
    planBlock(board, begin + ownBytes + i * blockBytes);
  });
  rounds.planned++;
  rounds.begin = end;
  return true;
}

/** Whoever is waited for has less to read. */
function balance(rounds: Rounds, waited: boolean): void {
  const { ownBytes, blockBytes, unit } = rounds;
  const wanted = waited ? ownBytes * OWN_STEP : ownBytes / OWN_STEP;
  const own = Math.min(OWN_MOST * blockBytes, Math.max(OWN_LEAST * blockBytes, wanted));
  rounds.ownBytes = roundUp(own, unit);
}

/** A parser's block: into the log as it was parsed, or left to this thread. */
async function passBlock(
  reader: TraceReader,
  rounds: Rounds,
  parser: Parser,
  block: number,
  file: SharedFile,
): Promise<void> {
  const { board, partner, map } = parser;
  if (parser.failed === FAILURES_MOST || takeBlock(board, block)) return;
  balance(rounds, !isDone(board, block));
  const parsed = await parsedBlock(board, block, partner.gone);
  if (parsed === null) {
    // It begins again with no page.
    parser.map = createIdMap();
    if (++parser.failed === FAILURES_MOST) await partner.end();
    return;
  }
  // The line that this thread has begun comes first.
  const from = board.begins[placeOf(block)] + parsed.from;
  if (readTo(from, reader, file) && fitsIn(reader.log, parsed)) {
    joinBlock(reader.log, board, block, parsed, map);
    file.taken.bytes = from + parsed.bytes;
    return;
  }
  // Of what this thread reads itself, a parser that goes on would not know.
  parser.failed = FAILURES_MOST;
  await partner.end();
}

/** Reads up to that place of the file; false: it ends before. */
function readTo(end: number, reader: TraceReader, { fd, taken }: SharedFile): boolean {
  while (taken.bytes < end && reader.log.limitLeft > 0) {
    const room = roomIn(reader) ?? new Uint8Array(PIECE_BYTES);
    const piece = room.subarray(0, Math.min(room.length, end - taken.bytes));
    const got = readSync(fd, piece, 0, piece.length, taken.bytes);
    if (got === 0) return false;
    taken.bytes += got;
    pushTrace(reader, piece.subarray(0, got));
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
