/**
 * A copy of a compact trace while it is read: those of its runs whose pages a sampler keeps (sampler.ts),
 * or all of them in larger pages than its own.
 */

import { kindOfRun, lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import type { CompactReader } from './compact-reader.ts';
import {
  addRun,
  createReferenceLog,
  type ReferenceLog,
  type RunSink,
  traceOfLog,
} from './reference-log.ts';
import type { Sampler } from './sampler.ts';
import { emptySample, thinOut } from './thin-out.ts';
import type { Trace } from './trace.ts';

const TWO_TO_32 = 4294967296;

export interface CopyWanted {
  readonly sampler: Sampler | undefined;
  /** Bytes in a page of the file, and of the copy: as many or more. */
  readonly granule: number;
  readonly pageBytes: number;
  /** Who takes the runs; undefined: the log keeps them. */
  readonly sink: RunSink | undefined;
}

/** undefined: the runs are wanted as they are. */
export function createCopyLog(
  file: string,
  { sampler, granule, pageBytes, sink }: CopyWanted,
): ReferenceLog | undefined {
  if (sampler === undefined && pageBytes === granule) return undefined;
  return createReferenceLog(file, {
    pageBytes,
    ...(sampler && { sampler }),
    ...(sink && { sink }),
  });
}

/** A section's runs, from a reader that has the header and the page numbers of all in them. */
export function copyRuns(log: ReferenceLog, runs: Uint32Array, from: CompactReader): void {
  const share = (from.header?.granule ?? 1) / 2 ** log.pageBits;
  for (let at = 0; at < runs.length; at++) {
    const page = Math.floor(from.pageNumbers[pageOfRun(runs[at])] * share);
    const high = Math.floor(page / TWO_TO_32);
    addRun(log, page | 0, high, kindOfRun(runs[at]), lengthOfRun(runs[at]));
  }
  if (log.sampler) thinOut(log, log.sampler);
}

/** `whole` says what the trace is of, and which pages it has. */
export function traceOfCopy(log: ReferenceLog, whole: Trace): Trace {
  if (log.sampler) {
    const share = whole.pageBytes / 2 ** log.pageBits;
    const numbers = whole.pageNumbers;
    log.sampler.pages =
      share === 1 ? numbers.length : new Set(numbers.map((page) => Math.floor(page * share))).size;
    if (log.references === 0) throw emptySample(log.file);
  }
  return traceOfLog(log, whole.origin, whole.format);
}
