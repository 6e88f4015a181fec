/**
 * Lackey text to runs, by the kernel of that name (assembly/lackey.ts); its twin is
 * lab/traces/formats/lackey-usual.ts, and what neither takes is read line by line by their caller.
 */

import type { ReferenceLog } from '../traces/reference-log.ts';
import {
  advanceParser,
  INPUT_BYTES,
  offer,
  startParser,
  type TraceParserKernel,
} from './trace-parser.ts';

/** Of the shortest line that the kernel takes. */
const LINE_BYTES_MIN = 14;
const NEWLINE = 10;

/** Reads the line at `at`; gives where the next one begins, or throws. */
type LineParser = (log: ReferenceLog, bytes: Uint8Array, at: number) => number;

/** A kernel that has seen no page; null where there are no kernels. */
export function startLackey(): TraceParserKernel | null {
  return startParser('lackey', LINE_BYTES_MIN);
}

/**
 * Reads the whole lines in bytes[from..to) into a log that wants every reference. Lines that are not
 * usual go through `parseLine`. Gives where it stopped: at `to`, or at a line longer than the kernel takes.
 */
export function parseLackeyText(
  kernel: TraceParserKernel,
  log: ReferenceLog,
  bytes: Uint8Array,
  from: number,
  to: number,
  parseLine: LineParser,
): number {
  let at = from;
  while (at < to) {
    const end = to - at <= INPUT_BYTES ? to : bytes.lastIndexOf(NEWLINE, at + INPUT_BYTES - 1) + 1;
    if (end <= at) return at;
    const before = offer(kernel, log, bytes, at, end) - at;
    while (at < end) {
      at = advanceParser(kernel, log, before + at, before + end) - before;
      if (at < end) at = parseLine(log, bytes, at);
    }
  }
  return at;
}
