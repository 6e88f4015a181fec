import { expect, test } from 'vitest';
import { readText, restText } from '../../bin/progress.ts';

test('what is left is guessed from the pace so far, after a second', () => {
  expect(restText(0.25, 5000, 0)).toBe(', 15 s left');
  expect(restText(0.01, 5000, 0)).toBe(', 9 min left');
  expect(restText(0.25, 500, 0)).toBe('');
  expect(restText(0, 5000, 0)).toBe('');
  expect(restText(1, 5000, 0)).toBe('');
});

test('it grows less while nothing is done, and is not told when it should be over', () => {
  expect(restText(0.25, 5000, 4000)).toBe(', 11 s left');
  expect(restText(0.25, 5000, 15_000)).toBe('');
});

test('what is read: in percent with the rest at the pace since the first look, or in bytes', () => {
  expect(readText(625, 1000, 500, 2000)).toBe('reading: 62 %, 6 s left');
  expect(readText(1000, 1000, 0, 2000)).toBe('reading: 100 %');
  expect(readText(3 * 2 ** 20, 0, 0, 5000)).toBe('reading: 3 MiB');
});
