/**
 * The traces of a contest, each in the native uncompressed form of both sides: plain `.lht`, records of
 * oracleGeneral for libCacheSim (it refuses Belady unless the file's name says so).
 *
 * Times in the records serve to count: libCacheSim prints ratios with four digits, over a whole run and
 * over each interval of time. With INTERVAL references a second those of an interval are exact counts;
 * the last reference opens a second, so the last interval ends with it.
 */

import { createWriteStream, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { zipf } from '../../clients/programs/zipf.ts';
import { ORACLE_RECORD_BYTES } from '../../lab/traces/formats/oracle-general.ts';
import { readTrace, type Trace, writeTrace } from '../../lab/traces/index.ts';
import { encodeOracleGeneral } from '../../lab/traces/oracle-general-encode.ts';
import { createRandom } from '../../sim-hw/random.ts';
import { PAGE_BYTES } from '../../sim-hw/references.ts';

/** Four digits tell 1 in 5,000 apart. */
export const INTERVAL = 5000;

export interface PeerTrace {
  readonly name: string;
  readonly references: number;
  readonly pages: number;
  readonly ours: string;
  readonly theirs: string;
}

/** NAME=FILE in any format that we read, or NAME=zipf:PAGES:REFERENCES. */
export async function prepareTrace(text: string, folder: string): Promise<PeerTrace> {
  const [, name, source] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || source === undefined)
    throw new Error(`--trace: '${text}', expected NAME=FILE or NAME=zipf:PAGES:REFERENCES`);
  const ours = join(folder, `${name}.lht`);
  const theirs = join(folder, `${name}.oracleGeneral`);
  if (!existsSync(ours)) await writeTrace(ours, await sourceOf(source), 'compact-plain');
  const trace = await readTrace(ours);
  if (!existsSync(theirs)) await writeRecords(theirs, trace);
  return { name, references: trace.references, pages: trace.pageNumbers.length, ours, theirs };
}

async function sourceOf(source: string): Promise<Trace> {
  const [, pages, references] = /^zipf:(\d+):(\d+)$/.exec(source) ?? [];
  if (pages === undefined) return { ...(await readTrace(source)), origin: basename(source) };
  const count = Number(references);
  const program = zipf(Number(pages), count, 0.75, 0, createRandom(1));
  const kinds = [count, 0, 0] as const;
  return { ...program, kinds, origin: source, format: 'compact', lines: 0, pageBytes: PAGE_BYTES };
}

async function writeRecords(file: string, trace: Trace): Promise<void> {
  const chunks = timed(encodeOracleGeneral(trace), trace.references);
  await pipeline(Readable.from(chunks), createWriteStream(file));
}

/** The records with INTERVAL references a second; each chunk is a copy, since the encoder writes on. */
function* timed(chunks: Iterable<Uint8Array>, references: number): Generator<Uint8Array> {
  const last = 2 + Math.ceil(references / INTERVAL);
  let reference = 0;
  for (const chunk of chunks) {
    const copy = chunk.slice();
    const view = new DataView(copy.buffer);
    for (let at = 0; at < copy.length; at += ORACLE_RECORD_BYTES, reference++)
      view.setUint32(at, last + Math.floor((reference - (references - 1)) / INTERVAL), true);
    yield copy;
  }
}
