/**
 * oracleGeneral: the binary format of libCacheSim, in which most public cache traces are published
 * (its `struct` of traceReader/customizedReader/oracle/oracleGeneralBin.h).
 *
 *   0        4                   12          16                        24
 *   +--------+-------------------+-----------+-------------------------+   packed, little-endian
 *   | time   | object id         | bytes     | number of its next use  |
 *   | u32 s  | u64               | u32       | i64                     |
 *   +--------+-------------------+-----------+-------------------------+
 *
 * Uses are numbered from 1; no next use is -1 or 2^63 - 1. Each object is one page, whatever its
 * size, and each use a read. A record whose next use is not after it cannot be, and is refused: so
 * a file that only looks like one is found out soon. Lost: time, sizes, kinds (nobody told).
 */

import { PAGE_BYTES, READ, RUN_LENGTH_MAX } from '../../../sim-hw/references.ts';
import { parseRecords, startOracleGeneral } from '../../kernels/oracle-general.ts';
import { inputFor, type TraceParserKernel } from '../../kernels/trace-parser.ts';
import { hashOfPage } from '../page-index.ts';
import { badRecord } from '../records.ts';
import { addReference, type ReferenceLog, requireId, reserveRuns } from '../reference-log.ts';
import type { RecordFormat, TraceParser } from './format.ts';

export const ORACLE_RECORD_BYTES = 24;
const TWO_TO_32 = 4294967296;
const NEXT_USE_END = 2 ** 48;
/** Of fewer records than this at a time there are too few for a kernel. */
const KERNEL_BYTES_MIN = 1 << 15;

export const oracleGeneral: RecordFormat = {
  kind: 'records',
  name: 'oracleGeneral',
  about: 'libCacheSim, 24 bytes a request',
  lost: 'time and sizes; nobody told reads from writes',
  pageBytes: PAGE_BYTES,
  hasAddresses: false,
  readsApart: true,
  recordBytes: ORACLE_RECORD_BYTES,
  isHead: (records) => {
    const view = new DataView(records.buffer, records.byteOffset, records.length);
    for (let at = 0; at < records.length; at += ORACLE_RECORD_BYTES)
      if (!isPossible(view, at, at / ORACLE_RECORD_BYTES + 1)) return false;
    return true;
  },
  createParser: () => {
    const kernels: Kernels = { kernel: undefined };
    const parse: TraceParser = (log, bytes, from, to) =>
      parseOracleGeneral(log, bytes, from, to, kernels);
    const room = (log: ReferenceLog) => kernels.kernel && inputFor(kernels.kernel, log.index.pages);
    return Object.assign(parse, { room: (log: ReferenceLog) => room(log) ?? undefined });
  },
};

/** Undefined: not wanted yet; null: there is none. */
interface Kernels {
  kernel: TraceParserKernel | null | undefined;
}

function parseOracleGeneral(
  log: ReferenceLog,
  bytes: Uint8Array,
  start: number,
  to: number,
  kernels: Kernels,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let from = start;
  const all = log.skipLeft === 0 && log.sampler === undefined;
  if (all && log.limitLeft > (to - from) / ORACLE_RECORD_BYTES) {
    if (to - from >= KERNEL_BYTES_MIN) {
      if (kernels.kernel === undefined) kernels.kernel = startOracleGeneral();
      if (kernels.kernel) from = parseRecords(kernels.kernel, log, bytes, from, to);
    }
    if (from < to) parseWhole(log, view, from, to);
    return;
  }
  for (let at = from; at < to && log.limitLeft > 0; at += ORACLE_RECORD_BYTES) {
    log.lines++;
    if (!isPossible(view, at, log.lines)) throw impossible(log, view, at);
    addReference(log, view.getInt32(at + 4, true), view.getInt32(at + 8, true), READ);
  }
}

/** The hot loop: every record is wanted. What addReference does, with the index looked at here. */
function parseWhole(log: ReferenceLog, view: DataView, from: number, to: number): void {
  const count = (to - from) / ORACLE_RECORD_BYTES;
  reserveRuns(log, count);
  const { runs, index } = log;
  let { slots, low: lows, high: highs, shift } = index;
  let { runCount, openWord, openLength } = log;
  const first = log.lines;
  for (let i = 0; i < count; i++) {
    const at = from + i * ORACLE_RECORD_BYTES;
    // Of almost every record: without the arithmetic of 64 bits.
    const use = first + i + 1;
    const follows = view.getInt32(at + 20, true) === 0 && view.getUint32(at + 16, true) > use;
    if (!follows && !isPossible(view, at, use)) {
      log.lines = use;
      throw impossible(log, view, at);
    }
    const low = view.getInt32(at + 4, true);
    const high = view.getInt32(at + 8, true);
    let id = slots[hashOfPage(low, high) >>> shift];
    if (id < 0 || lows[id] !== low || highs[id] !== high) {
      log.lines = use;
      id = requireId(log, low, high);
      ({ slots, low: lows, high: highs, shift } = index);
    }
    const word = id << 8;
    if (word !== openWord || openLength === RUN_LENGTH_MAX) {
      runCount++;
      openWord = word;
      openLength = 0;
    }
    runs[runCount - 1] = word | openLength++;
  }
  Object.assign(log, { runCount, openWord, openLength, lines: first + count });
  log.references += count;
  log.kinds[READ] += count;
  log.limitLeft -= count;
}

/** Whether the use of that number is followed by the next use that its record tells. */
function isPossible(view: DataView, at: number, use: number): boolean {
  const low = view.getUint32(at + 16, true);
  const high = view.getInt32(at + 20, true);
  if (low === 0xffffffff && (high === -1 || high === 0x7fffffff)) return true;
  const next = high * TWO_TO_32 + low;
  return next > use && next < NEXT_USE_END;
}

function impossible(log: ReferenceLog, view: DataView, at: number) {
  const found = `the next use is number ${view.getBigInt64(at + 16, true)}`;
  const expected = `expected one after ${log.lines}, or -1`;
  return badRecord(log, ORACLE_RECORD_BYTES, `${found}, ${expected}`);
}
