import { expect, test } from 'vitest';
import { createSharedList, takerOf, workOff } from '../../../lab/compare/shared-list.ts';
import { points } from '../../support/points-job.ts';

const jobs = Array.from({ length: 20 }, (_, at) => points('fifo', (at % 3) + 1));

test('every job is taken once, by whoever comes first', async () => {
  const list = createSharedList(jobs);
  const found: number[][] = [[], []];
  const work = (thread: number): Promise<void> =>
    workOff(list, thread, ({ at }) => {
      found[thread].push(at);
      return true;
    });
  await Promise.all([work(0), work(1)]);
  expect(found.every(({ length }) => length > 0)).toBe(true);
  expect(found.flat().sort((a, b) => a - b)).toEqual([...jobs.keys()]);
  for (const thread of [0, 1])
    for (const at of found[thread]) expect(takerOf(list, at)).toBe(thread);
});

test('who is told to stop takes no more', async () => {
  const list = createSharedList(jobs);
  await workOff(list, 0, ({ at }) => at < 2);
  expect(jobs.map((_, at) => takerOf(list, at))).toEqual([0, 0, 0, ...Array(17).fill(null)]);
});

test('what fails is an outcome, and the next is done', async () => {
  const list = createSharedList([points('nobody', 1), points('fifo', 2)]);
  const outcomes: unknown[] = [];
  await workOff(list, 0, (outcome) => outcomes.push(outcome) > 0);
  expect(outcomes).toMatchObject([
    { at: 0, failure: { kind: 'input', message: expect.stringContaining('nobody: is no policy') } },
    { at: 1, result: [{ frames: 2, misses: 6 }] },
  ]);
});
