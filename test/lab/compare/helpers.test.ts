import { expect, test } from 'vitest';
import { closeHelpers, createHelpers, workTogether } from '../../../lab/compare/helpers.ts';
import { type Outcome, takerOf } from '../../../lab/compare/shared-list.ts';
import { points } from '../../support/points-job.ts';

const jobs = [1, 2, 3].map((frames) => points('fifo', frames));
const LONG_MS = 60_000;

test('a helper takes the next job while this thread is busy', async () => {
  const helpers = createHelpers();
  const outcomes: Outcome[] = [];
  const takers: (number | null)[] = [];
  await workTogether(helpers, jobs, 2, (outcome) => {
    outcomes.push(outcome);
    if (outcome.at !== 0 || !helpers.work) return;
    // This thread answers nothing until the helper has begun.
    const { list } = helpers.work;
    const until = Date.now() + LONG_MS;
    while (takerOf(list, 1) === null && Date.now() < until) Atomics.wait(list.takers, 1, 0, 10);
    takers.push(takerOf(list, 0), takerOf(list, 1));
  });
  await closeHelpers(helpers);
  expect(takers).toEqual([0, 1]);
  const found = outcomes.sort((a, b) => a.at - b.at);
  expect(found).toEqual([
    { at: 0, result: [{ frames: 1, misses: 6 }] },
    { at: 1, result: [{ frames: 2, misses: 6 }] },
    { at: 2, result: [{ frames: 3, misses: 3 }] },
  ]);
});

test('the job of a helper that ends fails, and no other', async () => {
  const helpers = createHelpers();
  const outcomes: Outcome[] = [];
  const work = workTogether(helpers, jobs, 2, (outcome) => outcomes.push(outcome));
  // As if it had taken that one.
  helpers.work?.list.takers.set([2], 1);
  await helpers.workers[1]?.terminate();
  await work;
  expect(outcomes.map(({ at }) => at).sort()).toEqual([0, 1, 2]);
  expect(outcomes.find(({ at }) => at === 1)).toMatchObject({
    failure: {
      kind: 'run',
      message: expect.stringMatching(/^a worker ended its thread \(exit \d\)$/),
    },
  });
  expect(outcomes.filter((outcome) => 'failure' in outcome)).toHaveLength(1);
  expect(helpers.workers[1]).toBe(null);
  await closeHelpers(helpers);
});

test('closed while it is at work it does no more', async () => {
  const helpers = createHelpers();
  const outcomes: Outcome[] = [];
  await workTogether(helpers, jobs, 1, (outcome) => {
    outcomes.push(outcome);
    void closeHelpers(helpers);
  });
  expect(outcomes.map(({ at }) => at)).toEqual([0]);
});
