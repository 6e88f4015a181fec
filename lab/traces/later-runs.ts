/**
 * Later runs: those of a plain compact file that another thread reads, looks at and executes, while this
 * one is at the runs before them.
 *
 *   chunk   0   1   2   3   4   5   6   7   8   9      65,536 runs each
 *           +---+---+---+---+---+---+---+---+---+
 *           |  this thread  |  the other one    |
 *           +---+---+---+---+---+---+---+---+---+
 *
 * Where a chunk stands in the file is known before it is read if every section of runs but the last is full,
 * as writers make them; of any other file there are no later runs. This thread walks over all sections,
 * verifies each, and takes what the other one has found in a chunk for what it would have found itself.
 */

import { WINDOW_RUNS } from '../kernels/kernel.ts';
import type { RunWindow } from '../kernels/run-window.ts';
import { RUNS_PER_SECTION, SECTION_HEAD_BYTES, SUMS_BYTES } from './compact-layout.ts';
import { readWords } from './read-at.ts';

export const CHUNK_RUNS: number = WINDOW_RUNS;
const CHUNKS_A_SECTION = RUNS_PER_SECTION / CHUNK_RUNS;
/** From the words of a full section to those of the next. */
const STRIDE = 4 * RUNS_PER_SECTION + SUMS_BYTES + SECTION_HEAD_BYTES;

/** Where the runs of a file stand. */
export interface RunsPlan {
  readonly fd: number;
  /** The first of their words. */
  readonly at: number;
  readonly runs: number;
  readonly pages: number;
}

/** What is known of the other thread; asked for chunk by chunk, in order. */
export interface LaterRuns {
  /** Once, before the first chunk. False: there is no other thread. */
  begin(plan: RunsPlan): boolean;
  /**
   * Where a chunk is found as the other thread has found it, and taken as if it stood there; it is waited for.
   * undefined: the chunk is this thread's, for good.
   */
  windowOf(chunk: number): Promise<RunWindow> | undefined;
  /** Runs that are done there, of chunks after `chunk`. */
  doneAfter(chunk: number): number;
  /** The file is going to be closed. */
  end(): Promise<void>;
}

export function chunkCount({ runs }: RunsPlan): number {
  return Math.ceil(runs / CHUNK_RUNS);
}

export function runsOfChunk({ runs }: RunsPlan, chunk: number): number {
  return Math.min(CHUNK_RUNS, runs - chunk * CHUNK_RUNS);
}

/** Reads the words of a chunk; false: the file has no longer as many. */
export function readChunk(plan: RunsPlan, chunk: number, words: Uint32Array): boolean {
  const section = Math.floor(chunk / CHUNKS_A_SECTION);
  const inSection = chunk - section * CHUNKS_A_SECTION;
  const at = plan.at + section * STRIDE + 4 * CHUNK_RUNS * inSection;
  return readWords(plan.fd, words, at);
}

/**
 * Whether every section of runs but the last is full, by their heads, so that chunks stand where they should, in
 * a file of so many bytes.
 */
export function sectionsAreFull({ fd, at, runs }: RunsPlan, fileBytes: number): boolean {
  const head = new Uint32Array(SECTION_HEAD_BYTES / 4);
  let end = at;
  for (let from = 0, place = at; from < runs; from += RUNS_PER_SECTION, place += STRIDE) {
    if (!readWords(fd, head, place - SECTION_HEAD_BYTES)) return false;
    const bytes = 4 * Math.min(RUNS_PER_SECTION, runs - from);
    if (head[1] !== bytes) return false;
    end = place + bytes;
  }
  return end <= fileBytes;
}
