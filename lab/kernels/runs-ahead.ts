/**
 * Runs ahead: copies, in a kernel's window, of the runs that come next of each of several programs. Who
 * goes on after others had the CPU finds most of them still there.
 *
 *   +-----------+-----------+-----+-----------+
 *   | program 0 | program 1 | ... | parts - 1 |  each a stretch of consecutive runs
 *   +-----------+-----------+-----+-----------+
 */

import { WINDOW_RUNS } from './kernel.ts';

/** Runs of a part: the copy stays in caches, and a call for each is little beside them. */
const PART = 1 << 12;
const PART_LEAST = 1 << 10;

export interface RunsAhead {
  readonly window: Uint32Array;
  readonly part: number;
  /** By part, which runs stand there: of which array, ... */
  readonly buffers: (ArrayBufferLike | null)[];
  readonly offsets: Float64Array;
  /** ... from which index on, before which. */
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/** For so many programs, or more than there are parts: those with the same remainder share one. */
export function createRunsAhead(window: Uint32Array, programs: number): RunsAhead {
  const part = programs * PART <= WINDOW_RUNS ? PART : PART_LEAST;
  const parts = WINDOW_RUNS / part;
  return {
    window,
    part,
    buffers: Array<null>(parts).fill(null),
    offsets: new Float64Array(parts),
    from: new Float64Array(parts),
    to: new Float64Array(parts),
  };
}

/** Address of the run at `cursor` of this program, copied with those after it unless it stands there. */
export function addressAhead(
  ahead: RunsAhead,
  program: number,
  runs: Uint32Array,
  cursor: number,
): number {
  const { buffers, offsets, from, to } = ahead;
  const at = program % buffers.length;
  const isThere =
    buffers[at] === runs.buffer &&
    offsets[at] === runs.byteOffset &&
    cursor >= from[at] &&
    cursor < to[at];
  if (!isThere) {
    from[at] = cursor;
    to[at] = Math.min(runs.length, cursor + ahead.part);
    buffers[at] = runs.buffer;
    offsets[at] = runs.byteOffset;
    ahead.window.set(runs.subarray(cursor, to[at]), at * ahead.part);
  }
  return 4 * (at * ahead.part + cursor - from[at]);
}

/** How many runs stand there from `cursor` on, after `addressAhead`. */
export function countAhead(
  { buffers, to }: RunsAhead,
  program: number,
  runs: Uint32Array,
  cursor: number,
): number {
  // A program that stops ends there for now, though more of it has been copied before.
  return Math.min(runs.length, to[program % buffers.length]) - cursor;
}
