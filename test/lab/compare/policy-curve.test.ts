import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { loop as goRound, pageList } from '../../../clients/programs/index.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { lruCurve } from '../../../lab/bounds/index.ts';
import { faultsAt, policyCurve } from '../../../lab/compare/policy-curve.ts';
import loop from '../../../scenarios/loop.ts';
import { createRandom } from '../../../sim-hw/random.ts';

const belady = pageList([1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5], 0, createRandom(1));
const none = new Uint32Array(0);

function faults(policy: Policy, program: typeof belady, frames: number): number {
  return faultsAt(program, policy as Policy, {}, frames, none);
}

test("FIFO takes the faults of Belady's anomaly", () => {
  expect(faults(policies.fifo as Policy, belady, 3)).toBe(9);
  expect(faults(policies.fifo as Policy, belady, 4)).toBe(10);
});

test('a curve chosen from never rises, and ends in the compulsory faults', () => {
  const curve = policyCurve(belady, policies.fifo, {});
  for (let frames = 1; frames < curve.length; frames++)
    expect(curve[frames]).toBeLessThanOrEqual(curve[frames - 1]);
  expect(curve[5]).toBe(5);
});

test('LRU run as a policy takes what the stack algorithm says, at each size looked at', () => {
  const program = pageList(
    Array.from({ length: 600 }, (_, at) => (at * at * 7 + at) % 37),
    0.3,
    createRandom(2),
  );
  const exact = lruCurve(program.runs, program.pageNumbers.length);
  for (const frames of [4, 9, 17, 30])
    expect(faults(policies.lru as Policy, program, frames)).toBe(
      exact[Math.min(frames, exact.length - 1)],
    );
});

test('the loop policy keeps a loop that LRU loses', () => {
  const program = goRound(40, 50, 0, createRandom(3));
  expect(faults(policies.lru as Policy, program, 30)).toBe(2000);
  expect(faultsAt(program, loop as Policy, {}, 30, none)).toBe(40 + 49 * 11);
});

test('the loop policy gives up pages that the program has done with', () => {
  const first = Array.from({ length: 3000 }, (_, at) => at % 10);
  const then = Array.from({ length: 30_000 }, (_, at) => 10 + (at % 12));
  const program = pageList([...first, ...then], 0, createRandom(4));
  const kept = faultsAt(program, loop as Policy, { tau: 1e9 }, 12, none);
  const aged = faultsAt(program, loop as Policy, { tau: 300 }, 12, none);
  expect(aged).toBeLessThan(kept / 10);
});

test('a policy that throws or names a stranger is told of by name', () => {
  const broken = { ...policies.fifo, name: 'mine', victim: () => 77 };
  expect(() => faults(broken as Policy, belady, 3)).toThrow(/'mine' named page 77/);
  const thrown = {
    ...policies.fifo,
    name: 'mine',
    victim: () => {
      throw new Error('oh\nno');
    },
  };
  expect(() => faults(thrown as Policy, belady, 3)).toThrow(/^policy 'mine' failed: oh;/);
});
