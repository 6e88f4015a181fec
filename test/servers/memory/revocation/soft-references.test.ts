import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  IN_USE,
  NO_FREE_FRAMES,
  NO_SUCH_SLOT,
  OVER_CONTRACT,
} from '../../../../contracts/refusals.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import { softFrameAt } from '../../../../servers/memory/revocation/soft-runs.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hashDesk,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;

function write(desk: Desk, slot: number, high: number): void {
  desk.kernel.state.frames.stampHigh[frameAt(tableOf(desk, FIRST), slot)] = high;
}

function read(desk: Desk, slot: number): number | undefined {
  return desk.kernel.state.frames.stampHigh[frameAt(tableOf(desk, FIRST), slot)];
}

test("[SOFT1] [SOFT2] given back softly it is nobody's, and comes back as it was left", () => {
  const desk = createDesk({ frames: 8 });
  const [slot = -1] = settleIn(desk, FIRST, 4, 0, 2);
  write(desk, slot, 77);
  expect(map(desk.kernel, FIRST, FIRST, 3, slot, true)).toBe(true);
  expect(say(desk, FIRST, 'releaseSoft', [slot])).toEqual([]);
  expect(desk.server.clients[FIRST]?.held).toBe(1);
  expect(frameAt(tableOf(desk, FIRST), slot)).toBe(-1);
  expect(map(desk.kernel, FIRST, FIRST, 3, slot, true)).toBe(false);
  expect(checkBooks(desk)).toBeUndefined();
  expect(say(desk, FIRST, 'revive', [slot, 5])).toEqual([['granted', 5, slot, 0, 0, 0]]);
  expect(read(desk, slot)).toBe(77);
  expect(desk.server.clients[FIRST]?.held).toBe(2);
  expect(say(desk, FIRST, 'revive', [slot, 6])[0]?.slice(0, 3)).toEqual([
    'refused',
    6,
    NO_SUCH_SLOT,
  ]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[SOFT3] its frames are granted to another: the owner is told, once, and nothing comes back', () => {
  const desk = createDesk({ frames: 4 });
  const slots = settleIn(desk, FIRST, 2, 2, 4);
  say(desk, SECOND, 'contract', [2, 0, 0, 0]);
  for (const slot of slots.slice(1, 3)) say(desk, FIRST, 'releaseSoft', [slot]);
  const [granted] = say(desk, SECOND, 'allocate', [0, 0, 0]);
  expect(granted?.[0]).toBe('granted');
  expect(takeHeard(desk, FIRST)).toEqual([['softGone', slots[1], 0, 0, 0, 0]]);
  expect(say(desk, FIRST, 'revive', [slots[1] as number, 1])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(say(desk, FIRST, 'revive', [slots[2] as number, 1])[0]?.[0]).toBe('granted');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[SOFT3] of a large run one frame is granted: all of the reference is gone', () => {
  const desk = createDesk({ frames: 4 });
  say(desk, FIRST, 'contract', [4, 0, 0, 0]);
  const slot = say(desk, FIRST, 'allocate', [2, 0, 0])[0]?.[2] as number;
  say(desk, FIRST, 'releaseSoft', [slot]);
  take(desk, FIRST, 1);
  expect(desk.server.soft.count).toBe(0);
  expect([...desk.server.soft.covered]).toEqual([0]);
  expect(say(desk, FIRST, 'revive', [slot + 1, 1])[0]?.[2]).toBe(NO_SUCH_SLOT);
});

test('[SOFT2] revived within the contract only, and not before those who wait', () => {
  const desk = createDesk({ frames: 6, clients: 2 });
  const slots = settleIn(desk, FIRST, 1, 3, 4);
  say(desk, FIRST, 'releaseSoft', [slots[3] as number]);
  say(desk, FIRST, 'contract', [1, 2, 0, 0]);
  expect(say(desk, FIRST, 'revive', [slots[3] as number, 1])[0]?.[2]).toBe(OVER_CONTRACT);
  say(desk, FIRST, 'returnFrames', [slots[0] as number]);
  expect(say(desk, FIRST, 'revive', [slots[3] as number, 1])[0]?.[0]).toBe('granted');
  const other = createDesk({ frames: 4, clients: 2 });
  const mine = settleIn(other, FIRST, 1, 3, 4);
  say(other, FIRST, 'releaseSoft', [mine[3] as number]);
  say(other, SECOND, 'contract', [3, 0, 0, 0]);
  say(other, SECOND, 'allocate', [1, 0, 0]);
  // A run of two cannot be had yet: the second waits, the first owes.
  expect(say(other, FIRST, 'revive', [mine[3] as number, 1]).at(-1)?.[2]).toBe(NO_FREE_FRAMES);
});

test('[SOFT1] [REV2] a soft return answers a notice', () => {
  const desk = createDesk({ frames: 4 });
  const slots = settleIn(desk, FIRST, 1, 3, 4);
  say(desk, SECOND, 'contract', [2, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 0]);
  say(desk, FIRST, 'releaseSoft', [slots[2] as number]);
  expect(desk.kernel.state.tasks[FIRST]?.revocationsMet).toBe(1);
  expect(takeHeard(desk, SECOND)[0]?.[0]).toBe('granted');
});

test('[SOFT1] only a run in the own table, in no container, is given back softly', () => {
  const desk = createDesk({ frames: 8 });
  const [slot = -1] = settleIn(desk, FIRST, 4, 0, 1);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'releaseSoft', [slot + 1])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(say(desk, FIRST, 'revive', [slot, 1])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(say(desk, FIRST, 'revive', [2 ** 24 - 1, 1])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(hashDesk(desk)).toBe(before);
  say(desk, FIRST, 'createContainer', [slot, 10, 0, 0, 0]);
  expect(say(desk, FIRST, 'releaseSoft', [slot])[0]?.[2]).toBe(IN_USE);
});

test('[SOFT4] the references of the dead are dead', () => {
  const desk = createDesk({ frames: 4 });
  const slots = settleIn(desk, FIRST, 4, 0, 4);
  for (const slot of slots) say(desk, FIRST, 'releaseSoft', [slot]);
  expect(desk.server.soft.count).toBe(4);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(desk.server.soft).toEqual({ count: 0, covered: new Uint8Array(1), slotsOf: [] });
});

test('[SOFT1] [SOFT2] [SOFT3] any order of doings: what is revived holds what was left, books hold', () => {
  const step = fc.record({ who: fc.nat(1), what: fc.nat(3), at: fc.nat(9), order: fc.nat(1) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const desk = createDesk({ frames: 10 });
      const contents = new Map<string, number>();
      for (const id of [FIRST, SECOND]) say(desk, id, 'contract', [4, 3, 0, 0]);
      let stamp = 100;
      for (const { who, what, at, order } of steps) {
        const id = FIRST + who;
        const table = tableOf(desk, id);
        const first = frameAt(table, at);
        if (what === 0) say(desk, id, 'allocate', [order, 0, 0]);
        else if (what === 1) say(desk, id, 'returnFrames', [at]);
        else if (what === 2 && first >= 0) {
          desk.kernel.state.frames.stampHigh[first] = ++stamp;
          say(desk, id, 'releaseSoft', [at]);
          contents.set(`${id} ${at}`, stamp);
        } else if (what === 3 && softFrameAt(table, at) >= 0) {
          const answer = say(desk, id, 'revive', [at, 0]).at(-1);
          const frame = frameAt(table, at);
          if (answer?.[0] === 'granted')
            expect(desk.kernel.state.frames.stampHigh[frame]).toBe(contents.get(`${id} ${at}`));
        }
        expect(checkBooks(desk)).toBeUndefined();
      }
      const soft = [FIRST, SECOND].flatMap((id) => {
        const table = tableOf(desk, id);
        return Array.from({ length: table.slots }, (_, slot) => softFrameAt(table, slot));
      });
      expect(desk.server.soft.count).toBe(soft.filter((frame) => frame >= 0).length);
    }),
    { seed: 401, numRuns: 300 },
  );
});
