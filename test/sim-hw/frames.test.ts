import { expect, test } from 'vitest';
import {
  createFrames,
  giveBackRun,
  JUNK,
  NOBODY,
  takeRun,
  UNMAPPED,
  zeroFrame,
} from '../../sim-hw/frames.ts';

test("fresh frames are nobody's, unmapped and junk", () => {
  const frames = createFrames(8, 3);
  expect([...frames.owner]).toEqual(Array(8).fill(NOBODY));
  expect(frames.stampHigh.every((high) => high === JUNK)).toBe(true);
  expect(frames.mappedBy.every((page) => page === UNMAPPED)).toBe(true);
});

test('a run is aligned, changes generation each time, and remembers who had it last', () => {
  const frames = createFrames(8, 3);
  expect(takeRun(frames, 0, 5)).toBe(0);
  const run = takeRun(frames, 2, 6);
  expect(run).toBe(4);
  expect([...frames.owner]).toEqual([5, 0, 0, 0, 6, 6, 6, 6]);
  expect(takeRun(frames, 3, 6)).toBe(-1);
  frames.mappedBy[4] = 9;
  giveBackRun(frames, run, 2);
  expect([...frames.owner]).toEqual([5, 0, 0, 0, 0, 0, 0, 0]);
  expect([...frames.lastOwner]).toEqual([0, 0, 0, 0, 6, 6, 6, 6]);
  expect(frames.mappedBy[4]).toBe(UNMAPPED);
  expect(takeRun(frames, 2, 7)).toBe(4);
  expect(frames.generation[4]).toBe(2);
});

test('contents survive a change of hands until somebody clears them', () => {
  const frames = createFrames(2, 1);
  takeRun(frames, 0, 1);
  frames.stampHigh[0] = 3;
  giveBackRun(frames, 0, 0);
  takeRun(frames, 0, 1);
  expect(frames.stampHigh[0]).toBe(3);
  zeroFrame(frames, 0);
  expect([frames.stampHigh[0], frames.stampLow[0]]).toEqual([0, 0]);
});

test('a frame that is given back twice is a broken invariant', () => {
  const frames = createFrames(2, 1);
  takeRun(frames, 0, 1);
  giveBackRun(frames, 0, 0);
  expect(() => giveBackRun(frames, 0, 0)).toThrow('double free');
});
