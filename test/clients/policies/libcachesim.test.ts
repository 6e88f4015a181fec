/**
 * Misses counted by libCacheSim (github.com/1a1a11a/libCacheSim at aa0fc40), with its defaults, on the
 * references of the first 200,000 runs of two recorded traces, one by one, objects of size 1: it and
 * the policies here were written apart. Its `clock` enters with a clear bit: that is `fifo-reinsertion`.
 */

import { describe, expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { drivePolicy } from '../../support/drive-policy.ts';

const RUNS = 200_000;
const FRAMES = [20, 60, 100];

const counted: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  sqlite: {
    lru: [11_568, 565, 333],
    slru: [11_427, 557, 339],
    '2q': [11_284, 640, 418],
    lfu: [134_337, 119_325, 52_039],
    'fifo-reinsertion': [11_952, 600, 343],
    sieve: [11_459, 571, 347],
    's3-fifo': [12_139, 569, 374],
    arc: [12_017, 570, 340],
  },
  python: {
    lru: [22_257, 1790, 814],
    slru: [22_656, 1718, 810],
    '2q': [25_128, 2835, 896],
    lfu: [44_456, 5545, 1485],
    'fifo-reinsertion': [22_383, 2452, 851],
    sieve: [22_535, 1436, 813],
    's3-fifo': [25_245, 1631, 787],
    arc: [22_709, 1580, 810],
  },
};

describe.each(Object.keys(counted))('on the trace %s', async (trace) => {
  const program = await readTrace(`traces/${trace}.lht`);
  const runs = program.runs.subarray(0, RUNS);

  const rows = Object.entries(counted[trace]);

  test.each(rows)('[POL17] %s misses as often as libCacheSim counts', (name, misses) => {
    const faults = FRAMES.map(
      (frames) => drivePolicy(policies[name], runs, program.pageNumbers.length, frames).faults,
    );
    expect(faults).toEqual(misses);
  });
});
