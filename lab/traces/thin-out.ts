/**
 * Thinning out: the log of a sampler that holds too much, at a lower threshold (sampler.ts).
 */

import { kindOfRun, lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import { addRun, createReferenceLog, type ReferenceLog } from './reference-log.ts';
import { isSampled, keepAll, type Sampler, sampleHash } from './sampler.ts';
import { type TraceError, traceError } from './trace.ts';

/** What stays of too many pages: room for a tenth more, so that this is rare. Of too many runs: half. */
const PAGES_KEPT = 0.9;

/** Lowers the threshold until the log holds no more than it may: to be called now and then. */
export function thinOut(log: ReferenceLog, sampler: Sampler): void {
  const { pagesMost, runsMost } = sampler;
  while (log.index.pages > pagesMost || log.runCount > runsMost) {
    const { low, high, pages } = log.index;
    const kept = pages > pagesMost ? Math.ceil(pagesMost * PAGES_KEPT) : pages >>> 1;
    if (kept === 0) {
      const problem = `the one page in the sample has more than ${runsMost} runs of references`;
      throw traceError(log.file, log.lines, `${problem}, expected fewer; take another seed`);
    }
    const hashes = Uint32Array.from({ length: pages }, (_, id) =>
      sampleHash(sampler, low[id], high[id], log.pageBits),
    );
    hashes.sort();
    sampler.threshold = hashes[kept];
    keepSampled(log, sampler);
  }
}

/** The log as it would be if the threshold had been this low all along. */
function keepSampled(log: ReferenceLog, sampler: Sampler): void {
  const { index, runs, runCount, times, pageBits } = log;
  const clock = times && keepAll();
  const options = { pageBytes: 2 ** pageBits, ...(clock && { sampler: clock }) };
  const fresh = createReferenceLog(log.file, options);
  for (let at = 0; at < runCount; at++) {
    const id = pageOfRun(runs[at]);
    const low = index.low[id];
    const high = index.high[id];
    if (!isSampled(sampler, low, high, pageBits)) continue;
    if (clock && times) clock.references = times[at];
    addRun(fresh, low, high, kindOfRun(runs[at]), lengthOfRun(runs[at]));
  }
  const { references, openWord, openLength, openUntil } = fresh;
  Object.assign(log, { runs: fresh.runs, runCount: fresh.runCount, references });
  log.kinds.set(fresh.kinds);
  Object.assign(log, { openWord, openLength, times: fresh.times, openUntil });
  Object.assign(index, fresh.index);
}

/** Of a trace that has references: no page of it was to be kept. */
export function emptySample(file: string): TraceError {
  const problem = 'none of its pages is in the sample, expected some';
  return traceError(file, 0, `${problem}; take a higher rate or another seed`);
}
