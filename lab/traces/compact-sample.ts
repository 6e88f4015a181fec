/**
 * A sample of a compact trace: those of its runs whose pages a sampler keeps (sampler.ts).
 */

import { kindOfRun, lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import { addRun, createReferenceLog, type ReferenceLog, traceOfLog } from './reference-log.ts';
import type { Sampler } from './sampler.ts';
import { emptySample, thinOut } from './thin-out.ts';
import type { Trace } from './trace.ts';

const TWO_TO_32 = 4294967296;

export function createSampleLog(file: string, sampler: Sampler): ReferenceLog {
  return createReferenceLog(file, { sampler });
}

/** A section's runs; `pageNumbers` by dense id. */
export function sampleRuns(log: ReferenceLog, runs: Uint32Array, pageNumbers: Float64Array): void {
  for (let at = 0; at < runs.length; at++) {
    const page = pageNumbers[pageOfRun(runs[at])];
    const high = Math.floor(page / TWO_TO_32);
    addRun(log, page | 0, high, kindOfRun(runs[at]), lengthOfRun(runs[at]));
  }
  if (log.sampler) thinOut(log, log.sampler);
}

/** `whole` says what the trace is of, and how many pages it has. */
export function traceOfSample(log: ReferenceLog, whole: Trace): Trace {
  if (log.sampler) log.sampler.pages = whole.pageNumbers.length;
  if (log.references === 0) throw emptySample(log.file);
  return traceOfLog(log, whole.origin, whole.format);
}
