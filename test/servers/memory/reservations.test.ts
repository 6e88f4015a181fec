import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BUSY,
  IN_USE,
  NO_CONTRACT,
  NO_FREE_FRAMES,
  NO_RUN,
  NO_SUCH_SLOT,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import { frameAt } from '../../../nucleus/capabilities.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { killTask } from '../../../nucleus/life.ts';
import {
  checkBooks,
  createDesk,
  FIRST,
  hashDesk,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../support/desk.ts';

const SECOND = FIRST + 1;

test('[MEM25] neighbouring frames come in neighbouring slots, and count as held', () => {
  const desk = createDesk({ frames: 32 });
  const [hole = -1, kept = -1] = settleIn(desk, FIRST, 20, 0, 3);
  say(desk, FIRST, 'returnFrames', [hole]);
  const [reserved] = say(desk, FIRST, 'reserveRun', [3, 0, 9]);
  const [name, tag, slot = -1, order] = reserved as [string, number, number, number];
  expect([name, tag, order]).toEqual(['reserved', 9, 3]);
  const table = tableOf(desk, FIRST);
  const first = frameAt(table, slot);
  expect(first % 8).toBe(0);
  for (let i = 0; i < 8; i++) expect(frameAt(table, slot + i)).toBe(first + i);
  expect(frameAt(table, kept)).toBeGreaterThan(-1);
  expect(desk.server.clients[FIRST]?.held).toBe(2 + 8);
  // The hole is used first by who asks for one frame.
  expect(take(desk, FIRST, 1)).toEqual([hole]);
  expect(say(desk, FIRST, 'returnFrames', [slot + 3])).toEqual([]);
  expect(desk.server.clients[FIRST]?.held).toBe(10);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM25] slots in a row that are free are used again', () => {
  const desk = createDesk({ frames: 32 });
  say(desk, FIRST, 'contract', [24, 0, 0, 0]);
  const slot = say(desk, FIRST, 'reserveRun', [3, 0, 0])[0]?.[2] as number;
  for (let round = 0; round < 20; round++) {
    expect(say(desk, FIRST, 'returnRange', [slot, 8])).toEqual([]);
    expect(say(desk, FIRST, 'reserveRun', [3, 0, 0])[0]?.[2]).toBe(slot);
  }
  expect(tableOf(desk, FIRST).slots).toBe(slot + 8);
});

test('[MEM25] it never waits and calls nobody back', () => {
  const desk = createDesk({ frames: 16 });
  expect(say(desk, FIRST, 'reserveRun', [1, 0, 0])[0]?.[2]).toBe(NO_CONTRACT);
  say(desk, FIRST, 'contract', [8, 0, 0, 0]);
  settleIn(desk, SECOND, 0, 12, 12);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'reserveRun', [4, 0, 0])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(say(desk, FIRST, 'reserveRun', [3, 0, 0])[0]?.[2]).toBe(NO_FREE_FRAMES);
  expect(hashDesk(desk)).toBe(before);
  expect(takeHeard(desk, SECOND)).toEqual([]);
  expect(say(desk, FIRST, 'reserveRun', [2, 0, 0])[0]?.[0]).toBe('reserved');
  say(desk, FIRST, 'allocate', [0, 0, 0]);
  expect(say(desk, FIRST, 'reserveRun', [0, 0, 0]).at(-1)?.[2]).toBe(BUSY);
});

test('[MEM25] where no aligned run is free it is refused', () => {
  const desk = createDesk({ frames: 8 });
  const slots = settleIn(desk, FIRST, 8, 0, 8);
  for (const slot of slots.filter((_, i) => i % 2 === 0)) say(desk, FIRST, 'returnFrames', [slot]);
  expect(say(desk, FIRST, 'reserveRun', [1, 0, 0])[0]?.[2]).toBe(NO_RUN);
  expect(say(desk, FIRST, 'reserveRun', [10, 0, 0])[0]?.[2]).toBe(OVER_CONTRACT);
});

