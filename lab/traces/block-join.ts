/**
 * Block join: what a parser in another thread made of a block, into the log, as if it had been read there.
 *
 * Page ids of the parser become those of the log: pages new to the parser come in the order of the file, and
 * so do the blocks, so the log gives its new ids in the order in which it would have given them.
 */

import {
  FETCH,
  kindOfRun,
  lengthOfRun,
  PAGES_MAX,
  pageOfRun,
  READ,
  RUN_LENGTH_MAX,
  WRITE,
} from '../../sim-hw/references.ts';
import { type ParseBoard, type ParsedBlock, placeOf } from './parse-board.ts';
import { addRun, type ReferenceLog, RUNS_MAX, requireId, reserveRuns } from './reference-log.ts';

/** By page id of a parser that of the log. */
export interface IdMap {
  ids: Int32Array;
  count: number;
}

const IDS_FIRST = 1 << 12;

export function createIdMap(): IdMap {
  return { ids: new Int32Array(IDS_FIRST), count: 0 };
}

/** Whether the log has a place for all of it, so that nothing has to be refused or left out half-way. */
export function fitsIn(log: ReferenceLog, { references, pages, runs }: ParsedBlock): boolean {
  const keeps = log.sink ? 0 : log.runCount + runs;
  return references <= log.limitLeft && log.index.pages + pages <= PAGES_MAX && keeps <= RUNS_MAX;
}

/** Adds block number `block`, which fits. */
export function joinBlock(
  log: ReferenceLog,
  board: ParseBoard,
  block: number,
  parsed: ParsedBlock,
  map: IdMap,
): void {
  const place = placeOf(block);
  mapPages(log, board.low[place], board.high[place], parsed.pages, map);
  const { references, kinds } = log;
  const [reads, writes, fetches] = kinds;
  const runs = board.runs[place].subarray(0, parsed.runs);
  const from = lengthen(log, runs, map.ids);
  copyRuns(log, runs.subarray(from), map.ids);
  log.references = references + parsed.references;
  kinds[READ] = reads + parsed.references - parsed.writes - parsed.fetches;
  kinds[WRITE] = writes + parsed.writes;
  kinds[FETCH] = fetches + parsed.fetches;
  log.limitLeft -= parsed.references;
  log.lines += parsed.lines;
}

function mapPages(
  log: ReferenceLog,
  low: Int32Array,
  high: Int32Array,
  count: number,
  map: IdMap,
): void {
  while (map.count + count > map.ids.length) {
    const ids = new Int32Array(2 * map.ids.length);
    ids.set(map.ids);
    map.ids = ids;
  }
  for (let i = 0; i < count; i++) map.ids[map.count++] = requireId(log, low[i], high[i]);
}

/** The first runs, if they go on with the log's last one, which is cut anew; gives how many. */
function lengthen(log: ReferenceLog, runs: Uint32Array, ids: Int32Array): number {
  const { low, high } = log.index;
  let at = 0;
  for (; at < runs.length; at++) {
    const page = ids[pageOfRun(runs[at])];
    const kind = kindOfRun(runs[at]);
    if (((page << 8) | (kind << 6)) !== log.openWord) break;
    addRun(log, low[page], high[page], kind, lengthOfRun(runs[at]));
  }
  return at;
}

/** Runs of which the first does not go on with the log's last one. */
function copyRuns(log: ReferenceLog, runs: Uint32Array, ids: Int32Array): void {
  if (runs.length === 0) return;
  reserveRuns(log, runs.length);
  const { runs: to } = log;
  let next = log.runCount;
  for (let at = 0; at < runs.length; at++)
    to[next++] = (ids[runs[at] >>> 8] << 8) | (runs[at] & 0xff);
  log.runCount = next;
  const last = to[next - 1];
  log.openWord = (last & ~(RUN_LENGTH_MAX - 1)) | 0;
  log.openLength = lengthOfRun(last);
}
