/**
 * A trace larger than any memory, written to standard output as records of oracleGeneral:
 *
 *   node bench/big-trace.ts REFERENCES PAGES [SEED] | npx leasehold curve - --sample-pages 8192
 *
 * Of 1,024 references 160 go on with a scan over all pages, round and round; the others are to page
 * floor(PAGES * u^8) for an even u, about a Zipf law with exponent 7/8. The same arguments give the same
 * bytes. With 10^9 references to 10^8 pages it is 24 GB: nothing but a pipe ever holds it.
 */

import { writeSync } from 'node:fs';

const RECORD_WORDS = 6;
const RECORDS = 1 << 15;
const ROUND = 1024;
const SCANNED = 160;
const TWO_TO_32 = 4294967296;

const [references, pages, seed = 1] = process.argv.slice(2).map(Number);
if (!(references > 0 && pages > 0 && pages < TWO_TO_32))
  throw new Error('big-trace: expected REFERENCES PAGES [SEED]; PAGES below 2^32');

const words = new Uint32Array(RECORDS * RECORD_WORDS);
const bytes = new Uint8Array(words.buffer);
for (let at = 0; at < words.length; at += RECORD_WORDS) {
  words[at + 3] = 4096;
  // No next use: a program that does not know the future.
  words.fill(0xffffffff, at + 4, at + 6);
}

let state = seed >>> 0 || 1;
let scan = 0;
let round = 0;
for (let left = references; left > 0; left -= RECORDS) {
  const count = Math.min(left, RECORDS);
  for (let at = 1; at < count * RECORD_WORDS; at += RECORD_WORDS) {
    // xorshift32 (Marsaglia 2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    if (round < SCANNED) {
      words[at] = scan;
      scan = scan + 1 < pages ? scan + 1 : 0;
    } else {
      const even = (state >>> 0) / TWO_TO_32;
      const square = even * even;
      const fourth = square * square;
      words[at] = pages * fourth * fourth;
    }
    round = round + 1 < ROUND ? round + 1 : 0;
  }
  if (!writeAll(bytes.subarray(0, count * RECORD_WORDS * 4))) break;
}

/** False: nobody reads any more. */
function writeAll(part: Uint8Array): boolean {
  for (let at = 0; at < part.length; ) {
    try {
      at += writeSync(1, part, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN') throw error;
    }
  }
  return true;
}
