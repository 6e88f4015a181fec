/**
 * DAMON: how often regions of memory were seen in use, by Linux's monitor. Two prints of it:
 *
 *   damo report raw                                     perf script, trace point damon_aggregated
 *     base_time_absolute: 8 m 59.809 s                    kdamond.0 4452 [000] 82820.952659:
 *     monitoring_start:                0 ns                 damon:damon_aggregated: target_id=1844
 *     ...                                                   nr_regions=8 942530-942538: 1
 *     target_id: 18446623438842320000                     (one line; addresses are decimal, the
 *     nr_regions: 3                                        last number is how often it was seen)
 *     563ebaa00000-563ebc99e000 (  31.617 MiB)   1   -1
 *
 * Each page of a region that was seen in use is read once in that interval, in order of addresses:
 * an upper bound of what was touched, and no order below an interval. Targets are devices of pages,
 * each 2^40 further on. Lost: kinds, counts, order within an interval, which pages of a region.
 */

import { PAGE_BYTES, READ } from '../../../sim-hw/references.ts';
import { addPages } from '../page-ranges.ts';
import type { ReferenceLog } from '../reference-log.ts';
import {
  type Cursor,
  skipBlanks,
  take,
  takeAddress,
  takeDecimal,
  textLineParser,
} from '../text-fields.ts';
import type { TextFormat } from './format.ts';

const BLANK = 32;
const MINUS = 45;
const COLON = 58;
const OPENING = 40;
const CLOSING = 41;
const LETTER_B = 66;
const LETTER_I = 105;
/** 1 for what a size is written with, 2 for what stands before its bytes. */
const SIZES = new Uint8Array(256);
for (const character of '0123456789.,') SIZES[character.charCodeAt(0)] = 1;
for (const character of 'KMGTPE') SIZES[character.charCodeAt(0)] = 2;
const ADDRESS_DIGITS_MAX = 13;
const SEEN_DIGITS_MAX = 9;
const TWO_TO_32 = 4294967296;

const REGION =
  /^\s*([0-9a-f]{1,13})-([0-9a-f]{1,13})\s*\(\s*[\d.,]+( [KMGTPE]i?B?| B)?\s*\):?\s+(\d{1,9})(\s+-?\d+)?\s*$/;
const TRACED =
  /damon:damon_aggregated: target_id=(\d+) nr_regions=\d+ (\d{1,16})-(\d{1,16}): (\d{1,9})(\s+\d+)?\s*$/;
const TARGET = /^\s*target_id: (\d+)\s*$/;
const PASSED_OVER = /^\s*(base_time_absolute|monitoring_\w+|nr_regions):/;
/** 16 GiB of pages of 4 KiB. */
const REGION_PAGES_MAX = 2 ** 22;
const TARGETS_MAX = 4096;
const TARGET_PAGES = 2 ** 40;

export const damon: TextFormat = {
  kind: 'text',
  name: 'damon',
  about: 'DAMON: damo report raw, or its trace point',
  lost: 'kinds, counts, order within an interval, which pages of a region',
  pageBytes: PAGE_BYTES,
  hasAddresses: false,
  readsApart: false,
  isLine: (line) => /^base_time_absolute:|^monitoring_start:/.test(line) || TRACED.test(line),
  createParser: () => {
    const known = noTargets();
    const takeUsual = (log: ReferenceLog, cursor: Cursor, end: number): boolean =>
      takeRegion(cursor, end) && addRegion(log, known.current, region.from, region.to, region.seen);
    const expected = "a region of DAMON such as '563ebaa00000-563ebc99e000 ( 31.617 MiB) 1 -1'";
    return textLineParser(takeUsual, (log, line) => takeDamon(log, line, known), expected);
  },
};

/** Targets by first appearance, and which one the lines are of. */
interface Targets {
  readonly names: string[];
  current: number;
}

export function noTargets(): Targets {
  return { names: [''], current: 0 };
}

/** A line of any shape. */
export function takeDamon(log: ReferenceLog, line: string, known: Targets): boolean {
  const target = TARGET.exec(line) ?? TRACED.exec(line);
  if (target) {
    known.current = numberOf(known.names, target[1]);
    if (known.current < 0) return false;
    const [, , from, to, seen] = target.map(Number);
    return target[2] === undefined || addRegion(log, known.current, from, to, seen);
  }
  const found = REGION.exec(line);
  if (!found) return PASSED_OVER.test(line);
  const [from, to] = [found[1], found[2]].map((digits) => Number.parseInt(digits, 16));
  return addRegion(log, known.current, from, to, Number(found[4]));
}

/** What takeRegion read: addresses, how often it was seen. */
const region = { from: 0, to: 0, seen: 0 };

/** A line that is REGION, with no other blanks than spaces, tabs and returns. */
function takeRegion(cursor: Cursor, end: number): boolean {
  skipBlanks(cursor);
  region.from = takeShortAddress(cursor);
  if (region.from < 0 || !take(cursor, MINUS)) return false;
  region.to = takeShortAddress(cursor);
  skipBlanks(cursor);
  if (region.to < 0 || !take(cursor, OPENING) || !takeSize(cursor) || !take(cursor, CLOSING))
    return false;
  take(cursor, COLON);
  const closed = cursor.at;
  skipBlanks(cursor);
  const first = cursor.at;
  region.seen = takeDecimal(cursor);
  if (first === closed || region.seen < 0 || cursor.at - first > SEEN_DIGITS_MAX) return false;
  const seenEnd = cursor.at;
  skipBlanks(cursor);
  if (cursor.at === end) return true;
  if (cursor.at === seenEnd) return false;
  take(cursor, MINUS);
  if (takeDecimal(cursor) < 0) return false;
  skipBlanks(cursor);
  return cursor.at === end;
}

/** Of small digits, so that it has a number; -1: there is none. */
function takeShortAddress(cursor: Cursor): number {
  const { at } = cursor;
  if (!takeAddress(cursor) || cursor.at - at > ADDRESS_DIGITS_MAX || cursor.hasCapitals) return -1;
  return cursor.high * TWO_TO_32 + cursor.low;
}

/** As ' 31.617 MiB', ' 512 B' or '0'. */
function takeSize(cursor: Cursor): boolean {
  skipBlanks(cursor);
  const { bytes } = cursor;
  const first = cursor.at;
  while (SIZES[bytes[cursor.at]] === 1) cursor.at++;
  if (cursor.at === first) return false;
  if (bytes[cursor.at] === BLANK && bytes[cursor.at + 1] === LETTER_B) cursor.at += 2;
  else if (bytes[cursor.at] === BLANK && SIZES[bytes[cursor.at + 1]] === 2) {
    cursor.at += 2;
    take(cursor, LETTER_I);
    take(cursor, LETTER_B);
  }
  skipBlanks(cursor);
  return true;
}

/** The number of a target, by first appearance; -1 when there are too many. */
function numberOf(targets: string[], id: string): number {
  if (targets[0] === '') targets[0] = id;
  const known = targets.indexOf(id);
  if (known >= 0 || targets.length === TARGETS_MAX) return known;
  return targets.push(id) - 1;
}

function addRegion(
  log: ReferenceLog,
  target: number,
  from: number,
  to: number,
  seen: number,
): boolean {
  const pageBytes = 1 << log.pageBits;
  const first = Math.floor(from / pageBytes);
  const count = Math.ceil(to / pageBytes) - first;
  if (count < 1 || count > REGION_PAGES_MAX || first >= TARGET_PAGES) return false;
  if (seen > 0) addPages(log, target * TARGET_PAGES + first, count, READ);
  return true;
}
