import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError, ticksOfText, timeOfTicks } from '../../../lab/scenario/index.ts';

test('times as one types them', () => {
  const typed = { '12ms': 12e6, '350us': 350e3, '1.5s': 1.5e9, '42': 42, '0': 0, '7ns': 7 };
  for (const [text, ticks] of Object.entries(typed))
    expect(ticksOfText('--at', text, 'ns'), text).toBe(ticks);
  expect(ticksOfText('--at', ' 1.5 ms ', 'ns')).toBe(1.5e6);
  expect(ticksOfText('--at', '20000', 'references')).toBe(20_000);
});

test('what is no time of that clock is refused in one line', () => {
  for (const text of ['', 'ms', '12m', '-1', '1.5', '1e3', '1,000', '12ms3', '9'.repeat(20)])
    expect(() => ticksOfText('--at', text, 'ns'), text).toThrow(InputError);
  for (const text of ['12ms', '1.5', 'x'])
    expect(() => ticksOfText('--at', text, 'references'), text).toThrow(
      /whole number of references/,
    );
  expect(() => ticksOfText('--at', '12parsecs', 'ns')).toThrow(
    /^--at: is '12parsecs', expected a time such as 12ms, .*; correct it$/,
  );
});

test('a time that is said to the last digit is understood as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999 }), (ticks) => {
      expect(ticksOfText('--at', timeOfTicks(ticks, 'ns'), 'ns')).toBe(ticks);
    }),
    { seed: 3, numRuns: 200 },
  );
  expect(timeOfTicks(12_345_678, 'ns')).toBe('12.346 ms');
  expect(timeOfTicks(1_500_000_000, 'ns')).toBe('1.5 s');
  expect(timeOfTicks(1_234_567, 'references')).toBe('1,234,567 references');
});
