/**
 * Memory samples of Linux, as perf prints them.
 *
 *   perf mem record -d COMMAND; perf script -F comm,tid,time,event,addr,data_src
 *     sh 1234 12.345678: cpu/mem-loads,ldlat=30/P:  7f0012345678  68100142 |OP LOAD|LVL L1 hit|...
 *     sh 1234 12.345680: cpu/mem-stores/P:          7ffd00001000   5080144 |OP STORE|...
 *
 * A sample is one reference: a write if its operation or its event says so, else a read; a sample
 * without an address (0) is none. Samples are a few of the references, so that distances between
 * uses are those of the sample: ratios and footprints are lower bounds, curves are shapes at best.
 * Lost: processes, time, the level that answered.
 */

import { PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { addAccess, type ReferenceLog } from '../reference-log.ts';
import { textLineParser } from '../text-fields.ts';
import type { TextFormat } from './format.ts';
import { wordsOf } from './perf-words.ts';

const SAMPLE =
  /\s(\S*(?:mem-loads|mem-stores|mem_load|mem_inst|mem_trans|ldlat|ibs_op|arm_spe|spe_)\S*):\s+([0-9a-f]{1,16})\b(.*)$/;

export const perfMemory: TextFormat = {
  kind: 'text',
  name: 'perf-memory',
  about: 'memory samples of Linux, by perf mem and perf script',
  lost: 'all references between samples, processes and time',
  pageBytes: PAGE_BYTES,
  hasAddresses: true,
  isLine: (line) => SAMPLE.test(line),
  createParser: () =>
    textLineParser(takeSample, "a memory sample with its address, as of 'perf mem record'"),
};

function takeSample(log: ReferenceLog, line: string): boolean {
  const found = SAMPLE.exec(line);
  if (!found) return false;
  const [, event, digits, rest] = found;
  const [low, high] = wordsOf(digits);
  const operation = /\|OP (\w+)/.exec(rest)?.[1] ?? (/store/i.test(event) ? 'STORE' : 'LOAD');
  if (low !== 0 || high !== 0) addAccess(log, low, high, operation === 'STORE' ? WRITE : READ, 1);
  return true;
}