test('[MEM4] [MEM25] frames that were another’s come zeroed, the own as they were left', () => {
  const desk = createDesk({ frames: 8 });
  const mine = settleIn(desk, FIRST, 4, 4, 8);
  for (const slot of mine)
    desk.kernel.state.frames.stampHigh[frameAt(tableOf(desk, FIRST), slot)] = 5;
  for (const slot of mine) say(desk, FIRST, 'returnFrames', [slot]);
  const own = say(desk, FIRST, 'reserveRun', [2, 0, 0])[0] as readonly unknown[];
  expect(own[4]).toBe(0);
  expect(desk.kernel.state.frames.stampHigh[frameAt(tableOf(desk, FIRST), own[2] as number)]).toBe(
    5,
  );
  say(desk, SECOND, 'contract', [4, 0, 0, 0]);
  const other = say(desk, SECOND, 'reserveRun', [2, 0, 0])[0] as readonly unknown[];
  expect(other[4]).toBe(1);
  expect(
    desk.kernel.state.frames.stampHigh[frameAt(tableOf(desk, SECOND), other[2] as number)],
  ).toBe(0);
});

test('[MEM26] [REV2] many go back in one message, and answer a notice', () => {
  const desk = createDesk({ frames: 16 });
  say(desk, FIRST, 'contract', [4, 12, 0, 0]);
  const slot = say(desk, FIRST, 'reserveRun', [4, 0, 0])[0]?.[2] as number;
  say(desk, SECOND, 'contract', [8, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [3, 0, 0]);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toContain('notice');
  say(desk, FIRST, 'returnRange', [slot + 8, 8]);
  expect(desk.kernel.state.tasks[FIRST]?.revocationsMet).toBe(1);
  expect(takeHeard(desk, SECOND)[0]?.[0]).toBe('granted');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM26] what is not there, or in a container, is passed over; nothing there is refused', () => {
  const desk = createDesk({ frames: 16 });
  const slots = settleIn(desk, FIRST, 16, 0, 6);
  say(desk, FIRST, 'createContainer', [slots[2] as number, 10, 0, 0, 0]);
  say(desk, FIRST, 'returnFrames', [slots[4] as number]);
  expect(say(desk, FIRST, 'returnRange', [slots[0] as number, 40])).toEqual([]);
  expect(desk.server.clients[FIRST]?.held).toBe(1);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'returnRange', [slots[2] as number, 9])[0]?.[2]).toBe(IN_USE);
  expect(say(desk, FIRST, 'returnRange', [slots[3] as number, 9])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(say(desk, FIRST, 'returnRange', [2 ** 24 - 1, 1024])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(hashDesk(desk)).toBe(before);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM6] [MEM25] the dead keep nothing reserved', () => {
  const desk = createDesk({ frames: 16 });
  say(desk, FIRST, 'contract', [16, 0, 0, 0]);
  say(desk, FIRST, 'reserveRun', [4, 0, 0]);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(desk.kernel.state.frames.buddy.free).toBe(16);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM25] [MEM26] any order of doings: slots, frames and books agree', () => {
  const step = fc.record({ who: fc.nat(1), what: fc.nat(4), at: fc.nat(30), order: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 70 }), (steps) => {
      const desk = createDesk({ frames: 40 });
      for (const id of [FIRST, SECOND]) say(desk, id, 'contract', [12, 14, 0, 0]);
      for (const { who, what, at, order } of steps) {
        const id = FIRST + who;
        if (what === 0) say(desk, id, 'reserveRun', [order, 0, 1]);
        else if (what === 1) say(desk, id, 'returnRange', [at, 1 + order * 3]);
        else if (what === 2) say(desk, id, 'allocate', [0, 0, 1]);
        else if (what === 3) say(desk, id, 'returnFrames', [at]);
        else say(desk, id, 'releaseSoft', [at]);
        expect(checkBooks(desk)).toBeUndefined();
      }
    }),
    { seed: 31, numRuns: 60 },
  );
});
