/**
 * LRU part: what the second of two threads that share a trace does (lru-parts.ts). It executes its chunks
 * from an empty stack, and writes on the board what is found in each and which pages are used first.
 */

import { kernelOf } from '../kernels/kernel.ts';
import {
  curveSoFar,
  firstPages,
  firstUses,
  type LruStream,
  takeWindow,
} from '../kernels/lru-curve.ts';
import { kernelWindow, type RunWindow } from '../kernels/run-window.ts';
import type { Found } from '../traces/compact-runs.ts';
import { chunkCount, type RunsPlan, readChunk, runsOfChunk } from '../traces/later-runs.ts';
import {
  FETCHES,
  FINDINGS,
  FIRSTS,
  join,
  type LruBoard,
  REFERENCES,
  SUM,
  SUM_OF_SUMS,
  tellDone,
  WRITES,
  WRONG_KIND,
  WRONG_PAGE,
} from './lru-board.ts';

/** What the second thread is told. */
export interface LruOrder {
  readonly plan: RunsPlan;
  readonly module: WebAssembly.Module;
  readonly board: LruBoard;
}

/**
 * Joins and does its part, unless too little is left, or there is no memory for it. `enter`: how it joins.
 */
export function performLruPart(order: LruOrder, enter: typeof join = join): void {
  const { plan, module } = order;
  const kernel = kernelOf(module, plan.pages);
  if (kernel === null) return;
  const stream: LruStream = { kernel, pages: plan.pages, runs: 0 };
  const window = kernelWindow(kernel, (count) => takeWindow(stream, count, plan.pages));
  const chunks = chunkCount(plan);
  const from = enter(order.board, chunks);
  if (from < 0) return;
  let isRight = true;
  for (let chunk = from; chunk < chunks; chunk++) {
    isRight = takeChunk(order, stream, window, chunk, isRight);
    tellDone(order.board);
  }
  if (isRight) order.board.curve.set(curveSoFar(stream, plan.pages));
  tellDone(order.board);
}

/** Reads a chunk, looks at it and, while all is right, executes it. Whether it still is. */
function takeChunk(
  { plan, board: { findings, firsts } }: LruOrder,
  stream: LruStream,
  window: RunWindow,
  chunk: number,
  isRight: boolean,
): boolean {
  const count = runsOfChunk(plan, chunk);
  const isThere = readChunk(plan, chunk, window.words().subarray(0, count));
  // Here a page is wrong that the file does not tell of, or no longer has. Whether one is used before it is the next
  // shows when its first use is executed after the part before.
  const found = window.look(count, plan.pages);
  const wrongPage = found.wrongPage || found.seen > plan.pages || !isThere;
  const goesOn = isRight && !wrongPage && !found.wrongKind;
  const known = firstUses(stream);
  if (goesOn) window.advance(count, plan.pages);
  const used = firstUses(stream);
  firsts.set(firstPages(stream, known, used), known);
  write(findings, FINDINGS * chunk, { ...found, wrongPage }, used);
  return goesOn;
}

function write(findings: Uint32Array, at: number, found: Found, used: number): void {
  findings[at + WRONG_PAGE] = Number(found.wrongPage);
  findings[at + WRONG_KIND] = Number(found.wrongKind);
  findings[at + REFERENCES] = found.references;
  findings[at + WRITES] = found.writes;
  findings[at + FETCHES] = found.fetches;
  findings[at + SUM] = found.sum;
  findings[at + SUM_OF_SUMS] = found.sumOfSums;
  findings[at + FIRSTS] = used;
}
