/**
 * MSR Cambridge: block traces of servers (Narayanan, Donnelly, Rowstron, FAST 2008; SNIA IOTTA 388).
 *
 *   128166372003061629,usr,0,Read,10995532800,16384,30123
 *   time in 100 ns since 1601, host, disk number, Read or Write, byte offset, bytes, response time
 *
 * Requests become pages as block-requests.ts says. Lost: time, host, response time.
 */

import { PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { addBytes } from '../block-requests.ts';
import {
  lineParser,
  NO_NUMBER,
  skipTo,
  take,
  takeDecimal,
  takeLineEnd,
  takeWord,
} from '../text-fields.ts';
import type { TextFormat } from './format.ts';

const COMMA = 44;
const NO_KIND = -1;

export const msrCambridge: TextFormat = {
  kind: 'text',
  name: 'msr',
  about: 'MSR Cambridge block traces (CSV)',
  lost: 'time, host names, response times and request boundaries',
  pageBytes: PAGE_BYTES,
  hasAddresses: true,
  readsApart: true,
  isLine: (line) => /^\d+,[^,]*,\d+,(Read|Write),\d+,\d+,\d+\s*$/.test(line),
  createParser: () =>
    lineParser((log, cursor) => {
      // Windows counts time beyond 2^53: digits are passed over, not read.
      skipTo(cursor, COMMA);
      if (!take(cursor, COMMA)) return false;
      skipTo(cursor, COMMA);
      if (!take(cursor, COMMA)) return false;
      const disk = takeDecimal(cursor);
      if (!take(cursor, COMMA)) return false;
      const kind = takeWord(cursor, 'Read') ? READ : takeWord(cursor, 'Write') ? WRITE : NO_KIND;
      if (kind === NO_KIND || !take(cursor, COMMA)) return false;
      const start = takeDecimal(cursor);
      if (!take(cursor, COMMA)) return false;
      const count = takeDecimal(cursor);
      if (!take(cursor, COMMA) || takeDecimal(cursor) === NO_NUMBER || !takeLineEnd(cursor))
        return false;
      return addBytes(log, disk, start, count, kind);
    }, "an MSR Cambridge line such as '128166372003061629,usr,0,Read,8192,4096,30123'"),
};
