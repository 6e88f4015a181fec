/**
 * Records of libCacheSim to runs, by the kernel of that name (assembly/oracle-general.ts); its twin is in
 * lab/traces/formats/oracle-general.ts.
 */

import type { ReferenceLog } from '../traces/reference-log.ts';
import { ask } from './kernel.ts';
import {
  advanceParser,
  INPUT_BYTES,
  offer,
  startParser,
  type TraceParserKernel,
} from './trace-parser.ts';

const RECORD_BYTES = 24;
const PIECE_BYTES = INPUT_BYTES - (INPUT_BYTES % RECORD_BYTES);

/** A kernel that has seen no page; null where there are no kernels. */
export function startOracleGeneral(): TraceParserKernel | null {
  return startParser('oracle-general', RECORD_BYTES);
}

/**
 * Reads the whole records in bytes[from..to) into a log that wants every reference. Gives where it stopped:
 * at `to`, or at the first record that is not for the kernel.
 */
export function parseRecords(
  kernel: TraceParserKernel,
  log: ReferenceLog,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  for (let at = from; at < to; ) {
    const end = Math.min(to, at + PIECE_BYTES);
    const before = offer(kernel, log, bytes, at, end) - at;
    ask(kernel.kernel, 'countFrom', log.lines);
    at = advanceParser(kernel, log, before + at, before + end) - before;
    if (at < end) return at;
  }
  return to;
}
