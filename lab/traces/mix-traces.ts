/**
 * Mixing: several traces as one, as if their programs took turns on one CPU.
 *
 *   a a a a | b b b b | c c c c | a a a a | ...      quantum 4, in the order given, or
 *   b b b b | a a a a | c c c c | c c c c | ...      with a seed: each round in an order drawn anew
 *
 * A trace says nothing of tasks (FORMAT.md), so each program's pages are moved to where no other's
 * are: program t's begin at t * 2^44. Who has ended is left out. So a mixture, written in whatever
 * format, keeps whose each reference is, and `splitTrace` gives a program back. To run programs as tasks,
 * with guarantees and pagers of their own, name their traces in a scenario (docs/scenarios.md).
 */

import { createRandom, nextBelow } from '../../sim-hw/random.ts';
import { kindOfRun, lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import { addRun, createReferenceLog, type ReferenceLog, traceOfLog } from './reference-log.ts';
import { type Trace, traceError } from './trace.ts';

const TWO_TO_32 = 4294967296;
const TASK_PAGES = 2 ** 44;
const TASKS_MAX = 256;

/** Where a program stands: a run, and how much of it is done. */
interface Place {
  readonly trace: Trace;
  readonly offset: number;
  run: number;
  done: number;
}

/**
 * The mixture; `quantum` in references, `seed` undefined for the order given. Refuses more than 256
 * traces, page numbers from 2^44 on and pages of different sizes.
 */
export function mixTraces(traces: readonly Trace[], quantum: number, seed?: number): Trace {
  const origin = traces.map((trace) => trace.origin).join(' + ');
  if (traces.length < 1 || traces.length > TASKS_MAX || !(quantum >= 1)) {
    const expected = `expected 1 to ${TASKS_MAX}, and a quantum of at least 1`;
    const found = `${traces.length} traces by ${quantum}`;
    throw traceError(origin || 'a mixture', 0, `${found}, ${expected}; correct it`);
  }
  const [{ pageBytes }] = traces as [Trace];
  const random = createRandom(seed ?? 0);
  const log = createReferenceLog(origin, { pageBytes });
  let places = traces.map((trace, task): Place => {
    requirePlace(trace, pageBytes);
    return { trace, offset: task * TASK_PAGES, run: 0, done: 0 };
  });
  while (places.length > 0) {
    if (seed !== undefined) shuffle(places, (below) => nextBelow(random, below));
    for (const place of places) takeTurn(log, place, quantum);
    places = places.filter(({ trace, run }) => run < trace.runs.length);
  }
  return traceOfLog(log, origin, 'mix');
}

/**
 * Program `program` of a mixture alone, as it was: the first is 0. Refuses a mixture without it, and a
 * trace that is none.
 */
export function splitTrace(trace: Trace, program: number): Trace {
  const { runs, pageNumbers, origin, format, pageBytes } = trace;
  const log = createReferenceLog(origin, { pageBytes });
  const first = program * TASK_PAGES;
  for (const run of runs) {
    const page = pageNumbers[pageOfRun(run)] - first;
    if (page < 0 || page >= TASK_PAGES) continue;
    addRun(log, page | 0, Math.floor(page / TWO_TO_32), kindOfRun(run), lengthOfRun(run));
  }
  const programs = new Set(pageNumbers.map((page) => Math.floor(page / TASK_PAGES)));
  if (programs.size > 1 && programs.has(program)) return traceOfLog(log, origin, format);
  const found = `${programs.size} program${programs.size === 1 ? '' : 's'}`;
  const next = programs.size > 1 ? `there are 0 to ${Math.max(...programs)}` : 'it is no mixture';
  throw traceError(origin, 0, `${found}, expected number ${program} among them; ${next}`);
}

function takeTurn(log: ReferenceLog, place: Place, quantum: number): void {
  const { runs, pageNumbers } = place.trace;
  for (let left = quantum; left > 0 && place.run < runs.length; ) {
    const run = runs[place.run];
    const length = lengthOfRun(run) - place.done;
    const taken = Math.min(length, left);
    const page = place.offset + pageNumbers[pageOfRun(run)];
    addRun(log, page | 0, Math.floor(page / TWO_TO_32), kindOfRun(run), taken);
    left -= taken;
    place.done = taken === length ? 0 : place.done + taken;
    if (taken === length) place.run++;
  }
}

function requirePlace(trace: Trace, pageBytes: number): void {
  if (trace.pageBytes !== pageBytes) {
    const problem = `pages of ${trace.pageBytes} bytes, expected ${pageBytes} as in the first`;
    throw traceError(trace.origin, 0, `${problem}; read all with one --page-bytes`);
  }
  const far = trace.pageNumbers.find((page) => page >= TASK_PAGES);
  if (far === undefined) return;
  const problem = `page number ${far}, expected numbers below 2^44 to mix`;
  throw traceError(trace.origin, 0, `${problem}; choose larger pages`);
}

/** Fisher and Yates. */
function shuffle<Item>(items: Item[], draw: (below: number) => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [items[i], items[j]] = [items[j] as Item, items[i] as Item];
  }
}
