/** Coldness: pages in the order of their last use, linked by id. */

const NONE = -1;

export interface Coldness {
  /** The page that was used longest ago, and the one that was used last. */
  first: number;
  last: number;
  readonly before: Int32Array;
  readonly after: Int32Array;
}

export function createColdness(ids: number): Coldness {
  return {
    first: NONE,
    last: NONE,
    before: new Int32Array(ids).fill(NONE),
    after: new Int32Array(ids).fill(NONE),
  };
}

/** A page that is not in the order has been used just now. */
export function addHottest(order: Coldness, id: number): void {
  order.before[id] = order.last;
  order.after[id] = NONE;
  if (order.last === NONE) order.first = id;
  else order.after[order.last] = id;
  order.last = id;
}

export function removePage(order: Coldness, id: number): void {
  const before = order.before[id] as number;
  const after = order.after[id] as number;
  if (before === NONE) order.first = after;
  else order.after[before] = after;
  if (after === NONE) order.last = before;
  else order.before[after] = before;
}
