/**
 * LRU board: what two threads that share a trace (lru-parts.ts) tell each other, in shared memory.
 *
 *   turn      the chunk that the first thread begins next; once the second one has joined: minus the chunk
 *             at which its part begins. One word, so that no chunk is begun by both
 *   done      chunks of its part that the second thread is done with; one more: its curve stands there
 *   findings  of each chunk of it, 8 words
 *   firsts    the pages of its part in the order of first use
 *   curve     the faults of its part by itself
 */

import { CHUNK_RUNS, chunkCount, type RunsPlan } from '../traces/later-runs.ts';

export interface LruBoard {
  readonly turn: Int32Array;
  readonly done: Int32Array;
  readonly findings: Uint32Array;
  readonly firsts: Uint32Array;
  readonly curve: Float64Array;
}

/** Words of `findings`, a chunk's from FINDINGS * chunk on. */
export const FINDINGS = 8;
export const WRONG_PAGE = 0;
export const WRONG_KIND = 1;
export const REFERENCES = 2;
export const WRITES = 3;
export const FETCHES = 4;
export const SUM = 5;
export const SUM_OF_SUMS = 6;
/** Pages in `firsts` after it. */
export const FIRSTS = 7;

/** Runs that a first use in the second part counts as: pages that all differ miss the caches. */
const FIRST_USE_COST = 2;

/** Chunks that must be left for a second thread to join. */
const LEAST = 4;

export function createLruBoard(plan: RunsPlan): LruBoard {
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
  return {
    turn: new Int32Array(shared(4)),
    done: new Int32Array(shared(4)),
    findings: new Uint32Array(shared(4 * FINDINGS * chunkCount(plan))),
    firsts: new Uint32Array(shared(4 * plan.pages)),
    curve: new Float64Array(shared(8 * (plan.pages + 1))),
  };
}

/** The first thread comes to this chunk: whether it is its own. */
export function beginChunk({ turn }: LruBoard, chunk: number): boolean {
  const before = Atomics.compareExchange(turn, 0, chunk, chunk + 1);
  return before >= 0 || chunk < -before;
}

/**
 * The second thread joins, and takes the later half of the work that nobody has begun, to which belong the first uses of
 * its pages, at most one of each: the first thread has them. -1: too little is left.
 */
export function join({ turn, firsts }: LruBoard, chunks: number): number {
  const more = (FIRST_USE_COST * firsts.length) / CHUNK_RUNS;
  while (true) {
    const begun = Atomics.load(turn, 0);
    if (begun < 0 || chunks - begun < LEAST) return -1;
    const from = begun + Math.max(1, Math.ceil((chunks - begun - more) / 2));
    if (Atomics.compareExchange(turn, 0, begun, -from) === begun) return from;
  }
}

/** Where the part of the second thread begins; -1: it has not joined. */
export function joinedAt({ turn }: LruBoard): number {
  const word = Atomics.load(turn, 0);
  return word < 0 ? -word : -1;
}

/** Chunks of its part that the second thread is done with. */
export function chunksDone({ done }: LruBoard): number {
  return Atomics.load(done, 0);
}

export function tellDone({ done }: LruBoard): void {
  Atomics.add(done, 0, 1);
  Atomics.notify(done, 0);
}

/** Waits for chunk number `wanted` of its part, or for its curve after the last. `lost` rejects: it will not come. */
export async function waitForDone(
  board: LruBoard,
  wanted: number,
  lost: Promise<never>,
): Promise<void> {
  for (let known = chunksDone(board); known <= wanted; known = chunksDone(board)) {
    const change = Atomics.waitAsync(board.done, 0, known);
    if (change.async) await Promise.race([change.value, lost]);
  }
}

/** Runs of the second part that are done, of chunks after `chunk`. */
export function runsDoneAfter(board: LruBoard, { runs }: RunsPlan, chunk: number): number {
  const from = joinedAt(board);
  if (from < 0) return 0;
  const upTo = (end: number): number => Math.min(runs, CHUNK_RUNS * end);
  return Math.max(0, upTo(from + chunksDone(board)) - upTo(Math.max(from, chunk + 1)));
}
