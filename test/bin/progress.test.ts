import { expect, test } from 'vitest';
import { leftText } from '../../bin/progress.ts';

test('what is left is guessed from the pace so far, after a second', () => {
  expect(leftText(0.25, 5000)).toBe(', 15 s left');
  expect(leftText(0.01, 5000)).toBe(', 9 min left');
  expect(leftText(0.25, 500)).toBe('');
  expect(leftText(0, 5000)).toBe('');
  expect(leftText(1, 5000)).toBe('');
});
