/** Format rows: lines, or records, of each reader a second, of text made here and held in memory. */

import { traceFormats } from '../lab/traces/formats/index.ts';
import { traceOfLog } from '../lab/traces/reference-log.ts';
import { createTraceReader, endTrace, pushTrace } from '../lab/traces/trace-reader.ts';
import { createRandom, nextBelow, type RandomState } from '../sim-hw/random.ts';
import { cpuSeconds, inTurn, median, type Row } from './measure.ts';

const ENTRIES = 1_000_000;
const ROUNDS = 5;
const CHUNK_BYTES = 1 << 20;
const PAGES = 3000;

/** One entry: a page of `PAGES`, in places nearby, where in it, and one more number below 100. */
type Entry = (page: number, place: number, n: number) => string;

const hex = (page: number, place: number): string => (page * 4096 + place).toString(16);
const user = (page: number, place: number): string => `7f20${hex(page, place).padStart(8, '0')}`;

const texts: Readonly<Record<string, readonly [head: string, entry: Entry]>> = {
  lackey: [
    '',
    (page, place) => `${place % 3 ? 'I ' : ' S'} ${hex(page + 16384, place).padStart(8, '0')},4\n`,
  ],
  pages: ['', (page, _, n) => `${'rwf'[n % 3]} ${page}\n`],
  lis: ['', (page, _, n) => `${page * 8} ${1 + (n % 8)} 0 ${n}\n`],
  msr: ['', (page, place, n) => `128166372003061629,usr,0,Read,${page * 4096},512,${place + n}\n`],
  spc: ['', (page, _, n) => `0,${page * 8},4096,${n % 4 ? 'R' : 'w'},0.55${n}\n`],
  drmemtrace: [
    'Output format:\n',
    (page, place, n) =>
      `        ${place}        ${n}: W0.T325 read       4 byte(s) @ 0x0000${user(page, place)} by PC 0x7fc205a61943\n`,
  ],
  'perf-faults': [
    '',
    (page, place, n) =>
      `   prog  92 [001]  660.490${n}: exceptions:page_fault_user: address=0x${user(page, place)} ip=0x7f2ed3f437ad error_code=0x6\n`,
  ],
  'perf-memory': [
    '',
    (page, place, n) =>
      `  sh 1234 12.345${n}: cpu/mem-loads,ldlat=30/P:  ${user(page, place)}  68100142 |OP LOAD|LVL L1 hit|SNP None\n`,
  ],
  damon: [
    'base_time_absolute: 8 m 59.809 s\ntarget_id: 1\n',
    (page, _, n) => `${user(page, 0)}-${user(page + 1, 0)} (   4.000 KiB)        ${1 + n}    -1\n`,
  ],
  csv: ['time,page,kind\n', (page, _, n) => `${n},${page},${n % 4 ? 'r' : 'w'}\n`],
};

/** By CPU time of this thread. */
export function formatRows(): Row[] {
  const rows: Row[] = [];
  for (const format of traceFormats) {
    const { name, kind } = format;
    const text = texts[name];
    const bytes = text ? textOf(...text) : recordsOf(name);
    const [taken] = inTurn(ROUNDS, [() => cpuSeconds(() => read(name, bytes))], 1) as [number[]];
    const value = ENTRIES / median(taken);
    const unit = kind === 'text' ? 'lines/s' : 'records/s';
    rows.push({ name: `format-${name}`, value, unit, ratio: null, of: '' });
  }
  return rows;
}

function read(name: string, bytes: Uint8Array): void {
  const format = traceFormats.find((known) => known.name === name);
  const reader = createTraceReader(name, format ? { format } : {});
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    pushTrace(reader, bytes.subarray(at, at + CHUNK_BYTES));
  endTrace(reader);
  if (traceOfLog(reader.log, name, name).references < ENTRIES)
    throw new Error(`bench: ${name} was not read whole`);
}

/** Two of three references go to the page of the one before. */
function nextPage(random: RandomState, page: number): number {
  return nextBelow(random, 3) === 0 ? nextBelow(random, PAGES) : page;
}

function textOf(head: string, entry: Entry): Uint8Array {
  const random = createRandom(1);
  const parts = [head];
  let page = 0;
  for (let i = 0; i < ENTRIES; i++) {
    page = nextPage(random, page);
    parts.push(entry(page, nextBelow(random, 4000), nextBelow(random, 100)));
  }
  return Buffer.from(parts.join(''), 'latin1');
}

function recordsOf(name: string): Uint8Array {
  const random = createRandom(1);
  const size = name === 'champsim' ? 64 : 24;
  const view = new DataView(new ArrayBuffer(size * ENTRIES));
  let page = 0;
  for (let at = 0; at < view.byteLength; at += size) {
    page = nextPage(random, page);
    if (name === 'champsim') {
      view.setUint32(at, 0x401000 + nextBelow(random, 4000), true);
      view.setUint32(at + 32, page * 4096, true);
    } else {
      view.setUint32(at + 4, page, true);
      view.setBigInt64(at + 16, -1n, true);
    }
  }
  return new Uint8Array(view.buffer);
}
