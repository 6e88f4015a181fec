import { expect, test } from 'vitest';
import { cycleOf, withoutCycles } from '../../../servers/swap/backing.ts';

test('[LAST3] a cycle is found, whoever is in it, and named from the backing that closes it', () => {
  expect(cycleOf([])).toBeNull();
  expect(cycleOf([-1, 0, 1, 1])).toBeNull();
  expect(cycleOf([2, -1, 1])).toBeNull();
  expect(cycleOf([0])).toEqual([0, 0]);
  expect(cycleOf([1, 0])).toEqual([1, 0, 1]);
  expect(cycleOf([-1, 3, 1, 2, 3])).toEqual([3, 2, 1, 3]);
});

test('[LAST3] only what closes a cycle is refused', () => {
  expect(withoutCycles([1, 0, 1, 3])).toEqual([1, -1, 1, -1]);
  expect(withoutCycles([2, -1, 1])).toEqual([2, -1, 1]);
});
