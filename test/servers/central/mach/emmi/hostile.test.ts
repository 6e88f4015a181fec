/** A hostile pager: whatever it says, the kernel stands, and tasks of others see nothing of it. Rows 26, 65. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emmiMessages } from '../../../../../contracts/emmi-messages.ts';
import { type MessageName, OP } from '../../../../../contracts/messages.ts';
import {
  clientTask,
  createWorld,
  emmiIn,
  get,
  mapObject,
  outcomeOf,
  pass,
  put,
  say,
  touch,
} from '../../../../../lab/conformance/world.ts';
import { silentPager } from '../../../../../servers/central/mach/emmi/pagers/silent.ts';
import { storePager } from '../../../../../servers/central/mach/emmi/pagers/store.ts';
import { checkVm } from '../../../../../servers/central/mach/vm/index.ts';

const MS = 1_000_000;
const names = Object.keys(emmiMessages) as MessageName[];

const words = fc.tuple(
  fc.constantFrom(...names),
  ...[0, 1, 2, 3].map(() => fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer())),
);

test('[EMMI2] [EMMI16] whatever a pager says, others have their pages, and the books are right', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40, size: 'max' }), (said) => {
      const world = createWorld({ pagers: [silentPager, storePager], frames: 40, pages: 16 });
      const hostile = world.pagers[0];
      mapObject(world, 0, 0, 16, 0);
      touch(world, 0, 3);
      const at = mapObject(world, 1, 0, 16, 1) as number;
      for (let page = 0; page < 16; page++) put(world, 1, at + page, page);
      for (const [name, ...w] of said) {
        say(world, hostile, OP[name], w);
        expect(get(world, 1, at + (w[0] & 15))).toBe(w[0] & 15);
      }
      pass(world, 10_000 * MS);
      for (let page = 0; page < 16; page++) expect(get(world, 1, at + page)).toBe(page);
      expect(checkVm(emmiIn(world).vm)).toBeUndefined();
      expect(emmiIn(world).state.waits).toEqual([]);
    }),
    { numRuns: 60, seed: 3 },
  );
});

test('[EMMI3] a task has so many accesses that wait, and no more', () => {
  const world = createWorld({ pagers: [silentPager] });
  const at = mapObject(world, 0) as number;
  for (let tag = 1; tag <= 65; tag++)
    say(world, clientTask(world, 0), OP.machFault, [tag, at + (tag & 7), 1]);
  expect([64, 65].map((tag) => outcomeOf(world, 0, tag))).toEqual(['waits', 'RESOURCE_SHORTAGE']);
  expect(emmiIn(world).state.requests).toHaveLength(8);
});
