import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  allocateFrame,
  allocateRun,
  type BuddyState,
  checkBuddy,
  createBuddy,
  freeFrames,
  isFree,
  largestFreeOrder,
  lowestRun as lowestRunOf,
  releaseRun,
} from '../../sim-hw/buddy.ts';

/** The model: one flag a frame, everything else by looking. */
function runIsFree(free: boolean[], first: number, size: number): boolean {
  if (first % size !== 0 || first + size > free.length) return false;
  return free.slice(first, first + size).every(Boolean);
}

function lowestRun(free: boolean[], size: number): number {
  for (let first = 0; first + size <= free.length; first += size) {
    if (runIsFree(free, first, size)) return first;
  }
  return -1;
}

function largestOrder(free: boolean[], orderMax: number): number {
  let order = orderMax;
  while (order >= 0 && lowestRun(free, 2 ** order) < 0) order--;
  return order;
}

function expectSame(b: BuddyState, free: boolean[]): void {
  expect(checkBuddy(b)).toBeUndefined();
  expect(freeFrames(b)).toBe(free.filter(Boolean).length);
  for (let order = 0; order <= b.orderMax; order++)
    expect(lowestRunOf(b, order)).toBe(lowestRun(free, 2 ** order));
  expect(largestFreeOrder(b)).toBe(largestOrder(free, b.orderMax));
  expect(free.map((_, frame) => isFree(b, frame))).toEqual(free);
}

const step = fc.record({
  what: fc.constantFrom('allocate', 'allocate', 'frame', 'release'),
  order: fc.nat(7),
  pick: fc.nat(1 << 20),
});

test('agrees with one flag a frame', () => {
  const sizes = fc.constantFrom(1, 2, 31, 32, 33, 63, 64, 100, 127, 128, 1000, 1025, 1100);
  const steps = fc.array(step, { maxLength: 60 });
  fc.assert(
    fc.property(sizes, fc.nat(7), steps, (frames, orderMax, list) => {
      const b = createBuddy(frames, orderMax);
      const free = new Array<boolean>(frames).fill(true);
      const held: [first: number, order: number][] = [];
      const hold = (first: number, order: number): void => {
        free.fill(false, first, first + 2 ** order);
        held.push([first, order]);
      };
      for (const { what, order: wanted, pick } of list) {
        const order = wanted % (orderMax + 1);
        const size = 2 ** order;
        if (what === 'allocate') {
          const first = allocateRun(b, order);
          expect(first).toBe(lowestRun(free, size));
          if (first >= 0) hold(first, order);
        } else if (what === 'frame' && frames >= size) {
          const first = (pick % Math.floor(frames / size)) * size;
          const expected = runIsFree(free, first, size);
          expect(allocateFrame(b, first, order)).toBe(expected);
          if (expected) hold(first, order);
        } else if (what === 'release' && held.length > 0) {
          const [given] = held.splice(pick % held.length, 1);
          if (!given) continue;
          releaseRun(b, ...given);
          free.fill(true, given[0], given[0] + 2 ** given[1]);
        }
        expectSame(b, free);
      }
    }),
    { seed: 2, numRuns: 250 },
  );
});

test('fragments and joins again to full, frame by frame, in any order', () => {
  for (const frames of [1024, 3000, 40_000]) {
    const b = createBuddy(frames, 10);
    for (let frame = 0; frame < frames; frame++) expect(allocateRun(b, 0)).toBe(frame);
    expect(allocateRun(b, 0)).toBe(-1);
    expect(largestFreeOrder(b)).toBe(-1);
    for (let frame = 0; frame < frames; frame += 2) releaseRun(b, frame, 0);
    expect(largestFreeOrder(b)).toBe(0);
    expect(allocateRun(b, 1)).toBe(-1);
    for (let frame = frames - 1; frame > 0; frame -= 2) releaseRun(b, frame, 0);
    expect(freeFrames(b)).toBe(frames);
    expect(b).toEqual(createBuddy(frames, 10));
  }
});

test('the last frames of a memory that is no power of two are usable, no run passes the end', () => {
  const b = createBuddy(1000, 10);
  expect(largestFreeOrder(b)).toBe(9);
  expect(allocateRun(b, 9)).toBe(0);
  expect(allocateRun(b, 9)).toBe(-1);
  expect(allocateRun(b, 8)).toBe(512);
  expect(allocateFrame(b, 992, 3)).toBe(true);
  expect(() => allocateFrame(b, 992, 4)).toThrow('no run');
  expect(checkBuddy(b)).toBeUndefined();
});

test('part of a run can be given back alone', () => {
  const b = createBuddy(2048, 10);
  const first = allocateRun(b, 9);
  releaseRun(b, first + 64, 6);
  expect(allocateRun(b, 6)).toBe(first + 64);
  releaseRun(b, first, 8);
  releaseRun(b, first + 256, 8);
  expect(b).toEqual(createBuddy(2048, 10));
});

test('a double free, a part free already, a crooked or outlying run is refused', () => {
  const b = createBuddy(1000, 9);
  expect(() => releaseRun(b, 0, 0)).toThrow('double free');
  allocateRun(b, 9);
  expect(() => releaseRun(b, 512, 3)).toThrow('double free');
  releaseRun(b, 200, 0);
  expect(() => releaseRun(b, 200, 0)).toThrow('double free');
  expect(() => releaseRun(b, 192, 4)).toThrow('double free');
  expect(() => releaseRun(b, 0, 9)).toThrow('double free');
  expect(() => releaseRun(b, 3, 1)).toThrow('no run');
  expect(() => releaseRun(b, -1, 0)).toThrow('no run');
  expect(() => releaseRun(b, 1000, 0)).toThrow('no run');
  expect(() => releaseRun(b, 0, 10)).toThrow('no run');
  expect(checkBuddy(b)).toBeUndefined();
});

test('two to three bits a frame, at 10^6 frames and below', () => {
  const b = createBuddy(1_000_000);
  expect((b.words.length * 32) / 1_000_000).toBeLessThan(2.2);
});

test('the check sees a lost bit at any order and level', () => {
  for (const word of createBuddy(5000, 4).words.keys()) {
    const b = createBuddy(5000, 4);
    if (b.words[word] === 0) continue;
    b.words[word] &= b.words[word] - 1;
    expect(checkBuddy(b)).toMatch('buddy');
  }
});
