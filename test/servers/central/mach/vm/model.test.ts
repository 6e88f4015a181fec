/**
 * Mach's virtual memory against naive memory: random operations, contents equal after each, all checks
 * of the whole passed after each. VM_SEQUENCES=100000 for the long run.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rtPc } from '../../../../../sim-hw/page-table/rt-pc.ts';
import { x8664 } from '../../../../../sim-hw/page-table/x86-64.ts';
import { createPair, type Step, stepBoth, stepKinds } from '../../../../support/memory-pair.ts';

const sequences = Number(process.env.VM_SEQUENCES ?? 400);
// Even, since small words alone would name the same few pages again and again.
const word = fc.noBias(fc.nat(1_000_000));
const often = ['write', 'write', 'write', 'read', 'fork', 'end', 'page out'] as const;
const step: fc.Arbitrary<Step> = fc.record({
  // Writes and forks often enough for chains to grow.
  kind: fc.noBias(fc.constantFrom(...stepKinds, ...often, ...often)),
  task: word,
  page: word,
  count: word,
  other: word,
  value: word,
});

const worlds = [
  { name: 'existence', options: { collapsing: 'existence' } },
  { name: 'resident', options: { collapsing: 'resident' } },
  { name: 'off', options: { collapsing: 'off' } },
  { name: 'four frames a page', options: { pageOrder: 2 } },
  { name: 'inverted table', options: { format: rtPc } },
] as const;

test.each(worlds)(
  '[VM1] [VM2] [VM9] random operations, $name: contents are those of naive memory',
  ({ options }) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), (steps) => {
        const pair = createPair({ format: x8664, ...options });
        for (const [at, one] of steps.entries()) {
          const wrong = stepBoth(pair, one);
          if (wrong !== undefined) throw new Error(`step ${at}: ${wrong}`);
        }
      }),
      { numRuns: Math.ceil(sequences / worlds.length), seed: 5 },
    );
    expect(sequences).toBeGreaterThan(0);
  },
);
