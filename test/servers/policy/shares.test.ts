import fc from 'fast-check';
import { expect, test } from 'vitest';
import { availableTo, dampingTo } from '../../../servers/policy/advice.ts';
import { average, thousandths } from '../../../servers/policy/pressure.ts';
import { type Claim, divide, sharesOf } from '../../../servers/policy/shares.ts';

function claim(want: number, more: Partial<Claim> = {}): Claim {
  return { user: 0, weight: 1, priority: 0, least: 4, want, ...more };
}

test('[PS9] max-min: demands of 2, 2.6, 4 and 5 of 10 get 2, 2.6, 2.7 and 2.7 (in tenths)', () => {
  const equal = [1, 1, 1, 1].map((weight) => ({ weight }));
  expect(divide([20, 26, 40, 50], equal, 100)).toEqual([20, 26, 27, 27]);
});

test('[PS9] weights decide among those who want more than there is', () => {
  const shares = sharesOf([claim(100, { weight: 3 }), claim(100)], [1000], 88);
  expect(shares).toEqual([64, 24]);
});

test('[PS9] each gets its least, then the higher priority all it wants', () => {
  const claims = [claim(50), claim(50, { priority: 1 }), claim(50, { priority: -1 })];
  expect(sharesOf(claims, [1000], 60)).toEqual([6, 50, 4]);
  expect(sharesOf(claims, [1000], 7)).toEqual([0, 7, 0]);
});

test('[PS9] a user’s tasks together get no more than its quota', () => {
  const claims = [claim(60), claim(60, { weight: 2 }), claim(60, { user: 1 })];
  expect(sharesOf(claims, [30, 1000], 100)).toEqual([10, 20, 60]);
});

test('[PS9] a quota too goes by priority, and leaves the others their least', () => {
  const claims = [
    claim(60, { priority: 1 }),
    claim(60, { weight: 2 }),
    claim(60),
    claim(60, { user: 1 }),
  ];
  expect(sharesOf(claims, [90, 1000], 200)).toEqual([60, 20, 10, 60]);
  const alike = [claim(60, { priority: 1 }), claim(60), claim(60)];
  expect(sharesOf(alike, [50], 200)).toEqual([42, 4, 4]);
});

test('[PS9] whatever is claimed: within frames, quotas and wants, and nothing wanted is left over', () => {
  const claims = fc.array(
    fc.record({
      user: fc.nat(2),
      weight: fc.integer({ min: 1, max: 5 }),
      priority: fc.integer({ min: -1, max: 1 }),
      least: fc.integer({ min: 1, max: 6 }),
      want: fc.nat(40),
    }),
    { maxLength: 7 },
  );
  const quotas = fc.tuple(fc.nat(60), fc.nat(60), fc.constant(1000));
  fc.assert(
    fc.property(claims, quotas, fc.nat(100), (all, limits, frames) => {
      const shares = sharesOf(all, limits, frames);
      const sum = (list: number[]) => list.reduce((total, one) => total + one, 0);
      expect(sum(shares)).toBeLessThanOrEqual(frames);
      for (const [at, { want }] of all.entries()) {
        expect(shares[at]).toBeGreaterThanOrEqual(0);
        expect(shares[at]).toBeLessThanOrEqual(want);
      }
      for (const [user, limit] of limits.entries())
        expect(
          sum(shares.filter((_, at) => all[at]?.user === user)),
          'a user has more than its quota',
        ).toBeLessThanOrEqual(limit);
      // Whoever could run and wants more is stopped by a quota or by the frames.
      const byUser = limits.map((limit, user) => [
        Math.min(limit, sum(all.filter((one) => one.user === user).map(({ want }) => want))),
        sum(shares.filter((_, at) => all[at]?.user === user)),
      ]);
      const short = byUser.some(([due, got]) => (got as number) < (due as number));
      const starved = all.some(
        ({ want, least }, at) => (shares[at] as number) < Math.min(want, least),
      );
      if (short && !starved) expect(sum(shares)).toBe(frames);
    }),
    { seed: 107, numRuns: 500 },
  );
});

test('[PS12] available: share or own, the excess of others, what they leave, less what they claimed', () => {
  const at = (allocated: number, more = {}) => ({
    weight: 1,
    priority: 0,
    guaranteed: 20,
    allocated,
    before: allocated,
    ...more,
  });
  // Four of 25 each: one has 40 (15 too many), one uses 5 of its 25; so 5 are free.
  const all = [at(25), at(40), at(5), at(25)];
  expect(availableTo(all, 0, 100, 0)).toBe(25 + 15 + 5);
  expect(availableTo(all, 1, 100, 0)).toBe(40 + 5);
  // Nobody holds much: what they leave is there, share or not.
  expect(availableTo([at(30), at(5), at(5), at(5)], 0, 100, 0)).toBe(85);
  // Of a higher priority nothing can be taken.
  expect(availableTo([at(25), at(40, { priority: 1 }), at(5), at(25)], 0, 100, 0)).toBe(30);
  // What others claimed in the last period is gone; what is taken off under pressure.
  expect(availableTo([at(25), at(40, { before: 30 }), at(5), at(25)], 0, 100, 0)).toBe(35);
  expect(availableTo(all, 0, 100, 1)).toBe(44);
  expect(availableTo(all, 0, 100, 1000)).toBe(40);
});

test('[PS12] damping: an eighth of the way, as a power of two with its sign', () => {
  expect(dampingTo(100, 100)).toBe(0);
  expect(dampingTo(115, 100)).toBe(0);
  expect(dampingTo(116, 100)).toBe(1);
  expect(dampingTo(100, 1124)).toBe(-7);
});

test('[PS11] averages follow exp(-2/10), exp(-2/60), exp(-2/300) as psi.c has them', () => {
  const averages = new Float64Array(3);
  const exact = [0, 0, 0];
  for (let period = 0; period < 200; period++) {
    const part = period % 7 < 3 ? 800 : 0;
    average(averages, part, 1000);
    for (const [window, length] of [10, 60, 300].entries()) {
      const keep = Math.exp(-2 / length);
      exact[window] = (exact[window] as number) * keep + part * (1 - keep);
    }
    for (const [window, value] of thousandths(averages).entries())
      expect(Math.abs(value - (exact[window] as number))).toBeLessThan(10);
  }
});
