/**
 * .lis: the disk traces of the ARC paper (Megiddo, Modha, FAST 2003): OLTP, P1 to P14, S1 to S3, ...
 *
 *   110765 64 0 0        first block, number of blocks, ignored, number of the request
 *   110888 1 0 1
 *
 * A request is one reference to each of its blocks of 512 bytes in order. A block is a page, as the
 * paper counts (P6: 12,672,123 requests of 773,770 pages); with larger pages blocks fall together.
 * Lost: which blocks came in one request. Nobody told reads from writes, or time.
 */

import { READ } from '../../../sim-hw/references.ts';
import { addBytes } from '../block-requests.ts';
import { lineParser, NO_NUMBER, skipBlanks, takeDecimal, takeLineEnd } from '../text-fields.ts';
import type { TextFormat } from './format.ts';

const BLOCK_BYTES = 512;

export const arcLis: TextFormat = {
  kind: 'text',
  name: 'lis',
  about: 'disk traces of the ARC paper',
  lost: 'request boundaries; nobody told time or reads from writes',
  pageBytes: BLOCK_BYTES,
  hasAddresses: true,
  readsApart: true,
  isLine: (line) => /^\d+ \d+ \d+ \d+\s*$/.test(line),
  createParser: () =>
    lineParser((log, cursor) => {
      const first = takeDecimal(cursor);
      skipBlanks(cursor);
      const count = takeDecimal(cursor);
      skipBlanks(cursor);
      const ignored = takeDecimal(cursor);
      skipBlanks(cursor);
      if (first === NO_NUMBER || count < 1 || ignored === NO_NUMBER) return false;
      if (takeDecimal(cursor) === NO_NUMBER || !takeLineEnd(cursor)) return false;
      return addBytes(log, 0, first * BLOCK_BYTES, count * BLOCK_BYTES, READ);
    }, "a .lis line such as '110765 64 0 0' of at most 256 MiB"),
};
