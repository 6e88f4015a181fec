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
import { textLineParser } from '../text-fields.ts';
import type { TextFormat } from './format.ts';
import { wordsOf } from './perf-words.ts';

const EVENT =
  /\s(?:page-faults|faults|major-faults|minor-faults)(?::\w+)?:\s+([0-9a-f]{1,16})\b(.*)$/;
const TRACE_POINT =
  /\sexceptions:page_fault_(?:user|kernel): address=(?:0x)?([0-9a-f]{1,16})f? ip=\S+ error_code=0x([0-9a-f]{1,8})\s*$/;
/** After the only address: a symbol, so the address is where the program stood. */
const PLACE_ALONE = /^\s+\S+\+0x[0-9a-f]+ \([^)]*\)\s*$/;
const WRITE_BIT = 2;
const FETCH_BIT = 16;

export const perfFaults: TextFormat = {
  kind: 'text',
  name: 'perf-faults',
  about: 'page faults of Linux, by perf script',
  lost: 'hits, processes and time',
  pageBytes: PAGE_BYTES,
  hasAddresses: false,
  isLine: (line) => EVENT.test(line) || TRACE_POINT.test(line),
  createParser: () =>
    textLineParser(
      (log, line) => takePoint(log, line) || takeEvent(log, line),
      "a page fault with its address, as of 'perf script -F comm,tid,time,event,addr'",
    ),
};

function takePoint(log: ReferenceLog, line: string): boolean {
  const found = TRACE_POINT.exec(line);
  if (!found) return false;
  const code = Number.parseInt(found[2], 16);
  const kind = (code & FETCH_BIT) !== 0 ? FETCH : (code & WRITE_BIT) !== 0 ? WRITE : READ;
  addAccess(log, ...wordsOf(found[1]), kind, 1);
  return true;
}

function takeEvent(log: ReferenceLog, line: string): boolean {
  const found = EVENT.exec(line);
  if (!found || PLACE_ALONE.test(found[2])) return false;
  const atItself = found[2].split(/\s+/).includes(found[1]);
  addAccess(log, ...wordsOf(found[1]), atItself ? FETCH : READ, 1);
  return true;
}
