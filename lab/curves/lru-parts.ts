/**
 * LRU parts: the exact LRU curve of one trace by two threads (Niu, Dinan, Lu, Sadayappan: PARDA, IPDPS 2012).
 * A host file.
 *
 *   first thread    | its chunks, in order ..... | first uses of the others ... |
 *   second thread     starts | its chunks, from an empty stack ............. |
 *
 * What lies between two uses of a page within the second part lies in that part: its own stack tells the
 * distance. Only of the first use of a page there it does not. These come, in order, to the first thread,
 * which goes on with them as if they were runs: between the last use before and the first use after the cut,
 * the pages used are those on its stack above it, where each page that the second part used meanwhile
 * stands as it was used first. So with L of them, and their misses counted in both parts,
 *
 *   faults(f) = faults of the first thread(f) + faults of the second(f) - L      for any f, 0 as well
 *
 * The cut is where the second thread finds half of what is left when it is up: starting it takes what it
 * takes, and on a machine without a free core the first thread is done alone. Where it falls does not show
 * in what comes out. Two parts and no more: after the second the stack of the first thread holds its pages in
 * the order of first use, not of last use.
 */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { windowOf } from '../kernels/kernel.ts';
import { type LruStream, RUNS_MAX, takeWindow } from '../kernels/lru-curve.ts';
import { moduleOf } from '../kernels/modules.ts';
import type { RunWindow } from '../kernels/run-window.ts';
import { chunkCount, type LaterRuns, type RunsPlan } from '../traces/later-runs.ts';
import {
  beginChunk,
  chunksDone,
  createLruBoard,
  FETCHES,
  FINDINGS,
  FIRSTS,
  joinedAt,
  type LruBoard,
  REFERENCES,
  runsDoneAfter,
  SUM,
  SUM_OF_SUMS,
  WRITES,
  WRONG_KIND,
  WRONG_PAGE,
  waitForDone,
} from './lru-board.ts';
import type { LruOrder } from './lru-part.ts';

export interface LruParts extends LaterRuns {
  /** Makes of the curve of the first thread, when all is executed, that of the trace. */
  addTo(curve: Float64Array): Promise<void>;
}

/** Who does the second part. */
export interface Partner {
  /** Rejects when it has joined and will not finish. */
  readonly lost: Promise<never>;
  end(): Promise<unknown>;
}

/** Fewer runs are done while a thread starts. */
const RUNS_WORTH = 1 << 22;

interface Shared {
  readonly plan: RunsPlan;
  readonly board: LruBoard;
  readonly partner: Partner;
}

interface Parts {
  readonly stream: LruStream;
  /** null: there is one part. */
  shared: Shared | null;
}

/**
 * Parts of a trace whose first one goes through `stream`. By one thread, or with fewer than `worth` runs, it is
 * the only one. `start`: how the second thread is started.
 */
export function createLruParts(
  stream: LruStream,
  threads: number = availableParallelism(),
  worth: number = RUNS_WORTH,
  start: (order: LruOrder) => Partner = startThread,
): LruParts {
  const parts: Parts = { stream, shared: null };
  return {
    begin: (plan) => {
      const module = threads < 2 || plan.runs < worth ? null : moduleOf('lru-curve');
      // Room is made for as many pages as the file tells of, if it may have them.
      const fits = plan.pages <= plan.runs && plan.runs + plan.pages <= RUNS_MAX;
      if (module === null || !fits) return false;
      const board = createLruBoard(plan);
      parts.shared = { plan, board, partner: start({ plan, module, board }) };
      return true;
    },
    windowOf: (chunk) => windowOfTheirs(parts, chunk),
    doneAfter: (chunk) =>
      parts.shared ? runsDoneAfter(parts.shared.board, parts.shared.plan, chunk) : 0,
    end: async () => void (await parts.shared?.partner.end()),
    addTo: (curve) => addTo(parts, curve),
  };
}

/** A thread of lru-part-worker.ts. */
export function startThread(order: LruOrder): Partner {
  const { plan, board } = order;
  const worker = new Worker(new URL('./lru-part-worker.ts', import.meta.url), {
    workerData: order,
  });
  const lost = new Promise<never>((_, reject) => {
    // Before it has joined, all is done here.
    const lose = (why: string): void => {
      const from = joinedAt(board);
      if (from >= 0 && chunksDone(board) <= chunkCount(plan) - from)
        reject(new Error(`lru-parts: the second thread ended (${why})`));
    };
    worker.on('error', (error) => lose(error.message));
    worker.on('exit', (code) => lose(`exit ${code}`));
  });
  lost.catch(() => 0);
  return { lost, end: () => worker.terminate() };
}

function windowOfTheirs({ stream, shared }: Parts, chunk: number): Promise<RunWindow> | undefined {
  if (shared === null || beginChunk(shared.board, chunk)) return undefined;
  return windowWhenDone(stream, shared, chunk);
}

async function windowWhenDone(
  stream: LruStream,
  { board, partner }: Shared,
  chunk: number,
): Promise<RunWindow> {
  const from = joinedAt(board);
  await waitForDone(board, chunk - from, partner.lost);
  const { findings, firsts } = board;
  const at = FINDINGS * chunk;
  const pages = firsts.subarray(
    chunk > from ? findings[at - FINDINGS + FIRSTS] : 0,
    findings[at + FIRSTS],
  );
  return {
    words: () => windowOf(stream.kernel),
    look: (_, seen) => ({
      ...orderOf(pages, seen, findings[at + WRONG_PAGE] !== 0),
      wrongKind: findings[at + WRONG_KIND] !== 0,
      references: findings[at + REFERENCES],
      writes: findings[at + WRITES],
      fetches: findings[at + FETCHES],
      sum: findings[at + SUM] | 0,
      sumOfSums: findings[at + SUM_OF_SUMS] | 0,
    }),
    advance: (_, known) => executeOnce(stream, pages, known),
  };
}

/** Pages seen after these first uses: each has been seen before or is the next. */
function orderOf(pages: Uint32Array, before: number, wrongBefore: boolean) {
  let seen = before;
  let wrongPage = wrongBefore;
  for (const page of pages) {
    if (page === seen) seen++;
    else if (page > seen) wrongPage = true;
  }
  return { seen, wrongPage };
}

/** Executes one run of each of these, which are no more than a chunk has runs. */
function executeOnce(stream: LruStream, pages: Uint32Array, known: number): void {
  const window = windowOf(stream.kernel);
  for (let i = 0; i < pages.length; i++) window[i] = pages[i] << 8;
  takeWindow(stream, pages.length, known);
}

async function addTo({ shared }: Parts, curve: Float64Array): Promise<void> {
  if (shared === null) return;
  const { plan, board, partner } = shared;
  const from = joinedAt(board);
  if (from >= 0) {
    const last = chunkCount(plan) - 1;
    await waitForDone(board, last + 1 - from, partner.lost);
    const twice = board.findings[FINDINGS * last + FIRSTS];
    for (let frames = 0; frames < curve.length; frames++)
      curve[frames] += board.curve[frames] - twice;
  }
  await partner.end();
}
