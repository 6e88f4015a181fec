/**
 * Memory samples of Linux, as perf prints them.
 *
 *   perf mem record -d COMMAND; perf script -F comm,tid,time,event,addr,data_src
 *     sh 1234 12.345678: cpu/mem-loads,ldlat=30/P:  7f0012345678  68100142 |OP LOAD|LVL L1 hit|...
 *     sh 1234 12.345680: cpu/mem-stores/P:          7ffd00001000   5080144 |OP STORE|...
 *
 * A sample is one reference: a write if its operation or its event says so, else a read; a sample
 * without an address (0) is none. Samples are a few of the references, so that distances between
 * uses are those of the sample: ratios and footprints are lower bounds, curves are shapes at best.
 * Lost: processes, time, the level that answered.
 */

import { PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { addAccess, type ReferenceLog } from '../reference-log.ts';
import { type Cursor, latin1, skipBlanks, takeWord, textLineParser } from '../text-fields.ts';
import type { TextFormat } from './format.ts';
import { takePerfAddress, wordsOf } from './perf-words.ts';

const RETURN = 13;
const BLANK = 32;
const DOT = 46;
const COLON = 58;
const BAR = 124;
/** What a line says of its operation: a store, another, nothing. */
const STORE = 1;
const OTHER = 2;
const UNTOLD = 0;
/** It has a line end of its own in it. */
const UNUSUAL = -1;
const EVENT = /mem-loads|mem-stores|mem_load|mem_inst|mem_trans|ldlat|ibs_op|arm_spe|spe_/;
const SAMPLE =
  /\s(\S*(?:mem-loads|mem-stores|mem_load|mem_inst|mem_trans|ldlat|ibs_op|arm_spe|spe_)\S*):\s+([0-9a-f]{1,16})\b(.*)$/;

export const perfMemory: TextFormat = {
  kind: 'text',
  name: 'perf-memory',
  about: 'memory samples of Linux, by perf mem and perf script',
  lost: 'all references between samples, processes and time',
  pageBytes: PAGE_BYTES,
  hasAddresses: true,
  readsApart: true,
  isLine: (line) => SAMPLE.test(line),
  createParser: () => {
    const known: KnownEvent = { text: new Uint8Array(0), isStore: false };
    const expected = "a memory sample with its address, as of 'perf mem record'";
    return textLineParser(
      (log, cursor, end) => takeUsual(log, cursor, end, known),
      takeSample,
      expected,
    );
  },
};

/** The name of the event that a line had last, with its colon. */
interface KnownEvent {
  text: Uint8Array;
  isStore: boolean;
}

/** A line of printable characters and spaces, with an address after the first name of an event. */
function takeUsual(log: ReferenceLog, cursor: Cursor, end: number, known: KnownEvent): boolean {
  if (!skipToEvent(cursor, end, known)) return false;
  skipBlanks(cursor);
  if (!takePerfAddress(cursor)) return false;
  const { low, high } = cursor;
  const told = operationAfter(cursor, end);
  if (told === UNUSUAL) return false;
  const isStore = told === UNTOLD ? known.isStore : told === STORE;
  if (low !== 0 || high !== 0) addAccess(log, low, high, isStore ? WRITE : READ, 1);
  return true;
}

/** To the end of the first word with the name of an event in it and a colon at its end; false: none. */
function skipToEvent(cursor: Cursor, end: number, known: KnownEvent): boolean {
  const { bytes } = cursor;
  let { at } = cursor;
  while (at < end) {
    const before = at;
    while (bytes[at] === BLANK) at++;
    const from = at;
    let isNumber = true;
    for (; bytes[at] > BLANK && bytes[at] < 127; at++)
      isNumber &&= bytes[at] >= DOT && bytes[at] <= COLON;
    if (at < end && bytes[at] !== BLANK) return false;
    if (isNumber || from === before || bytes[at - 1] !== COLON) continue;
    cursor.at = at;
    if (isKnown(bytes, from, at, known) || isEvent(bytes, from, at, known)) return true;
  }
  return false;
}

function isKnown(bytes: Uint8Array, from: number, to: number, { text }: KnownEvent): boolean {
  if (text.length !== to - from) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[from + i]) return false;
  return true;
}

function isEvent(bytes: Uint8Array, from: number, to: number, known: KnownEvent): boolean {
  const text = latin1(bytes, from, to - 1);
  if (!EVENT.test(text)) return false;
  known.text = bytes.slice(from, to);
  known.isStore = /store/i.test(text);
  return true;
}

/** The first operation that is told. */
function operationAfter(cursor: Cursor, end: number): number {
  const { bytes } = cursor;
  let told = UNTOLD;
  for (let at = cursor.at; at < end; at++) {
    if (bytes[at] === RETURN) return UNUSUAL;
    if (bytes[at] !== BAR || told !== UNTOLD) continue;
    cursor.at = at;
    if (!takeWord(cursor, '|OP ') || !isWord(bytes[cursor.at])) continue;
    told = takeWord(cursor, 'STORE') && !isWord(bytes[cursor.at]) ? STORE : OTHER;
  }
  return told;
}

function isWord(byte: number): boolean {
  const letter = byte | 32;
  return (letter >= 97 && letter <= 122) || (byte >= 48 && byte <= 57) || byte === 95;
}

/** A line of any shape. */
export function takeSample(log: ReferenceLog, line: string): boolean {
  const found = SAMPLE.exec(line);
  if (!found) return false;
  const [, event, digits, rest] = found;
  const [low, high] = wordsOf(digits);
  const operation = /\|OP (\w+)/.exec(rest)?.[1] ?? (/store/i.test(event) ? 'STORE' : 'LOAD');
  if (low !== 0 || high !== 0) addAccess(log, low, high, operation === 'STORE' ? WRITE : READ, 1);
  return true;
}
