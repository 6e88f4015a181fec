/**
 * drmemtrace: what DynamoRIO's view tool prints of its memory traces (clients/drcachesim/tools/
 * view.cpp: `drrun -t drmemtrace -tool view`, on standard error).
 *
 *   Output format:
 *   <--record#-> <--instr#->: <Wrkld.Tid> <record details>
 *   ------------------------------------------------------------
 *      8    1: W0.T325 <marker: timestamp 13358205115425834>
 *      9    2: W0.T325 ifetch       5 byte(s) @ 0x00007fc205a61943 e8 b8 0c 00 00   call ...
 *     10    2: W0.T325 write        8 byte(s) @ 0x00007fff9a9e3528 by PC 0x00007fc205a61943
 *
 * ifetch, read and write are references; prefetches and cache flushes, which are hints, markers,
 * the rest of a long encoding and the tool's closing words are passed over. All threads are one
 * string, in the order printed. Lost: which thread and core, time, instructions, mappings.
 */

import { FETCH, PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { addAccess } from '../reference-log.ts';
import {
  type Cursor,
  lineParser,
  NO_NUMBER,
  skipBlanks,
  skipLine,
  skipTo,
  take,
  takeAddress,
  takeDecimal,
  takeWord,
} from '../text-fields.ts';
import type { TextFormat } from './format.ts';

const SPACE = 32;
const COLON = 58;
const OPENING = 60;
const SIZE_MAX = 65536;
const NO_KIND = -1;
const HEAD =
  /^Output format:|^<--record#->|^\s*\d+\s+\d+:\s+(W\d+\.T)?\d+ (<|\S+ +\d+ byte\(s\) @ 0x)/;
const HINTS = ['pref', 'iflush', 'dflush', 'non-fetched'];
const OWN_WORDS = ['Output format', '<--record', '----', 'View tool'];

export const drmemtrace: TextFormat = {
  kind: 'text',
  name: 'drmemtrace',
  about: "DynamoRIO's view tool",
  lost: 'threads, cores, time, instructions and mappings',
  pageBytes: PAGE_BYTES,
  hasAddresses: true,
  readsApart: true,
  isLine: (line) => HEAD.test(line),
  createParser: () =>
    lineParser((log, cursor) => {
      const toNumber = cursor.bytes[cursor.at] === SPACE || !isOwnWords(cursor);
      if (toNumber) {
        if (!takePrefix(cursor)) return false;
        const kind = takeKind(cursor);
        if (kind !== NO_KIND) {
          const size = takeSize(cursor);
          if (size < 1 || size > SIZE_MAX || !takeAddress(cursor)) return false;
          addAccess(log, cursor.low, cursor.high, kind, size);
        } else if (!isPassedOver(cursor)) return false;
      }
      skipLine(cursor);
      return true;
    }, "a line of DynamoRIO's view tool such as '10 2: W0.T325 write 8 byte(s) @ 0x7fff9a9e3528'"),
};

function isOwnWords(cursor: Cursor): boolean {
  return OWN_WORDS.some((words) => takeWord(cursor, words));
}

/** Numbers of record and instruction, and the thread; or the count that closes the tool's output. */
function takePrefix(cursor: Cursor): boolean {
  skipBlanks(cursor);
  if (takeDecimal(cursor) === NO_NUMBER) return false;
  skipBlanks(cursor);
  if (takeWord(cursor, ': total')) return true;
  if (takeDecimal(cursor) === NO_NUMBER || !take(cursor, COLON)) return false;
  skipBlanks(cursor);
  skipTo(cursor, SPACE);
  skipBlanks(cursor);
  return true;
}

function takeKind(cursor: Cursor): number {
  if (takeWord(cursor, 'ifetch ')) return FETCH;
  if (takeWord(cursor, 'read ')) return READ;
  return takeWord(cursor, 'write ') ? WRITE : NO_KIND;
}

function takeSize(cursor: Cursor): number {
  skipBlanks(cursor);
  const size = takeDecimal(cursor);
  return takeWord(cursor, ' byte(s) @ 0x') ? size : NO_NUMBER;
}

/** Markers, hints, two digits of an encoding that went on, words after the count. */
function isPassedOver(cursor: Cursor): boolean {
  if (cursor.bytes[cursor.at] === OPENING) return true;
  if (HINTS.some((hint) => takeWord(cursor, hint))) return true;
  if (takeWord(cursor, ' instructions')) return true;
  const first = cursor.at;
  if (!takeAddress(cursor) || cursor.at - first !== 2) return false;
  return cursor.bytes[cursor.at] <= SPACE;
}
