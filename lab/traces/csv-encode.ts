/**
 * CSV encoder: a trace -> the table that formats/csv.ts reads back exactly.
 *
 *   page,kind,count
 *   1042,r,3           a run: page number, r w or f, references in a row
 */

import { kindOfRun, lengthOfRun, pageOfRun } from '../../sim-hw/references.ts';
import type { Trace } from './trace.ts';

const LETTERS = 'rwf';
const CHUNK_CHARACTERS = 1 << 18;

/** The file in parts, each made when it is asked for. */
export function* encodeCsv(trace: Trace): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const { runs, pageNumbers } = trace;
  let text = 'page,kind,count\n';
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    text += `${pageNumbers[pageOfRun(run)]},${LETTERS[kindOfRun(run)]},${lengthOfRun(run)}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield encoder.encode(text);
    text = '';
  }
  yield encoder.encode(text);
}
