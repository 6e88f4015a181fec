/**
 * Compact encoder: a trace -> the sections of an `.lht` file (compact-layout.ts).
 *
 * The trace is first brought to canonical form: neighbouring references of one page and kind in one
 * run, pages numbered in order of first appearance, unused pages dropped. A canonical run whose
 * page id is the number of pages seen so far introduces a page, so equal traces give equal bytes.
 * Runs are stored as the packed words of `sim-hw/references.ts`: programs repeat themselves, and
 * zstd finds that best in whole words (0.02 to 0.06 bytes a reference).
 */

import { FETCH, kindOfRun, lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import {
  COMPACT_MAGIC,
  COMPACT_VERSION,
  type CompactPort,
  encodeHeader,
  encodeSection,
  PAGES_PER_SECTION,
  PLAIN_VERSION,
  RUNS_PER_SECTION,
  type SectionType,
} from './compact-layout.ts';
import { lookAtRuns, sumsOf } from './compact-runs.ts';
import { addRun, createReferenceLog, traceOfLog } from './reference-log.ts';
import { type Trace, traceError } from './trace.ts';

const TWO_TO_32 = 4294967296;
const PAGE_NUMBER_END = 2 ** 52;
const VARINT_BYTES_MAX = 8;

/**
 * The parts of the file in order; each is made when it is asked for, so memory is bounded. `plain`:
 * version 2, whose runs are read by a copy and are 4 bytes each.
 */
export function* encodeCompact(file: string, trace: Trace, port: CompactPort, plain = false) {
  const canonical = canonicalTrace(file, trace);
  let seed = port.checksum(COMPACT_MAGIC, 0);
  const section = (type: SectionType, content: Uint8Array, sums?: Uint8Array): Uint8Array => {
    const { bytes, checksum } = encodeSection(port, seed, type, content, sums);
    seed = checksum;
    return bytes;
  };

  yield COMPACT_MAGIC;
  const { references, runs, pageNumbers, kinds, origin } = canonical;
  yield section(
    'HEAD',
    encodeHeader({
      version: plain ? PLAIN_VERSION : COMPACT_VERSION,
      granule: canonical.pageBytes,
      references,
      runs: runs.length,
      pages: pageNumbers.length,
      kinds,
      origin,
    }),
  );
  for (let from = 0; from < pageNumbers.length; from += PAGES_PER_SECTION) {
    yield section('PAGE', encodePageNumbers(pageNumbers, from, from + PAGES_PER_SECTION));
  }
  for (let from = 0; from < runs.length; from += RUNS_PER_SECTION) {
    const part = runs.subarray(from, from + RUNS_PER_SECTION);
    const sums = plain ? sumsOf(lookAtRuns(part, 0, part.length, 0)) : undefined;
    yield section('RUNS', encodeRuns(part), sums);
  }
  yield section('END ', new Uint8Array(0));
}

/** The same references in canonical form. Refuses runs and page numbers that cannot be. */
export function canonicalTrace(file: string, trace: Trace): Trace {
  const log = createReferenceLog(file, { pageBytes: trace.pageBytes });
  const { runs, pageNumbers } = trace;
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    const number = pageNumbers[pageOfRun(run)];
    const kind = kindOfRun(run);
    if (kind > FETCH || !(number >= 0 && number < PAGE_NUMBER_END && Number.isInteger(number))) {
      const problem = `run ${i} has kind ${kind} and page number ${number}`;
      const expected = 'expected kinds 0 to 2 and page numbers below 2^52';
      throw traceError(file, 0, `${problem}, ${expected}; correct the trace`);
    }
    addRun(log, number | 0, Math.floor(number / TWO_TO_32), kind, lengthOfRun(run));
  }
  const canonical = traceOfLog(log, trace.origin, 'compact');
  if (canonical.references !== trace.references) {
    const problem = `runs hold ${canonical.references} references, expected ${trace.references}`;
    throw traceError(file, 0, `${problem}; correct the trace`);
  }
  return canonical;
}

/** Differences to the page before, 2 x distance + sign, as varints of 7 bits a byte. */
function encodePageNumbers(pageNumbers: Float64Array, from: number, end: number): Uint8Array {
  const to = Math.min(end, pageNumbers.length);
  const bytes = new Uint8Array((to - from) * VARINT_BYTES_MAX);
  let size = 0;
  for (let id = from; id < to; id++) {
    const difference = pageNumbers[id] - (id > 0 ? pageNumbers[id - 1] : 0);
    // Below 2^53, so exact in a double.
    let word = difference < 0 ? -2 * difference + 1 : 2 * difference;
    for (; word >= 128; word = Math.floor(word / 128)) bytes[size++] = (word % 128) | 128;
    bytes[size++] = word;
  }
  return bytes.subarray(0, size);
}

function encodeRuns(runs: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(runs.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < runs.length; i++) view.setUint32(4 * i, runs[i], true);
  return bytes;
}
