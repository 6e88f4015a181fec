/**
 * Database: a table, and an index that is built from it, looked up in, dropped, and built again when
 * it is needed the next time: what can be computed need not be kept (Harty and Cheriton 1992).
 *
 *   build: the table is read from end to end, the index written
 *   look-ups: a page of the index, then one of the table, both at random
 *   other work: the table alone is read, at random; the index is garbage meanwhile
 */

import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import { GARBAGE, READ, type ReferenceString, WANTED, WRITE } from '../../sim-hw/references.ts';
import { createScript, say, stop, touch, written } from './script.ts';

export interface DatabaseWork {
  readonly table: number;
  readonly index: number;
  readonly rounds: number;
  /** Look-ups in a round with the index, and as many reads without. */
  readonly lookups: number;
  /** Computing for a page of the index that is built. */
  readonly buildNs: number;
}

export function database(work: DatabaseWork, random: RandomState): ReferenceString {
  const { table, index, rounds, lookups, buildNs } = work;
  const script = createScript();
  for (let page = 0; page < table; page++) touch(script, page, WRITE);
  for (let round = 0; round < rounds; round++) {
    say(script, WANTED, table, table + index);
    for (let at = 0; at < index; at++) {
      const from = Math.floor((at * table) / index);
      const to = Math.floor(((at + 1) * table) / index);
      for (let page = from; page < to; page++) touch(script, page, READ);
      stop(script, 0, buildNs);
      touch(script, table + at, WRITE);
    }
    for (let at = 0; at < lookups; at++) {
      touch(script, table + nextBelow(random, index), READ);
      touch(script, nextBelow(random, table), READ);
    }
    say(script, GARBAGE, table, table + index);
    for (let at = 0; at < lookups; at++) touch(script, nextBelow(random, table), READ);
  }
  return written(script);
}
