/**
 * Garbage in fuzzed scenarios: programs that say of their pages what is of no use any more, to pagers
 * that heed it and to such as do not. What they say they want again they write first; those that
 * begin again write what they called garbage without a word [GARB5]. Drawn from streams of their own,
 * for some seeds: what the others are stays.
 */

import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import {
  GARBAGE,
  GARBAGE_NOW,
  lengthOfRun,
  packRun,
  pageOfRun,
  READ,
  type ReferenceString,
  WANTED,
  WRITE,
} from '../../sim-hw/references.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import { between, chance, oneOf } from './chance.ts';

/** Which seeds of thirty-two. */
const EVERY = 32;
const TURNS: readonly number[] = [21, 24, 27, 30];

/** Said before the run `at`, of pages [from, to). */
interface Said {
  readonly at: number;
  readonly what: number;
  readonly from: number;
  readonly to: number;
}

/** What of `options` is otherwise. `ordinary`: so many tasks, the first ones, are no stirrers. */
export function drawGarbage(options: CellOptions, seed: number, ordinary: number): CellOptions {
  if (!TURNS.includes(seed % EVERY)) return options;
  const once = splitRandom(seed, 'garbage');
  const again = splitRandom(seed, 'garbage again');
  const tasks = options.tasks.map((task, at) => {
    if (at >= ordinary || !mayTell(task)) return task;
    const random = task.atEnd === 'restart' ? again : once;
    return chance(random, 70) ? drawTask(random, task) : task;
  });
  return { ...options, tasks };
}

function mayTell({ hostile, kinds, reads }: CellTask): boolean {
  return hostile === null && kinds.superpages === null && !reads;
}

function drawTask(random: RandomState, task: CellTask): CellTask {
  const heeds = chance(random, 80);
  const flushPages = chance(random, 50) ? between(random, 1, 16) : task.kinds.flushPages;
  const program = telling(random, task.program);
  return { ...task, program, kinds: { ...task.kinds, heeds, flushPages } };
}

/** The program, with stops at which it says something, and as true to it as a program has to be. */
function telling(random: RandomState, program: ReferenceString): ReferenceString {
  const { pageNumbers } = program;
  const runs = program.runs.slice();
  const said: Said[] = [];
  let at = 0;
  for (let left = between(random, 1, 8); left > 0; left--) {
    at += between(random, 0, Math.max(1, runs.length / 4));
    if (at >= runs.length) break;
    const from = between(random, 0, pageNumbers.length - 1);
    const to = between(random, from + 1, pageNumbers.length);
    said.push({ at, what: oneOf(random, [GARBAGE, GARBAGE_NOW]), from, to });
    const until = chance(random, 15) ? runs.length : at + between(random, 0, 60);
    readOnly(runs, from, to, at, until);
    at = until;
    if (at >= runs.length) break;
    said.push({ at, what: WANTED, from, to });
    writeFirst(runs, from, to, at);
  }
  const { length } = said;
  const says = {
    what: Uint8Array.from(said, ({ what }) => what),
    from: Uint32Array.from(said, ({ from }) => from),
    to: Uint32Array.from(said, ({ to }) => to),
  };
  const never = new Float64Array(length);
  const stops = { at: Uint32Array.from(said, (one) => one.at), restNs: never, workNs: never, says };
  return { ...program, runs, stops };
}

/** Garbage is not written before it is wanted again; who looks at it sees what was there, or zeros. */
function readOnly(runs: Uint32Array, from: number, to: number, at: number, until: number): void {
  for (let run = at; run < Math.min(until, runs.length); run++) {
    const page = pageOfRun(runs[run]);
    if (page >= from && page < to) runs[run] = packRun(page, READ, lengthOfRun(runs[run]));
  }
}

/** What is wanted again is written before it is read. */
function writeFirst(runs: Uint32Array, from: number, to: number, at: number): void {
  const seen = new Set<number>();
  for (let run = at; run < runs.length && seen.size < to - from; run++) {
    const page = pageOfRun(runs[run]);
    if (page < from || page >= to || seen.has(page)) continue;
    seen.add(page);
    runs[run] = packRun(page, WRITE, lengthOfRun(runs[run]));
  }
}
