import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { loop as goRound, pageList } from '../../../clients/programs/index.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { lruCurve } from '../../../lab/bounds/index.ts';
import { faultsSoFar, type Simulation, simulate } from '../../../lab/curves/simulation.ts';
import loop from '../../../scenarios/loop.ts';
import { createRandom } from '../../../sim-hw/random.ts';
import { packRun, type ReferenceString, WRITE } from '../../../sim-hw/references.ts';
import { drivePolicy } from '../../support/drive-policy.ts';

const belady = pageList([1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5], 0, createRandom(1));

function simulated(
  policy: unknown,
  program: Pick<ReferenceString, 'runs' | 'pageNumbers'>,
  frames: number,
  parameters: Readonly<Record<string, number>> = {},
): Simulation {
  return simulate(policy as Policy, program, [frames], parameters)[0];
}

const faults = (...args: Parameters<typeof simulated>): number => faultsSoFar(simulated(...args));

test("FIFO takes the faults of Belady's anomaly", () => {
  expect(faults(policies.fifo, belady, 3)).toBe(9);
  expect(faults(policies.fifo, belady, 4)).toBe(10);
});

test('LRU run as a policy takes what the stack algorithm says, at each size looked at', () => {
  const program = pageList(
    Array.from({ length: 600 }, (_, at) => (at * at * 7 + at) % 37),
    0.3,
    createRandom(2),
  );
  const exact = lruCurve(program.runs, program.pageNumbers.length);
  for (const frames of [4, 9, 17, 30])
    expect(faults(policies.lru, program, frames)).toBe(exact[Math.min(frames, exact.length - 1)]);
});

test('the loop policy keeps a loop that LRU loses', () => {
  const program = goRound(40, 50, 0, createRandom(3));
  expect(faults(policies.lru, program, 30)).toBe(2000);
  expect(faults(loop, program, 30)).toBe(40 + 49 * 11);
});

test('the loop policy gives up pages that the program has done with', () => {
  const first = Array.from({ length: 3000 }, (_, at) => at % 10);
  const then = Array.from({ length: 30_000 }, (_, at) => 10 + (at % 12));
  const program = pageList([...first, ...then], 0, createRandom(4));
  const kept = faults(loop, program, 12, { tau: 1e9 });
  const aged = faults(loop, program, 12, { tau: 300 });
  expect(aged).toBeLessThan(kept / 10);
});

test('a policy that throws or names a stranger is told of by name', () => {
  const broken = { ...policies.fifo, name: 'mine', victim: () => 77 };
  expect(() => faults(broken, belady, 3)).toThrow(/'mine' named page 77/);
  const thrown = {
    ...policies.fifo,
    name: 'mine',
    victim: () => {
      throw new Error('oh\nno');
    },
  };
  expect(() => faults(thrown, belady, 3)).toThrow(/^policy 'mine' failed: oh;/);
});

test('a policy that only looks and never answers is told of', () => {
  const blind = {
    ...policies.fifo,
    name: 'blind',
    victim: (_: unknown, view: { referenced(page: number): boolean }) => {
      for (;;) view.referenced(0);
    },
  };
  expect(() => faults(blind, belady, 3)).toThrow(/'blind' failed: looked at pages without end/);
});

test('what is written and leaves is written back; faults are counted by kind', () => {
  const runs = Uint32Array.of(
    packRun(0, WRITE, 2),
    packRun(1, 0, 1),
    packRun(2, 2, 1),
    packRun(0, 0, 1),
    packRun(1, WRITE, 1),
    packRun(2, 0, 1),
  );
  const { faultsOf, writeBacks } = simulated(
    policies.fifo,
    { runs, pageNumbers: Float64Array.of(7, 8, 9) },
    2,
  );
  expect([...faultsOf.subarray(0, 3)]).toEqual([3, 2, 1]);
  expect(writeBacks).toBe(1);
});

const honest = Object.values(policies);

test('sizes side by side give what each gives alone, and what a plain pager counts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(...honest),
      fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
      (pages, policy, sizes) => {
        const runs = Uint32Array.from(pages, (page, at) => packRun(page, at % 3, 1));
        const program = { runs, pageNumbers: new Float64Array(12) };
        for (const simulation of simulate(policy, program, sizes)) {
          const plain = drivePolicy(policy, runs, 12, simulation.frames, { seed: 0 });
          expect(faultsSoFar(simulation)).toBe(plain.faults);
          expect(policy.check?.(simulation.state)).toBeUndefined();
        }
      },
    ),
  );
});
