import fc from 'fast-check';
import { expect, test } from 'vitest';
import { promisedShare } from '../../../servers/disk/queue.ts';
import { schedulers } from '../../../servers/disk/schedulers/index.ts';
import type { StreamContract } from '../../../servers/disk/state.ts';
import { driveDisk, type Wish } from '../../support/drive-disk.ts';
import { naiveDisk } from '../../support/naive-disk.ts';

const { contracts } = schedulers;

function contract(periodNs: number, sliceNs: number, laxityNs = 0, slack = 0): StreamContract {
  return { periodNs, sliceNs, laxityNs, slack };
}

/** Each account has `ahead` requests of `ns` there, and asks again as soon as one is served. */
function greedy(accounts: readonly number[], ns: number, ahead = 2): Wish[] {
  return accounts.flatMap((account) => Array(ahead).fill({ account, at: 0, ns }));
}
const atOnce = (wish: Wish, done: number): Wish => ({ ...wish, at: done });

/** Device time of each account within slices, and in slack. */
function served(drive: ReturnType<typeof driveDisk>): [number, number][] {
  return drive.queue.streams
    .toSorted((a, b) => a.account - b.account)
    .map(({ counts }) => [counts.sliceNs, counts.slackNs]);
}

test('[DISK1] slices of 10, 20 and 40 % become 1 : 2 : 4 of the device, and no more', () => {
  const terms = [contract(250, 25), contract(250, 50), contract(250, 100)];
  const drive = driveDisk(contracts, terms, greedy([0, 1, 2], 5), 250 * 100, atOnce);
  expect(served(drive)).toEqual([
    [2500, 0],
    [5000, 0],
    [10000, 0],
  ]);
  expect(drive.idleNs).toBe(250 * 100 - 17500);
});

test('[DISK2] what a request takes beyond the slice is missing from the next slice', () => {
  const drive = driveDisk(contracts, [contract(100, 10)], greedy([0], 7), 1000, atOnce);
  // 7 + 7 = 14: 4 too much; 6 are left of the next slice, which 7 exceed by 1; then 9.
  expect(drive.sent.map(([at]) => at).slice(0, 6)).toEqual([0, 7, 100, 200, 207, 300]);
  const [[inSlices]] = served(drive);
  expect(inSlices).toBeGreaterThanOrEqual(94);
  expect(inSlices).toBeLessThanOrEqual(107);
  expect(drive.queue.streams[0].counts.overruns).toBeGreaterThan(2);
});

test('[DISK4] slack goes in turn to those who asked for it and those without a contract', () => {
  const terms = [contract(100, 10), contract(100, 10, 0, 1), null, null];
  const drive = driveDisk(contracts, terms, greedy([0, 1, 2, 3], 5), 10_000, atOnce);
  const [plain, wanting, first, second] = served(drive);
  expect(plain).toEqual([1000, 0]);
  expect(wanting[0]).toBe(1000);
  for (const [inSlices, inSlack] of [wanting, first, second].map(([a, b], i) => [i && a, b])) {
    expect(inSlices).toBe(0);
    expect(Math.abs(inSlack - 8000 / 3)).toBeLessThan(200);
  }
  expect(drive.idleNs).toBe(0);
});

test('[DISK3] who blocks briefly keeps the device for its laxity, at its own expense', () => {
  const think = (wish: Wish, done: number): Wish =>
    wish.account === 0 ? { ...wish, at: done + 3 } : atOnce(wish, done);
  const share = (laxity: number) => {
    const terms = [contract(100, 40, laxity), contract(200, 60)];
    const { queue } = driveDisk(contracts, terms, greedy([0, 1], 5, 1), 20_000, think);
    return queue.streams[0].counts;
  };
  const lax = share(4);
  expect(lax.laxNs).toBeGreaterThan(0);
  expect(lax.sliceNs + lax.laxNs).toBeGreaterThan(20_000 * 0.4 - 50);
  expect(lax.sliceNs + lax.laxNs).toBeLessThanOrEqual(20_000 * 0.4 + 50);
  // A laxity too short for its pauses: the other one is served in each of them.
  expect(share(2).laxNs).toBeLessThan(lax.laxNs * 2);
  expect(share(0).laxNs).toBe(0);
});

const streams = fc.array(
  fc.record({
    period: fc.integer({ min: 20, max: 60 }),
    part: fc.integer({ min: 1, max: 8 }),
    laxity: fc.integer({ min: 0, max: 5 }),
    slack: fc.integer({ min: 0, max: 1 }),
    isPlain: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);
const arrivals = fc.array(
  fc.record({
    account: fc.nat({ max: 4 }),
    at: fc.nat({ max: 400 }),
    ns: fc.integer({ min: 1, max: 6 }),
  }),
  { maxLength: 80 },
);

test('[DISK1] [DISK2] [DISK3] [DISK4] as the naive model, moment by moment', () => {
  fc.assert(
    fc.property(streams, arrivals, (drawn, wanted) => {
      const terms = drawn.map(({ period, part, laxity, slack, isPlain }) =>
        isPlain ? null : contract(period, part, laxity, slack),
      );
      const wishes = wanted
        .map((wish) => ({ ...wish, account: wish.account % terms.length }))
        .sort((a, b) => a.at - b.at);
      const { sent } = driveDisk(contracts, terms, wishes, 1000);
      expect(sent).toEqual(naiveDisk(terms, wishes, 1000));
    }),
    { seed: 41, numRuns: 400 },
  );
});

/** Contracts of at most `whole` of the device, and as many streams without one. */
const admitted = fc
  .record({
    terms: fc.array(
      fc.record({
        period: fc.integer({ min: 100, max: 1000 }),
        weight: fc.integer({ min: 1, max: 9 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    slack: fc.boolean(),
    plain: fc.nat({ max: 3 }),
    sizes: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 9 }),
  })
  .map(({ terms, slack, plain, sizes }) => {
    const sum = terms.reduce((all, { weight }) => all + weight, 0);
    const each = terms.map(({ period, weight }) =>
      contract(period, Math.max(1, Math.floor((0.9 * period * weight) / sum)), 0, slack ? 1 : 0),
    );
    return { terms: [...each, ...Array<null>(plain).fill(null)], sizes };
  });

test('[DISK1] [DISK2] who always wants something gets its slices, and at most those; time is conserved', () => {
  fc.assert(
    fc.property(admitted, ({ terms, sizes }) => {
      const until = 20_000;
      let draws = 0;
      const next = (wish: Wish, done: number): Wish => ({
        ...wish,
        at: done,
        ns: sizes[draws++ % sizes.length],
      });
      const accounts = terms.map((_, account) => account);
      const drive = driveDisk(contracts, terms, greedy(accounts, sizes[0]), until, next);
      expect(promisedShare(drive.queue, -1)).toBeLessThanOrEqual(1);
      const longest = Math.max(...sizes);
      let sum = drive.idleNs;
      for (const { account, counts } of drive.queue.streams) {
        sum += counts.sliceNs + counts.slackNs + counts.laxNs;
        const term = terms[account];
        if (term === null) continue;
        const periods = Math.floor(until / term.periodNs);
        // One request's overrun each, and the one that is being served when its time comes.
        const late = (terms.length + 1) * longest;
        expect(counts.sliceNs).toBeGreaterThanOrEqual(periods * term.sliceNs - late);
        expect(counts.sliceNs).toBeLessThanOrEqual((periods + 1) * term.sliceNs + longest);
        if (term.slack === 0) expect(counts.slackNs).toBe(0);
      }
      expect(sum).toBe(until);
    }),
    { seed: 42, numRuns: 200 },
  );
});
