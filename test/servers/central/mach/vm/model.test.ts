/**
 * Mach's virtual memory against naive memory: random operations, contents equal after each, all checks
 * of the whole passed after each. VM_SEQUENCES=100000 for the long run.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Vm, VmOptions } from '../../../../../servers/central/mach/vm/index.ts';
import { placesOf } from '../../../../../servers/central/mach/vm/index.ts';
import {
  formatFor,
  type PageTableFormat,
  pageTableFormats,
} from '../../../../../sim-hw/page-table/index.ts';
import { hashState } from '../../../../../sim-hw/state.ts';
import { createPair, type Step, stepBoth, stepKinds } from '../../../../support/memory-pair.ts';

const sequences = Number(process.env.VM_SEQUENCES ?? 400);
// Even, since small words alone would name the same few pages again and again.
const word = fc.noBias(fc.nat(1_000_000));
// Writes, forks and pageouts often enough for chains to grow and pagers to be made.
const often = ['write', 'write', 'write', 'read', 'fork', 'end', 'page out'] as const;
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.noBias(fc.constantFrom(...stepKinds, ...often, ...often)),
  task: word,
  page: word,
  count: word,
  other: word,
  value: word,
});
const steps = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' });

const worlds: [name: string, options: Partial<VmOptions>][] = [
  ['collapsing by existence', { collapsing: 'existence' }],
  ['collapsing by resident pages', { collapsing: 'resident' }],
  ['no collapsing', { collapsing: 'off' }],
  ['four frames a page', { pageOrder: 2 }],
];
const formats = Object.entries(pageTableFormats);
const tables: typeof worlds = formats.map(([name, format]) => [`table ${name}`, { format }]);
const erratum = formatFor({ pageTable: 'ns32082', erratum: true }) as PageTableFormat;
const all = [...worlds, ...tables, ['ns32082 with its erratum', { format: erratum }] as const];

test.each(all)(
  '[VM1] [VM2] [VM9] [VM11] random operations as in naive memory: %s',
  (_, options) => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const pair = createPair(options);
        for (const [at, one] of sequence.entries()) {
          const wrong = stepBoth(pair, one);
          if (wrong !== undefined) throw new Error(`step ${at}: ${wrong}`);
        }
      }),
      { numRuns: Math.ceil(sequences / all.length), seed: 5 },
    );
  },
);

/** All that has nothing to do with the hardware: maps, objects, which page is in memory and where. */
function independentState({ state }: Vm): string {
  const { entries, maps, objects, tasks, store, resident } = state;
  const { owner, offset } = resident.index;
  const pages = placesOf(objects).map((object) =>
    [...owner.keys()].filter((page) => owner[page] === object).map((page) => offset[page]),
  );
  // Hints follow faults, of which a format may cause more.
  const links = maps.records.map((map) => map && { ...map, hint: 0 });
  const held = pages.map((list) => list.toSorted((a, b) => a - b));
  return hashState([entries, links, objects, tasks, store.index, store.memory, held]);
}

test('[VM9] one sequence of operations on every format: the same objects, pages and contents', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const hashes = formats.map(([, format]) => {
        // Memory enough for all: who is evicted may depend on bits that hardware sets or not.
        const pair = createPair({ format, frames: 400 });
        for (const one of sequence)
          if (one.kind !== 'page out' && one.kind !== 'drop')
            expect(stepBoth(pair, one)).toBeUndefined();
        return independentState(pair.vm);
      });
      expect(new Set(hashes).size).toBe(1);
    }),
    { numRuns: Math.ceil(sequences / 20), seed: 6 },
  );
});
