import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_SUCH_SLOT } from '../../../../contracts/refusals.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { softFrameAt } from '../../../../servers/memory/revocation/soft-runs.ts';
import {
  checkBooks,
  createDesk,
  FIRST,
  say,
  settleIn,
  tableOf,
  take,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;

test('[SOFT6] beyond the limit the oldest of the own is dead, and that is told', () => {
  const desk = createDesk({ frames: 8, terms: { softMax: 2 } });
  const other = settleIn(desk, SECOND, 2, 0, 2);
  const [a = -1, b = -1, c = -1, d = -1] = settleIn(desk, FIRST, 5, 0, 5);
  for (const slot of other) say(desk, SECOND, 'releaseSoft', [slot]);
  for (const slot of [a, b]) expect(say(desk, FIRST, 'releaseSoft', [slot])).toEqual([]);
  expect(say(desk, FIRST, 'releaseSoft', [c])).toEqual([['softGone', a, 0, 0, 0, 0]]);
  expect(say(desk, FIRST, 'revive', [a, 1])[0]?.[2]).toBe(NO_SUCH_SLOT);
  // One that has come back counts no more; the next oldest is another.
  expect(say(desk, FIRST, 'revive', [b, 2])[0]?.[0]).toBe('granted');
  expect(say(desk, FIRST, 'releaseSoft', [d])).toEqual([]);
  expect(say(desk, FIRST, 'releaseSoft', [b])).toEqual([['softGone', c, 0, 0, 0, 0]]);
  for (const slot of other) expect(softFrameAt(tableOf(desk, SECOND), slot)).toBeGreaterThan(-1);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[SOFT6] a limit of none, and no limit', () => {
  const none = createDesk({ frames: 4, terms: { softMax: 0 } });
  const [slot = -1] = settleIn(none, FIRST, 2, 0, 1);
  expect(say(none, FIRST, 'releaseSoft', [slot])).toEqual([['softGone', slot, 0, 0, 0, 0]]);
  expect(none.server.soft).toMatchObject({ count: 0, slotsOf: expect.anything() });
  const all = createDesk({ frames: 64 });
  for (const one of settleIn(all, FIRST, 64, 0, 64)) say(all, FIRST, 'releaseSoft', [one]);
  expect(all.server.soft.count).toBe(64);
});

test('[SOFT4] [SOFT6] the dead are in no list', () => {
  const desk = createDesk({ frames: 4, terms: { softMax: 3 } });
  for (const slot of settleIn(desk, FIRST, 4, 0, 3)) say(desk, FIRST, 'releaseSoft', [slot]);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(desk.server.soft.count).toBe(0);
  expect(desk.server.soft.slotsOf[FIRST]).toEqual([]);
});

test('[SOFT6] any order of doings: the lists hold the living, the youngest of each client', () => {
  const step = fc.record({ who: fc.nat(1), what: fc.nat(3), at: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.nat(4), (steps, softMax) => {
      const desk = createDesk({ frames: 10, terms: { softMax } });
      for (const id of [FIRST, SECOND]) say(desk, id, 'contract', [4, 3, 0, 0]);
      for (const { who, what, at } of steps) {
        const id = FIRST + who;
        if (what === 0) take(desk, id, 1);
        else if (what === 1) say(desk, id, 'releaseSoft', [at]);
        else if (what === 2) say(desk, id, 'revive', [at, 1]);
        else say(desk, id, 'returnFrames', [at]);
        const living: number[] = [];
        for (const one of [FIRST, SECOND]) {
          const table = tableOf(desk, one);
          const slots = [...Array(table.slots).keys()].filter(
            (slot) => softFrameAt(table, slot) >= 0,
          );
          expect([...(desk.server.soft.slotsOf[one] ?? [])].sort((x, y) => x - y)).toEqual(slots);
          expect(slots.length).toBeLessThanOrEqual(softMax);
          living.push(...slots);
        }
        expect(desk.server.soft.count).toBe(living.length);
        expect(checkBooks(desk)).toBeUndefined();
      }
    }),
    { seed: 11, numRuns: 60 },
  );
});
