/**
 * SPC: block traces as the Storage Performance Council's trace file format has them (revision 1.0.1;
 * the UMass repository's Financial1, WebSearch1, ...).
 *
 *   0,20941264,8192,W,0.551706
 *   application storage unit, block of 512 bytes, bytes, R or W, seconds; further fields are passed over
 *
 * A unit is a device; requests become pages as block-requests.ts says. Lost: time.
 */

import { PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { addBytes } from '../block-requests.ts';
import { lineParser, NO_NUMBER, skipLine, take, takeDecimal } from '../text-fields.ts';
import type { TextFormat } from './format.ts';

const COMMA = 44;
const LETTER_R = 114;
const LETTER_W = 119;
const BLOCK_BYTES = 512;

export const spc: TextFormat = {
  kind: 'text',
  name: 'spc',
  about: 'SPC block traces (CSV), as at UMass',
  lost: 'time and request boundaries',
  pageBytes: PAGE_BYTES,
  hasAddresses: true,
  readsApart: true,
  isLine: (line) => /^\d+,\d+,\d+,[RW],\d+(\.\d+)?(,.*)?\s*$/i.test(line),
  createParser: () =>
    lineParser((log, cursor) => {
      const unit = takeDecimal(cursor);
      if (!take(cursor, COMMA)) return false;
      const block = takeDecimal(cursor);
      if (!take(cursor, COMMA)) return false;
      const count = takeDecimal(cursor);
      if (!take(cursor, COMMA)) return false;
      const letter = cursor.bytes[cursor.at++] | 32;
      if ((letter !== LETTER_R && letter !== LETTER_W) || !take(cursor, COMMA)) return false;
      if (block === NO_NUMBER || takeDecimal(cursor) === NO_NUMBER) return false;
      skipLine(cursor);
      return addBytes(log, unit, block * BLOCK_BYTES, count, letter === LETTER_R ? READ : WRITE);
    }, "an SPC line such as '0,20941264,8192,W,0.551706'"),
};
