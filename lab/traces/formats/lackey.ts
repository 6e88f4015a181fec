/**
 * Lackey text: what `valgrind --tool=lackey --trace-mem=yes` writes.
 *
 *   I  04001234,3        fetch; also ` I 04001234,3`
 *    L 1ffefffd60,8      load
 *    S 1ffefffd58,8      store
 *    M 0421d8b0,4        modify: a load and a store in one, here one WRITE
 *   ==1234== Lackey ...  valgrind's own words (also -- and **), skipped, as are blank lines
 *
 * Addresses are hexadecimal, sizes decimal. An access that crosses a page counts once on each page.
 * Lines of the usual shape are read by a kernel (lab/kernels/lackey.ts), or by its twin in
 * lackey-usual.ts where text comes in small parts; any other here, on bytes: no string, no
 * object per line. Threads, mmap and time are not in the format, so not here.
 */

import { PAGE_BYTES } from '../../../sim-hw/references.ts';
import { parseLackeyText, startLackey } from '../../kernels/lackey.ts';
import { inputFor, type TraceParserKernel } from '../../kernels/trace-parser.ts';
import { addAccess, type ReferenceLog } from '../reference-log.ts';
import { LINE_BYTES_MAX, quoteLine, requireShort } from '../text-lines.ts';
import { traceError } from '../trace.ts';
import type { TextFormat, TraceParser } from './format.ts';
import {
  COMMA,
  createPageTexts,
  DECIMAL,
  HEX,
  KIND,
  NEWLINE,
  NONE,
  type PageTexts,
  parseUsual,
  SPACE,
} from './lackey-usual.ts';

const RETURN = 13;
const ADDRESS_DIGITS_MAX = 16;
const SIZE_MAX = 65536;
/** An access of SIZE_MAX bytes touches 17 pages and takes 11 bytes of text. */
const REFERENCES_PER_BYTE_MAX = 2;
/** No usual line is longer, so the hot loop never looks beyond the end. */
const LOOK_AHEAD = 64;
/** Of less text than this at a time there is too little for a kernel. */
const KERNEL_BYTES_MIN = 1 << 15;
const PAGE_BITS = 12;

export const lackey: TextFormat = {
  kind: 'text',
  name: 'lackey',
  about: 'valgrind --tool=lackey --trace-mem=yes',
  lost: 'access sizes and places within pages; nobody told time, threads, mmap and brk',
  pageBytes: PAGE_BYTES,
  hasAddresses: true,
  readsApart: true,
  isLine: (line) => /^ ?[ILSM] +[0-9a-f]+,[0-9]+$/i.test(line),
  createParser: () => {
    const known: Known = { texts: createPageTexts(), kernel: undefined };
    const parse: TraceParser = (log, bytes, from, to) => parseLackey(log, bytes, from, to, known);
    const room = (log: ReferenceLog) => known.kernel && inputFor(known.kernel, log.index.pages);
    return Object.assign(parse, { room: (log: ReferenceLog) => room(log) ?? undefined });
  },
};

/** What a parser keeps: pages of lines that it has seen. */
interface Known {
  readonly texts: PageTexts;
  /** Undefined: not wanted yet; null: there is none. */
  kernel: TraceParserKernel | null | undefined;
}

/**
 * Reads the whole lines in bytes[from..to) into the log; bytes[to - 1] must be a newline, which
 * ends every scan. Stops early when the log has all it wants. Throws TraceError at a bad line.
 */
function parseLackey(
  log: ReferenceLog,
  bytes: Uint8Array,
  from: number,
  to: number,
  known: Known,
): void {
  const usual = log.pageBits === PAGE_BITS && log.skipLeft === 0 && log.sampler === undefined;
  const whole = usual && log.limitLeft > REFERENCES_PER_BYTE_MAX * (to - from);
  let at = from;
  if (whole && to - from >= KERNEL_BYTES_MIN) {
    if (known.kernel === undefined) known.kernel = startLackey();
    if (known.kernel) at = parseLackeyText(known.kernel, log, bytes, from, to, parseLine);
  }
  while (at < to && log.limitLeft > 0) {
    if (whole && at < to - LOOK_AHEAD)
      at = parseUsual(log, bytes, at, to - LOOK_AHEAD, known.texts);
    if (at < to) at = parseLine(log, bytes, at);
  }
}

/** Any one line, by the whole grammar; gives where the next begins. */
function parseLine(log: ReferenceLog, bytes: Uint8Array, start: number): number {
  log.lines++;
  let at = bytes[start] === SPACE ? start + 1 : start;
  const kind = KIND[bytes[at]];
  if (kind === NONE) {
    const next = endOfMessage(bytes, start);
    if (next < 0) throw badLine(log, bytes, start);
    return next;
  }
  const blanks = ++at;
  while (bytes[at] === SPACE) at++;
  const first = at;
  let low = 0;
  for (; HEX[bytes[at]] !== NONE; at++) low = (low << 4) | HEX[bytes[at]];
  const digits = at - first;
  if (first === blanks || digits === 0 || digits > ADDRESS_DIGITS_MAX || bytes[at] !== COMMA) {
    throw badLine(log, bytes, start);
  }
  let high = 0;
  for (let i = first; i < at - 8; i++) high = (high << 4) | HEX[bytes[i]];
  let size = 0;
  for (at++; DECIMAL[bytes[at]] !== NONE && size <= SIZE_MAX; at++) {
    size = size * 10 + DECIMAL[bytes[at]];
  }
  if (bytes[at] === RETURN) at++;
  if (bytes[at] !== NEWLINE || size === 0 || size > SIZE_MAX) {
    throw badLine(log, bytes, start);
  }
  requireShort(log, start, at + 1);
  addAccess(log, low, high, kind, size);
  return at + 1;
}

/** Where the line after a blank one, or one of valgrind's own, begins; -1 for anything else. */
function endOfMessage(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  const end = bytes.indexOf(NEWLINE, start);
  const blank = end === start || (first === RETURN && end === start + 1);
  const message = (first === 61 || first === 45 || first === 42) && bytes[start + 1] === first;
  return (blank || message) && end - start <= LINE_BYTES_MAX ? end + 1 : -1;
}

function badLine(log: ReferenceLog, bytes: Uint8Array, start: number) {
  requireShort(log, start, bytes.indexOf(NEWLINE, start) + 1);
  const expected = "expected a lackey line such as 'I  04001234,3' or ' L 1ffe0010,8'";
  const remedy = 'record it again, or name the format if it is another one';
  const problem = `${quoteLine(bytes, start)}, ${expected}; ${remedy}`;
  return traceError(log.file, log.lines, problem);
}
