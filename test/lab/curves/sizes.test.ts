import { expect, test } from 'vitest';
import { sizesOf } from '../../../lab/curves/sizes.ts';

const of = (text: string, pages = 1000): number[] => sizesOf(text, pages, '--sizes');

test('frames, parts of the pages, and both spreads; ascending, each once', () => {
  expect(of('128, 64,128')).toEqual([64, 128]);
  expect(of('0.1,.5,1.0')).toEqual([100, 500, 1000]);
  expect(of('auto:4')).toEqual([200, 400, 600, 800]);
  expect(of('log:4')).toEqual([1, 10, 100, 1000]);
  expect(of('log:1')).toEqual([1000]);
  expect(of('0.5,64,auto:1')).toEqual([64, 500]);
});

test('a part of few pages is one frame at least, and small traces have few sizes', () => {
  expect(of('0.001', 5)).toEqual([1]);
  expect(of('auto:16', 3)).toEqual([1, 2]);
});

test.each([
  ['0', /--sizes: 0 frames, expected 1 to/],
  ['auto:0', /auto:0 is 0 sizes, expected 1 to 4096/],
  ['auto:9999', /9999 sizes/],
  ['0.0', /has '0.0', expected frames/],
  ['-3', /has '-3'/],
  ['64,,2', /has ''/],
  ['many', /has 'many', expected frames as 64,128/],
])('%s is refused in one line', (text, says) => {
  expect(() => of(text)).toThrow(says);
});
