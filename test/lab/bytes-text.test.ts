import { expect, test } from 'vitest';
import { bytesText } from '../../lab/bytes-text.ts';

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [4096, '4 KiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [2 ** 21, '2 MiB'],
  [1_234_567, '1.18 MiB'],
])('%s bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
