import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { pageList } from '../../../clients/programs/index.ts';
import { lruCurve } from '../../../lab/bounds/index.ts';
import { policyCurve } from '../../../lab/compare/policy-curve.ts';
import { createRandom } from '../../../sim-hw/random.ts';

test('a curve chosen from never rises, and ends in the compulsory faults', () => {
  const belady = pageList([1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5], 0, createRandom(1));
  const curve = policyCurve(belady, policies.fifo, {});
  for (let frames = 1; frames < curve.length; frames++)
    expect(curve[frames]).toBeLessThanOrEqual(curve[frames - 1]);
  expect(curve[5]).toBe(5);
});

test('between two sizes looked at a curve stays what it was at the smaller', () => {
  const pages = Array.from({ length: 3000 }, (_, at) => (at * at * 7 + at) % 64);
  const program = pageList(pages, 0, createRandom(2));
  const exact = lruCurve(program.runs, program.pageNumbers.length);
  const curve = policyCurve(program, policies.lru, {});
  const all = program.pageNumbers.length;
  const looked = Array.from({ length: 15 }, (_, step) => Math.round((all * (step + 1)) / 16));
  for (let frames = 4; frames < all; frames++) {
    const size = looked.findLast((one) => one <= frames && one >= 4);
    expect(curve[frames]).toBe(size === undefined ? program.runs.length : exact[size]);
  }
  expect(curve[all]).toBe(all);
});
