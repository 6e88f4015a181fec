/**
 * Parse board: what a thread that parses every so-manieth block of a file (block-parser.ts) and the thread that
 * reads the file (block-turns.ts) tell each other, in shared memory.
 *
 *   next     the block that nobody has begun; who makes it one more has begun it
 *   planned  blocks of which it is known where they begin
 *   places   where a block begins and what came of it, in place block % PLACES until the reader is past it
 *
 * Each parser has a board of its own, and its blocks are counted from 0.
 */

/** Blocks that are planned at a time. */
export const PLACES = 4;
/** Of a block at most; of more it does not work out. */
const RUNS_MOST: number = 1 << 20;
const PAGES_MOST: number = 1 << 19;

/** Words, each of the first two in a line of a cache by itself. */
const NEXT = 0;
const PLANNED = 16;
const FIRST = 32;
const WORDS = 16;
/** Of a place: block + 1 when it is parsed, the same below 0 when it did not work out. */
const DONE = 0;
const RUNS = 1;
const PAGES = 2;
const REFERENCES = 3;
const WRITES = 4;
const FETCHES = 5;
const LINES = 6;
const FROM = 7;
const BYTES = 8;

export interface ParseBoard {
  readonly words: Int32Array;
  /**
   * By place: where in the file the block begins; runs, of the parser's own page ids; the pages new to it, the two
   * words of each.
   */
  readonly begins: Float64Array;
  readonly runs: readonly Uint32Array[];
  readonly low: readonly Int32Array[];
  readonly high: readonly Int32Array[];
}

/** What a parser made of a block. */
export interface ParsedBlock {
  readonly runs: number;
  /** New to this parser. */
  readonly pages: number;
  readonly references: number;
  readonly writes: number;
  readonly fetches: number;
  /** Lines or records. */
  readonly lines: number;
  /** Where the first of them begins, from the block's begin on; how many bytes they all take. */
  readonly from: number;
  readonly bytes: number;
}

export function createParseBoard(): ParseBoard {
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
  const places = Array.from({ length: PLACES });
  return {
    words: new Int32Array(shared(4 * (FIRST + WORDS * PLACES))),
    begins: new Float64Array(shared(8 * PLACES)),
    runs: places.map(() => new Uint32Array(shared(4 * RUNS_MOST))),
    low: places.map(() => new Int32Array(shared(4 * PAGES_MOST))),
    high: places.map(() => new Int32Array(shared(4 * PAGES_MOST))),
  };
}

export function placeOf(block: number): number {
  return block % PLACES;
}

/** The reader comes to this block: whether it is its own, as nobody has begun it. */
export function takeBlock({ words }: ParseBoard, block: number): boolean {
  for (;;) {
    const next = Atomics.load(words, NEXT);
    if (next > block) return false;
    if (Atomics.compareExchange(words, NEXT, next, block + 1) === next) return true;
  }
}

/** A parser begins the next block. -1: none is planned. */
export function beginBlock({ words }: ParseBoard): number {
  for (;;) {
    const next = Atomics.load(words, NEXT);
    if (next >= Atomics.load(words, PLANNED)) return -1;
    if (Atomics.compareExchange(words, NEXT, next, next + 1) === next) return next;
  }
}

/** `beginBlock`, which sleeps until one is planned. Whoever sleeps is ended from outside. */
export function beginBlockInTime(board: ParseBoard): number {
  const { words } = board;
  for (;;) {
    const planned = Atomics.load(words, PLANNED);
    const block = beginBlock(board);
    if (block >= 0) return block;
    Atomics.wait(words, PLANNED, planned);
  }
}

/** The next block begins there; the reader is past the one whose place it takes. */
export function planBlock({ words, begins }: ParseBoard, begin: number): void {
  const block = Atomics.load(words, PLANNED);
  begins[placeOf(block)] = begin;
  Atomics.store(words, PLANNED, block + 1);
  Atomics.notify(words, PLANNED);
}

/** What came of a block; null: it did not work out. */
export function tellParsed({ words }: ParseBoard, block: number, parsed: ParsedBlock | null): void {
  const at = wordsOf(block);
  if (parsed !== null) {
    words[at + RUNS] = parsed.runs;
    words[at + PAGES] = parsed.pages;
    words[at + REFERENCES] = parsed.references;
    words[at + WRITES] = parsed.writes;
    words[at + FETCHES] = parsed.fetches;
    words[at + LINES] = parsed.lines;
    words[at + FROM] = parsed.from;
    words[at + BYTES] = parsed.bytes;
  }
  Atomics.store(words, at + DONE, parsed === null ? -block - 1 : block + 1);
  Atomics.notify(words, at + DONE);
}

/** Whether something has come of a block that a parser has begun. */
export function isDone({ words }: ParseBoard, block: number): boolean {
  return Math.abs(Atomics.load(words, wordsOf(block) + DONE)) === block + 1;
}

/** Waits for what comes of a block that a parser has begun; null: it did not work out, or `gone` resolved. */
export async function parsedBlock(
  board: ParseBoard,
  block: number,
  gone: Promise<'gone'>,
): Promise<ParsedBlock | null> {
  const { words } = board;
  const at = wordsOf(block);
  for (;;) {
    const done = Atomics.load(words, at + DONE);
    if (Math.abs(done) === block + 1) return done < 0 ? null : told(words, at);
    const change = Atomics.waitAsync(words, at + DONE, done);
    if (change.async && (await Promise.race([change.value, gone])) === 'gone') return null;
  }
}

function told(words: Int32Array, at: number): ParsedBlock {
  return {
    runs: words[at + RUNS],
    pages: words[at + PAGES],
    references: words[at + REFERENCES],
    writes: words[at + WRITES],
    fetches: words[at + FETCHES],
    lines: words[at + LINES],
    from: words[at + FROM],
    bytes: words[at + BYTES],
  };
}

function wordsOf(block: number): number {
  return FIRST + WORDS * placeOf(block);
}
