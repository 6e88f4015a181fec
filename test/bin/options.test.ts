import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { parseWorkers } from '../../bin/options.ts';

test('as many threads as are asked for, one a core at most', () => {
  expect(parseWorkers('1')).toBe(1);
  expect(parseWorkers('9999')).toBe(availableParallelism());
  expect(() => parseWorkers('0')).toThrow('a whole number from 1');
});
