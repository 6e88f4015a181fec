import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createRandom,
  nextBelow,
  nextUint32,
  type RandomState,
  seedOf,
  splitRandom,
} from '../../sim-hw/random.ts';

function words(r: RandomState, count: number): number[] {
  return Array.from({ length: count }, () => nextUint32(r));
}

// From a second implementation (Python, whole numbers masked to 32 bits).
test('golden words', () => {
  expect(words(createRandom(0), 4)).toEqual([1363572419, 145230303, 808754475, 4216505632]);
  expect(words(createRandom(42), 4)).toEqual([1264412219, 1947509147, 3919439299, 1251167922]);
  expect(words(createRandom(2 ** 53 - 1), 4)).toEqual([
    3268402823, 2602357022, 3266425223, 182731693,
  ]);
  expect(words(splitRandom(42, 'disk'), 4)).toEqual([3139295115, 855066417, 3339180682, 232007630]);
  expect(words(splitRandom(2 ** 40 + 5, 'größe'), 2)).toEqual([1172780862, 895413380]);
  expect(seedOf(42, 'disk')).toBe(3139295115);
});

test('streams of different labels or seeds differ, and depend on nothing else', () => {
  const first = words(splitRandom(1, 'disk'), 8);
  words(splitRandom(1, 'network'), 100);
  expect(words(splitRandom(1, 'disk'), 8)).toEqual(first);
  const seeds = new Set<number>();
  for (let seed = 0; seed < 100; seed++) {
    for (const label of ['', 'disk', 'disks', 'ksid', 'task 1', 'task 2']) {
      seeds.add(seedOf(seed, label));
    }
  }
  expect(seeds.size).toBe(600);
});

test('a clone continues alike', () => {
  const r = createRandom(9);
  words(r, 10);
  expect(words(structuredClone(r), 10)).toEqual(words(r, 10));
});

test('nextBelow stays below n', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
      const r = createRandom(seed);
      for (let draw = 0; draw < 20; draw++) {
        const value = nextBelow(r, n);
        expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
      }
    }),
    { seed: 3, numRuns: 200 },
  );
  expect(() => nextBelow(createRandom(1), 0)).toThrow('random');
  expect(() => nextBelow(createRandom(1), 2 ** 32 + 1)).toThrow('random');
});

test('nextBelow favours none: small n, and n where taking the remainder would show it', () => {
  const r = createRandom(5);
  const counts = new Array<number>(7).fill(0);
  for (let draw = 0; draw < 70_000; draw++) counts[nextBelow(r, 7)] += 1;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  // Of 3 * 2^30 values the first third would come up twice as often: 1/2 instead of 1/3.
  let low = 0;
  for (let draw = 0; draw < 30_000; draw++) if (nextBelow(r, 3 * 2 ** 30) < 2 ** 30) low++;
  expect(Math.abs(low - 10_000)).toBeLessThan(400);
});

test('each of the 32 bits is set about half of the time', () => {
  const r = createRandom(11);
  const counts = new Array<number>(32).fill(0);
  for (let draw = 0; draw < 10_000; draw++) {
    const word = nextUint32(r);
    for (let bit = 0; bit < 32; bit++) counts[bit] += (word >>> bit) & 1;
  }
  for (const count of counts) expect(Math.abs(count - 5000)).toBeLessThan(250);
});
