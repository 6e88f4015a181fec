/**
 * Cutting: references [from, from + count) of a trace. References are the only clock that a trace has.
 */

import { kindOfRun, lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import { addRun, createReferenceLog, traceOfLog } from './reference-log.ts';
import { type Trace, traceError } from './trace.ts';

const TWO_TO_32 = 4294967296;

/** The part. Refuses a part that is empty or begins behind the end. */
export function cutTrace(trace: Trace, from: number, count: number): Trace {
  const { runs, pageNumbers, references, origin } = trace;
  if (!(Number.isSafeInteger(from) && from >= 0 && from < references && count >= 1)) {
    const expected = `expected a part of its ${references} references`;
    throw traceError(origin, 0, `from ${from} on ${count}, ${expected}; correct it`);
  }
  const log = createReferenceLog(origin, { pageBytes: trace.pageBytes });
  const end = from + count;
  let at = 0;
  for (let i = 0; i < runs.length && at < end; i++) {
    const length = lengthOfRun(runs[i]);
    const wanted = Math.min(at + length, end) - Math.max(at, from);
    at += length;
    if (wanted <= 0) continue;
    const page = pageNumbers[pageOfRun(runs[i])];
    addRun(log, page | 0, Math.floor(page / TWO_TO_32), kindOfRun(runs[i]), wanted);
  }
  return traceOfLog(log, origin, trace.format);
}
