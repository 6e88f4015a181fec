import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { pointsOf } from '../../../lab/curves/points.ts';
import { packRun, type ReferenceString } from '../../../sim-hw/references.ts';

function programOf(words: readonly [page: number, kind: number][]): ReferenceString {
  const runs = Uint32Array.from(words, ([page, kind]) => packRun(page, kind, 1));
  return { runs, references: runs.length, pageNumbers: new Float64Array(12) };
}

const anyProgram = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 2 })), {
    minLength: 1,
    maxLength: 150,
  })
  .map(programOf);

const frames = [1, 2, 3, 5, 8, 12, 40];

test.each(['lru', 'optimal'])('%s: one pass gives what simulating each size gives', (name) => {
  const policy = policies[name] as Policy;
  const wanted = { parameters: {}, frames, traffic: false };
  fc.assert(
    fc.property(anyProgram, (program) => {
      const simulated = pointsOf(program, policy, false, wanted);
      expect(pointsOf(program, policy, true, wanted)).toEqual(simulated);
    }),
  );
});

test('lru: one pass gives the traffic that simulating each size gives', () => {
  const wanted = { parameters: {}, frames, traffic: true };
  const lru = policies.lru as Policy;
  fc.assert(
    fc.property(anyProgram, (program) => {
      const simulated = pointsOf(program, lru, false, wanted);
      expect(pointsOf(program, lru, true, wanted)).toEqual(simulated);
    }),
  );
});

test('traffic: kinds sum to misses, and no page is written back that was not written', () => {
  const wanted = { parameters: {}, frames, traffic: true };
  fc.assert(
    fc.property(anyProgram, fc.constantFrom(...Object.values(policies)), (program, policy) => {
      const writes = program.runs.filter((run) => ((run >>> 6) & 3) === 1).length;
      for (const { misses, traffic } of pointsOf(program, policy, true, wanted)) {
        if (traffic === undefined) throw new Error('no traffic');
        const { readMisses, writeMisses, fetchMisses, writeBacks } = traffic;
        expect(readMisses + writeMisses + fetchMisses).toBe(misses);
        expect(writeBacks).toBeLessThanOrEqual(Math.min(writes, misses));
      }
    }),
  );
});

test('a policy of a user that is called lru is simulated, not taken for ours', () => {
  const program = programOf([0, 1, 2, 0, 1, 2].map((page) => [page, 0]));
  const named = { ...policies.mru, name: 'lru' } as Policy;
  const [point] = pointsOf(program, named, false, { parameters: {}, frames: [2], traffic: false });
  expect(point?.misses).toBe(4);
});
