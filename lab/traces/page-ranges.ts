/**
 * Page ranges: pages in a row, as block requests touch them, into a reference log.
 *
 * Where all of them are wanted, as nearly always, a loop of its own does for them what addReference does for
 * one page, the log's state in variables and its index looked at here.
 */

import { RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import { hashOfPage } from './page-index.ts';
import { addReference, type ReferenceLog, requireId, reserveRuns } from './reference-log.ts';

const TWO_TO_32 = 4294967296;

/**
 * One reference to each of `count` pages from `first` (both below 2^52) on. Refuses more distinct pages than
 * a trace may have.
 */
export function addPages(log: ReferenceLog, first: number, count: number, kind: number): void {
  if (log.skipLeft === 0 && log.limitLeft >= count && log.sampler === undefined) {
    addAll(log, first, count, kind);
    return;
  }
  for (let page = first; page < first + count && log.limitLeft > 0; page++)
    addReference(log, page | 0, Math.floor(page / TWO_TO_32), kind);
}

function addAll(log: ReferenceLog, first: number, count: number, kind: number): void {
  if (log.runCount + count > log.runs.length) reserveRuns(log, count);
  const { runs, index } = log;
  let { slots, low: lows, high: highs, shift } = index;
  let { runCount, openWord, openLength } = log;
  let low = first | 0;
  let high = (first / TWO_TO_32) | 0;
  for (let left = count; left > 0; left--) {
    let id = slots[hashOfPage(low, high) >>> shift];
    if (id < 0 || lows[id] !== low || highs[id] !== high) {
      id = requireId(log, low, high);
      ({ slots, low: lows, high: highs, shift } = index);
    }
    const word = (id << 8) | (kind << 6);
    if (word !== openWord || openLength === RUN_LENGTH_MAX) {
      runCount++;
      openWord = word;
      openLength = 0;
    }
    runs[runCount - 1] = word | openLength++;
    low = (low + 1) | 0;
    if (low === 0) high++;
  }
  log.runCount = runCount;
  log.openWord = openWord;
  log.openLength = openLength;
  log.references += count;
  log.kinds[kind] += count;
  log.limitLeft -= count;
}
