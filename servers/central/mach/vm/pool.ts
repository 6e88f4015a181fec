/**
 * Pool: records by number. A record is named by its place, so that state refers to it by a plain
 * number and can be cloned and hashed; places of records that are gone are used again, the last first.
 */

import { assert } from '../../../../sim-hw/assert.ts';

/** No record. */
export const NONE = -1;

export interface Pool<R> {
  readonly records: (R | null)[];
  readonly free: number[];
}

export function createPool<R>(): Pool<R> {
  return { records: [], free: [] };
}

/** Keeps `record`; returns its number. */
export function keep<R>(pool: Pool<R>, record: R): number {
  const place = pool.free.pop() ?? pool.records.length;
  pool.records[place] = record;
  return place;
}

/** The record, which is there. */
export function recordOf<R>(pool: Pool<R>, place: number): R {
  const record = pool.records[place] as R | null | undefined;
  assert(record !== null && record !== undefined, 'pool: a record is asked for that is not there');
  return record;
}

export function forget<R>(pool: Pool<R>, place: number): void {
  assert(pool.records[place] !== null, 'pool: a record is forgotten twice');
  pool.records[place] = null;
  pool.free.push(place);
}

/** Numbers of all records, in order. */
export function placesOf<R>({ records }: Pool<R>): number[] {
  return records.flatMap((record, place) => (record === null ? [] : [place]));
}
