/**
 * Sampling: the references to a fixed share of the pages (SHARDS with a fixed rate: Waldspurger,
 * Park, Garthwaite, Ahmad, Efficient MRC Construction with SHARDS, FAST 2015).
 *
 * A page is in the sample if a hash of its number and the seed is below rate * 2^32, so all its
 * references are or none. n frames of the sample then stand for n / rate frames of the whole, at
 * about the same ratio of faults; distances are scaled by the rate. The estimate is as good as the
 * sample is large: below some hundred pages it is none.
 */

import { kindOfRun, lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import { addRun, createReferenceLog, traceOfLog } from './reference-log.ts';
import { hashOf, keepAll } from './sampler.ts';
import { type Trace, traceError } from './trace.ts';

const TWO_TO_32 = 4294967296;

/** The sample. Refuses a rate outside 0 < rate <= 1 and one that leaves no page. */
export function sampleTrace(trace: Trace, rate: number, seed: number): Trace {
  const { pageNumbers, origin } = trace;
  if (!(rate > 0 && rate <= 1)) {
    const expected = 'expected a number above 0, at most 1';
    throw traceError(origin, 0, `rate ${rate}, ${expected}; correct it`);
  }
  const threshold = rate * TWO_TO_32;
  const chosen = Uint8Array.from(pageNumbers, (page) =>
    Number(hashOf(seed, page | 0, Math.floor(page / TWO_TO_32)) < threshold),
  );
  const sampled = keepPages(trace, chosen);
  if (sampled.references === 0) {
    const problem = `none of ${pageNumbers.length} pages is in a sample of ${rate}`;
    throw traceError(origin, 0, `${problem}, expected some; take a higher rate or another seed`);
  }
  return sampled;
}

/** The references to pages whose entry is 1, all others left out. */
export function keepPages(trace: Trace, chosen: Uint8Array): Trace {
  const { runs, pageNumbers, origin, pageBytes, times } = trace;
  const clock = times && keepAll();
  const log = createReferenceLog(origin, { pageBytes, ...(clock && { sampler: clock }) });
  for (let i = 0; i < runs.length; i++) {
    const id = pageOfRun(runs[i]);
    if (chosen[id] === 0) continue;
    const page = pageNumbers[id];
    if (clock && times) clock.references = times[i];
    addRun(log, page | 0, Math.floor(page / TWO_TO_32), kindOfRun(runs[i]), lengthOfRun(runs[i]));
  }
  return traceOfLog(log, origin, trace.format);
}
