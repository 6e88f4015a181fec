/**
 * Records: chunks of bytes in, whole records of one size out, one cut by a chunk's end carried over.
 */

import type { TraceParser } from './formats/format.ts';
import type { ReferenceLog } from './reference-log.ts';
import { type TraceError, traceError } from './trace.ts';

export interface RecordCarry {
  /** Room for one record. */
  readonly bytes: Uint8Array;
  length: number;
}

export function createRecordCarry(recordBytes: number): RecordCarry {
  return { bytes: new Uint8Array(recordBytes), length: 0 };
}

/** Gives `parse` every record that is whole by now. */
export function pushRecords(
  carry: RecordCarry,
  log: ReferenceLog,
  chunk: Uint8Array,
  parse: TraceParser,
): void {
  const size = carry.bytes.length;
  let from = 0;
  if (carry.length > 0) {
    from = Math.min(size - carry.length, chunk.length);
    carry.bytes.set(chunk.subarray(0, from), carry.length);
    carry.length += from;
    if (carry.length < size) return;
    carry.length = 0;
    parse(log, carry.bytes, 0, size);
  }
  const to = chunk.length - ((chunk.length - from) % size);
  if (to > from) parse(log, chunk, from, to);
  carry.bytes.set(chunk.subarray(to));
  carry.length = chunk.length - to;
}

/** The end of the file: refuses a part of a record. */
export function endRecords(carry: RecordCarry, log: ReferenceLog): void {
  if (carry.length === 0) return;
  const size = carry.bytes.length;
  const found = `ends ${carry.length} bytes into record ${log.lines + 1}`;
  throw traceError(log.file, 0, `${found}, expected records of ${size} bytes; copy it again`);
}

/** A record that cannot be: the one that `log.lines` counted last. */
export function badRecord(log: ReferenceLog, recordBytes: number, problem: string): TraceError {
  const place = `record ${log.lines} at byte ${(log.lines - 1) * recordBytes}`;
  const remedy = 'copy it again, or name the format if it is another one';
  return traceError(log.file, 0, `${place}: ${problem}; ${remedy}`);
}
