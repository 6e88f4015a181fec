/** What is asked of a peer and read from its output; the peer itself is the user's. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countedMisses, quarterOf, sixteenOf } from '../../bench/peers/contests.ts';
import { INTERVAL, prepareTrace } from '../../bench/peers/traces.ts';

const report = (requests: number, ratio: string): string =>
  `x LRU 0.01 hour: ${requests} requests, miss ratio 0.5000, interval miss ratio ${ratio}\n`;

describe('misses counted from ratios of four digits', () => {
  test('are those of all intervals', () => {
    const output = report(1200, '0.1233') + report(6200, '0.0002') + report(11_200, '1.0000');
    expect(countedMisses(output, 11_200)).toBe(148 + 1 + 5000);
  });

  test('are refused where an interval is too long to be told exactly', () => {
    expect(() => countedMisses(report(INTERVAL + 2, '0.5000'), INTERVAL + 2)).toThrow(
      '5002 requests in an interval of 5000',
    );
  });

  test('are refused where they end before the trace', () => {
    expect(() => countedMisses(report(3000, '0.5000'), 3001)).toThrow(
      'told of 3000 requests, expected 3001',
    );
  });
});

describe('a trace for both sides', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leasehold-peers-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('has a second every 5,000 references, and the last reference opens one', async () => {
    const trace = await prepareTrace('z=zipf:300:12345', folder);
    expect(trace).toMatchObject({ name: 'z', references: 12_345 });
    const records = readFileSync(trace.theirs);
    expect(records.length).toBe(24 * 12_345);
    const second = (reference: number): number => records.readUInt32LE(24 * reference);
    const opens = Array.from({ length: 12_344 }, (_, i) => i + 1).filter(
      (reference) => second(reference) !== second(reference - 1),
    );
    expect(opens).toEqual([2344, 7344, 12_344]);
    expect(second(0)).toBeGreaterThan(0);
  });

  test('is refused where it is not named', async () => {
    await expect(prepareTrace('sqlite.lht', folder)).rejects.toThrow('expected NAME=FILE');
  });

  test('has sizes by its pages', () => {
    const trace = { name: 'x', references: 9, pages: 170, ours: '', theirs: '' };
    expect(quarterOf(trace)).toBe(42);
    expect(sixteenOf(trace)).toEqual(Array.from({ length: 16 }, (_, i) => 10 * (i + 1)));
    expect(sixteenOf({ ...trace, pages: 4 })).toEqual([1, 2, 3]);
  });
});
