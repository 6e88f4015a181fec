import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CPU_WAIT,
  changeFramesHeld,
  createTask,
  ENDED,
  enterStatus,
  FAULTING,
  HISTOGRAM_BUCKETS,
  histogramBucket,
  histogramQuantile,
  IO_WAIT,
  READY,
  RUNNING,
  WAITING_DEVICE,
} from '../../nucleus/tasks.ts';

test('a quantile of the histogram is at or above the true one, by a sixteenth at most', () => {
  const duration = fc.oneof(fc.nat(100), fc.nat(1e6), fc.nat(1e12));
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 200 }), fc.nat(100), (all, p) => {
      const histogram = new Float64Array(HISTOGRAM_BUCKETS);
      for (const ns of all) histogram[histogramBucket(ns)] += 1;
      const sorted = all.toSorted((a, b) => a - b);
      const fraction = Math.max(1, p) / 100;
      const exact = sorted[Math.ceil(fraction * all.length - 1e-9) - 1] as number;
      const estimate = histogramQuantile(histogram, fraction);
      expect(estimate).toBeGreaterThanOrEqual(exact);
      expect(estimate).toBeLessThanOrEqual(exact + exact / 16);
    }),
    { seed: 115, numRuns: 500 },
  );
});

test('buckets are in order, exact below 32 ns, and an empty histogram says 0', () => {
  let last = -1;
  for (let ns = 0; ns < 5000; ns++) {
    const bucket = histogramBucket(ns);
    expect(bucket === last || bucket === last + 1).toBe(true);
    if (ns < 32) expect(bucket).toBe(ns);
    last = bucket;
  }
  expect(histogramBucket(2 ** 60)).toBe(HISTOGRAM_BUCKETS - 1);
  expect(histogramQuantile(new Float64Array(HISTOGRAM_BUCKETS), 0.99)).toBe(0);
});

test('[TIME1] waits are settled to the part they belong to, less what was charged meanwhile', () => {
  const task = createTask(3, 'one', 0);
  enterStatus(task, READY, 100);
  enterStatus(task, RUNNING, 130);
  enterStatus(task, FAULTING, 150);
  task.chargedNs = 5;
  enterStatus(task, WAITING_DEVICE, 160);
  enterStatus(task, READY, 200);
  enterStatus(task, ENDED, 201);
  expect(task.times[CPU_WAIT]).toBe(30 + 5 + 1);
  expect(task.times[IO_WAIT]).toBe(40);
});

test('[TIME1] a task charged for more than it waited is a broken invariant', () => {
  const task = createTask(3, 'one', 0);
  enterStatus(task, READY, 0);
  task.chargedNs = 11;
  expect(() => enterStatus(task, RUNNING, 10)).toThrow('charged more');
});

test('frames held are summed over time', () => {
  const task = createTask(3, 'one', 0);
  changeFramesHeld(task, 4, 10);
  changeFramesHeld(task, -3, 20);
  changeFramesHeld(task, 0, 25);
  expect([task.frameNs, task.framesMax, task.framesHeld]).toEqual([45, 4, 1]);
});
