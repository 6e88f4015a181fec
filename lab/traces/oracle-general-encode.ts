/**
 * oracleGeneral encoder: a trace -> records of libCacheSim (formats/oracle-general.ts), each with the
 * number of its object's next use, which is exact and what that program's Belady needs.
 *
 * Page numbers are object ids, sizes the bytes of a page. A trace knows no time: it is given a
 * million references a second, from second 1 on, since libCacheSim takes second 0 for a warm-up.
 * Lost: kinds.
 */

import { lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import { NO_NEXT_USE, nextUses } from '../bounds/index.ts';
import { ORACLE_RECORD_BYTES } from './formats/oracle-general.ts';
import type { Trace } from './trace.ts';

const REFERENCES_A_SECOND = 1_000_000;
const CHUNK_RECORDS = 1 << 15;
const TWO_TO_32 = 4294967296;

/** The file in parts; each is made when it is asked for, and may be overwritten by the next. */
export function* encodeOracleGeneral(trace: Trace): Generator<Uint8Array> {
  const { runs, pageNumbers, pageBytes } = trace;
  const next = nextUses(runs, pageNumbers.length);
  const starts = startsOf(runs);
  const bytes = new Uint8Array(CHUNK_RECORDS * ORACLE_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let i = 0; i < runs.length; i++) {
    const page = pageNumbers[pageOfRun(runs[i])];
    const end = starts[i] + lengthOfRun(runs[i]);
    const after = next[i] === NO_NEXT_USE ? -1 : starts[next[i]];
    for (let use = starts[i]; use < end; use++) {
      if (at === bytes.length) {
        yield bytes;
        at = 0;
      }
      view.setUint32(at, 1 + Math.floor(use / REFERENCES_A_SECOND), true);
      setWide(view, at + 4, page);
      view.setUint32(at + 12, pageBytes, true);
      setWide(view, at + 16, use + 1 < end ? use + 1 : after);
      at += ORACLE_RECORD_BYTES;
    }
  }
  yield bytes.subarray(0, at);
}

/** The number of each run's first reference, from 1. */
function startsOf(runs: Uint32Array): Float64Array {
  const starts = new Float64Array(runs.length);
  let number = 1;
  for (let i = 0; i < runs.length; i++) {
    starts[i] = number;
    number += lengthOfRun(runs[i]);
  }
  return starts;
}

/** A whole number from -1 to 2^53 as 64 bits. */
function setWide(view: DataView, at: number, value: number): void {
  view.setInt32(at, value | 0, true);
  view.setInt32(at + 4, Math.floor(value / TWO_TO_32), true);
}
