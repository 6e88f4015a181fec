/**
 * CSV: a table of references with named columns, by its first line or by `--columns`.
 *
 *   time,page,kind,count        page, vpn, pfn, id, obj_id, object, key   the page
 *   17,1042,r,3                 address, addr, vaddr, offset                a byte address
 *   18,0x412,w,1                lba, lbn, sector                            a block of 512 bytes
 *                               size, bytes, obj_size  bytes from that address or block on (else 1)
 *                               kind, op, type, rw read or write or fetch, below
 *                               count, references  so many references (else 1)
 *
 * Numbers are decimal or 0x-hexadecimal, below 2^52 for pages; fields are separated by a comma,
 * semicolon, tab or bar. Kinds: r read load l 0 28 (the SCSI code), w write store s m 1 2a, f fetch
 * ifetch i x, in either case; without a column all are reads. Other columns are passed over. Lost:
 * what they tell.
 */

import { FETCH, PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { addBytes } from '../block-requests.ts';
import { addReference, type ReferenceLog } from '../reference-log.ts';
import {
  type Cursor,
  latin1,
  lineParser,
  NO_NUMBER,
  skipBlanks,
  take,
  takeLineEnd,
  takeNumber,
} from '../text-fields.ts';
import { quoteLine } from '../text-lines.ts';
import { traceError } from '../trace.ts';
import type { FormatOptions, TextFormat, TraceParser } from './format.ts';

const TWO_TO_32 = 4294967296;
const PAGE_NUMBER_END = 2 ** 52;
const PAGE_BITS = Math.log2(PAGE_BYTES);
const COUNT_MAX = 2 ** 20;
const BLOCK_BYTES = 512;
const FIELD_BYTES_MAX = 64;
const NEWLINE = 10;
const QUOTE = 34;
const SEPARATOR = /[,;\t|]/;
/** 1 for what ends a field. */
const ENDS = new Uint8Array(256);
for (const character of ',;\t|"\n') ENDS[character.charCodeAt(0)] = 1;

type Meaning = 'page' | 'address' | 'block' | 'bytes' | 'kind' | 'count' | 'other';

/** Which column says where: the first of these that there is. */
const PLACES: readonly Meaning[] = ['page', 'address', 'block'];
const MEANINGS: Readonly<Record<string, Meaning>> = Object.assign(
  Object.create(null),
  ...['page', 'vpn', 'pfn', 'id', 'obj_id', 'object', 'key'].map((name) => ({ [name]: 'page' })),
  ...['address', 'addr', 'vaddr', 'offset'].map((name) => ({ [name]: 'address' })),
  ...['lba', 'lbn', 'sector'].map((name) => ({ [name]: 'block' })),
  ...['size', 'bytes', 'obj_size'].map((name) => ({ [name]: 'bytes' })),
  ...['kind', 'op', 'type', 'rw'].map((name) => ({ [name]: 'kind' })),
  ...['count', 'references'].map((name) => ({ [name]: 'count' })),
);
const KINDS: Readonly<Record<string, number>> = Object.assign(
  Object.create(null),
  ...['r', 'read', 'load', 'l', '0', '28', '08', '88'].map((name) => ({ [name]: READ })),
  ...['w', 'write', 'store', 's', 'm', '1', '2a', '0a', '8a'].map((name) => ({ [name]: WRITE })),
  ...['f', 'fetch', 'ifetch', 'i', 'x'].map((name) => ({ [name]: FETCH })),
);
/** The same by one character. */
const LETTERS = Int8Array.from(
  { length: 256 },
  (_, byte) => KINDS[String.fromCharCode(byte).toLowerCase()] ?? NO_NUMBER,
);

export const csv: TextFormat = {
  kind: 'text',
  name: 'csv',
  about: 'a table with named columns',
  lost: 'all other columns',
  pageBytes: PAGE_BYTES,
  hasAddresses: true,
  readsApart: false,
  isLine: (line) => columnsOf(line.split(SEPARATOR)).some((meaning) => PLACES.includes(meaning)),
  createParser,
};

function createParser({ columns, pageBytes }: FormatOptions): TraceParser {
  let parseRows: TraceParser | undefined;
  const finest = pageBytes === 'finest';
  return (log, bytes, from, to) => {
    let at = from;
    if (!parseRows && columns) {
      const told = `'${columns.join(',')}' of --columns`;
      parseRows = rowParser(log, columnsOf(columns), told, finest);
    }
    if (!parseRows) {
      at = bytes.indexOf(NEWLINE, from) + 1;
      const names = latin1(bytes, from, at - 1).split(SEPARATOR);
      log.lines++;
      parseRows = rowParser(log, columnsOf(names), quoteLine(bytes, from), finest);
    }
    parseRows(log, bytes, at, to);
  };
}

/** One row, as its columns tell it. */
interface Row {
  place: number;
  bytes: number;
  kind: number;
  count: number;
}

function rowParser(
  log: ReferenceLog,
  columns: readonly Meaning[],
  where: string,
  finest: boolean,
): TraceParser {
  const place = PLACES.find((meaning) => columns.includes(meaning));
  const doubled = columns.some((meaning, i) => meaning !== 'other' && columns.indexOf(meaning) < i);
  if (!place || doubled) {
    const expected = 'expected no meaning twice, and one of page, address, lba';
    throw traceError(log.file, log.lines, `columns ${where}, ${expected}; give --columns`);
  }
  // Page numbers tell no places within pages.
  if (finest && place === 'page') log.pageBits = PAGE_BITS;
  const row: Row = { place: 0, bytes: 1, kind: READ, count: 1 };
  return lineParser(
    (to, cursor) => takeRow(cursor, columns, row) && addRow(to, place, row),
    `a row of the columns ${columns.join(', ')}`,
  );
}

function takeRow(cursor: Cursor, columns: readonly Meaning[], row: Row): boolean {
  for (let i = 0; i < columns.length; i++) {
    skipBlanks(cursor);
    const quoted = take(cursor, QUOTE);
    const meaning = columns[i];
    if (meaning === 'other') skipField(cursor);
    else if (meaning === 'kind') row.kind = takeKind(cursor);
    else if (meaning === 'bytes') row.bytes = takeNumber(cursor);
    else if (meaning === 'count') row.count = takeNumber(cursor);
    else row.place = takeNumber(cursor);
    if (quoted && !take(cursor, QUOTE)) return false;
    skipBlanks(cursor);
    if (i < columns.length - 1 && !takeSeparator(cursor)) return false;
  }
  return takeLineEnd(cursor);
}

function addRow(log: ReferenceLog, place: Meaning, row: Row): boolean {
  const { kind, count } = row;
  if (row.place < 0 || row.bytes < 0 || kind < 0 || count < 1 || count > COUNT_MAX) return false;
  for (let i = 0; i < count && log.limitLeft > 0; i++) {
    if (place === 'page') {
      if (row.place >= PAGE_NUMBER_END) return false;
      addReference(log, row.place | 0, Math.floor(row.place / TWO_TO_32), kind);
    } else {
      const start = place === 'block' ? row.place * BLOCK_BYTES : row.place;
      if (!addBytes(log, 0, start, row.bytes, kind)) return false;
    }
  }
  return true;
}

/** The kind that a field tells, or NO_NUMBER. One letter, as nearly everywhere, is looked up as it is. */
function takeKind(cursor: Cursor): number {
  const { bytes, at } = cursor;
  if (ENDS[bytes[at]] === 1 || ENDS[bytes[at + 1]] === 0)
    return KINDS[takeText(cursor)] ?? NO_NUMBER;
  cursor.at++;
  return LETTERS[bytes[at]];
}

function takeText(cursor: Cursor): string {
  const from = cursor.at;
  skipField(cursor);
  const to = Math.min(cursor.at, from + FIELD_BYTES_MAX);
  return latin1(cursor.bytes, from, to).trim().toLowerCase();
}

/** To the end of the field: a separator, a quote or the newline. */
function skipField(cursor: Cursor): void {
  const { bytes } = cursor;
  let { at } = cursor;
  while (ENDS[bytes[at]] === 0) at++;
  cursor.at = at;
}

function takeSeparator(cursor: Cursor): boolean {
  const byte = cursor.bytes[cursor.at];
  if (ENDS[byte] === 0 || byte === NEWLINE || byte === QUOTE) return false;
  cursor.at++;
  return true;
}

function columnsOf(names: readonly string[]): Meaning[] {
  return names.map((name) => MEANINGS[name.trim().replaceAll('"', '').toLowerCase()] ?? 'other');
}
