/** State of a tiered layer: which page is in which tier, and in what order they were used. */

import { type Coldness, createColdness } from './coldness.ts';

export const NOWHERE = -1;

export interface TieredPlan {
  /** Places of the upper tier; moves begin while fewer than `low` are free. */
  readonly pages: number;
  readonly low: number;
}

export interface TieredState extends TieredPlan {
  /** By id: its place above, or NOWHERE; 1: it is below. */
  readonly place: Int32Array;
  readonly isBelow: Uint8Array;
  /** By id: who stored it. */
  readonly client: Int32Array;
  /** By id: number of its store; the last number that a flush has begun to cover. */
  readonly serial: Float64Array;
  serials: number;
  flushedTo: number;
  readonly free: number[];
  readonly order: Coldness;
  moving: number;
  /** Times a device has lost its power: a move that was under way then is void. */
  resets: number;
  readonly counts: {
    storesUp: number;
    storesDown: number;
    fetchesUp: number;
    fetchesDown: number;
    moved: number;
    errors: number;
  };
}

export function createTiered(plan: TieredPlan, ids: number): TieredState {
  return {
    ...plan,
    place: new Int32Array(ids).fill(NOWHERE),
    isBelow: new Uint8Array(ids),
    client: new Int32Array(ids),
    serial: new Float64Array(ids),
    serials: 0,
    flushedTo: 0,
    free: Array.from({ length: plan.pages }, (_, at) => plan.pages - 1 - at),
    order: createColdness(ids),
    moving: 0,
    resets: 0,
    counts: {
      storesUp: 0,
      storesDown: 0,
      fetchesUp: 0,
      fetchesDown: 0,
      moved: 0,
      errors: 0,
    },
  };
}
