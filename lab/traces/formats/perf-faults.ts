/**
 * Page faults of Linux, as perf prints them.
 *
 *   perf record -e page-faults -c 1 -d COMMAND; perf script -F comm,tid,time,event,addr
 *     ls  9266   656.834516: page-faults:     5612763045c0
 *   perf record -e exceptions:page_fault_user COMMAND; perf script
 *     ls  9292 [001] 660.490699: exceptions:page_fault_user: address=0x7f2e ip=0x7f2e error_code=0x14
 *
 * What faulted is what is referenced: hits are not in such a trace. The trace point tells a write
 * (error_code bit 1) and a fetch (bit 4); of the software event, a fault at its own ip is a fetch
 * and the others are reads, since it tells no more. Lost: processes (all are one), time.
 */

import { FETCH, PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { addAccess, type ReferenceLog } from '../reference-log.ts';
import { type Cursor, takeWord, textLineParser } from '../text-fields.ts';
import type { TextFormat } from './format.ts';
import { isPlain, takePerfAddress, wordsOf } from './perf-words.ts';

const EVENT =
  /\s(?:page-faults|faults|major-faults|minor-faults)(?::\w+)?:\s+([0-9a-f]{1,16})\b(.*)$/;
const TRACE_POINT =
  /\sexceptions:page_fault_(?:user|kernel): address=(?:0x)?([0-9a-f]{1,16})f? ip=\S+ error_code=0x([0-9a-f]{1,8})\s*$/;
/** After the only address: a symbol, so the address is where the program stood. */
const PLACE_ALONE = /^\s+\S+\+0x[0-9a-f]+ \([^)]*\)\s*$/;
const POINT = ' exceptions:page_fault_';
const USER = 'user: address=0x';
const KERNEL = 'kernel: address=0x';
const CODE_DIGITS_MAX = 8;
const BLANK = 32;
const LETTER_E = 101;
const LETTER_X = 120;
const WRITE_BIT = 2;
const FETCH_BIT = 16;

export const perfFaults: TextFormat = {
  kind: 'text',
  name: 'perf-faults',
  about: 'page faults of Linux, by perf script',
  lost: 'hits, processes and time',
  pageBytes: PAGE_BYTES,
  hasAddresses: false,
  readsApart: true,
  isLine: (line) => EVENT.test(line) || TRACE_POINT.test(line),
  createParser: () =>
    textLineParser(
      takeUsual,
      takeFault,
      "a page fault with its address, as of 'perf script -F comm,tid,time,event,addr'",
    ),
};

/** A trace point with nothing after its error code; the first that is begun in the line. */
function takeUsual(log: ReferenceLog, cursor: Cursor, end: number): boolean {
  const { bytes } = cursor;
  let { at } = cursor;
  for (; bytes[at] !== BLANK || bytes[at + 1] !== LETTER_E || bytes[at + 2] !== LETTER_X; at++)
    if (!isPlain(bytes[at])) return false;
  cursor.at = at;
  if (!takeWord(cursor, POINT) || !(takeWord(cursor, USER) || takeWord(cursor, KERNEL)))
    return false;
  if (!takePerfAddress(cursor)) return false;
  const { low, high } = cursor;
  if (!takeWord(cursor, ' ip=')) return false;
  const place = cursor.at;
  while (bytes[cursor.at] !== BLANK && isPlain(bytes[cursor.at])) cursor.at++;
  if (cursor.at === place || !takeWord(cursor, ' error_code=0x')) return false;
  const code = cursor.at;
  if (!takePerfAddress(cursor) || cursor.at !== end || end - code > CODE_DIGITS_MAX) return false;
  addAccess(log, low, high, kindOfFault(cursor.low), 1);
  return true;
}

function kindOfFault(code: number): number {
  return (code & FETCH_BIT) !== 0 ? FETCH : (code & WRITE_BIT) !== 0 ? WRITE : READ;
}

/** A line of any shape. */
export function takeFault(log: ReferenceLog, line: string): boolean {
  return takePoint(log, line) || takeEvent(log, line);
}

function takePoint(log: ReferenceLog, line: string): boolean {
  const found = TRACE_POINT.exec(line);
  if (!found) return false;
  addAccess(log, ...wordsOf(found[1]), kindOfFault(Number.parseInt(found[2], 16)), 1);
  return true;
}

function takeEvent(log: ReferenceLog, line: string): boolean {
  const found = EVENT.exec(line);
  if (!found || PLACE_ALONE.test(found[2])) return false;
  const atItself = found[2].split(/\s+/).includes(found[1]);
  addAccess(log, ...wordsOf(found[1]), atItself ? FETCH : READ, 1);
  return true;
}
