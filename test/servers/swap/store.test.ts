import { expect, test } from 'vitest';
import { addExtent, createStore, EMPTY, placeOf } from '../../../servers/swap/store.ts';

test('[SWAP1] extents of a client stand one after the other in its own numbering', () => {
  const store = createStore();
  addExtent(store, 7, 3, 0);
  addExtent(store, 8, 2, 9);
  addExtent(store, 7, 4, 0);
  expect([0, 2, 3, 6, 7, -1].map((page) => placeOf(store, 7, page))).toEqual([0, 2, 5, 8, -1, -1]);
  expect([0, 1, 2].map((page) => placeOf(store, 8, page))).toEqual([3, 4, -1]);
  expect(placeOf(store, 9, 0)).toBe(-1);
  expect([...store.order.subarray(2, 6)]).toEqual([0, 9, 9, 0]);
});

test('[SWAP6] a new extent holds nothing, and leaves the others as they were', () => {
  const store = createStore();
  addExtent(store, 7, 2, 0);
  store.stampHigh[1] = 9;
  addExtent(store, 8, 2, 0);
  expect([...store.stampHigh]).toEqual([EMPTY, 9, EMPTY, EMPTY]);
});
