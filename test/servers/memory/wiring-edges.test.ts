/** Wires at their edges: large runs, many slots, several clients, and the one timer for all. */

import { expect, test } from 'vitest';
import { NO_SUCH_SLOT, OVER_WIRED } from '../../../contracts/refusals.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { killTask } from '../../../nucleus/life.ts';
import { isWired, wiredLimit } from '../../../servers/memory/wiring.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  type Heard,
  say,
  settleIn,
  takeHeard,
} from '../../support/desk.ts';

const [A, B] = [FIRST, FIRST + 1];
const terms = { wiredMax: 0.5, wiredTimeMax: 1000 };

function wire(desk: Desk, client: number, slot: number, duration: number): Heard | undefined {
  return say(desk, client, 'wire', [slot, 0, duration])[0];
}

function wired(desk: Desk, client: number, slots: readonly number[]): number[] {
  return slots.filter((slot) => isWired(desk.server, client, slot));
}

test('[MEM10] a large run counts with all its frames, and ceases to with all of them', () => {
  const desk = createDesk({ frames: 16, terms });
  say(desk, A, 'contract', [9, 0, 0, 0]);
  const [four, one, two, other] = [2, 0, 1, 1].map(
    (order) => say(desk, A, 'allocate', [order, 0, 0])[0]?.[2] as number,
  ) as [number, number, number, number];
  expect(wiredLimit(desk.server, desk.server.clients[A] as never)).toBe(4);
  expect(wire(desk, A, one, 100)?.[0]).toBe('wired');
  expect(wire(desk, A, four, 100)?.[2]).toBe(OVER_WIRED);
  expect(say(desk, A, 'unwire', [one])).toEqual([]);
  expect(wire(desk, A, four, 100)?.[0]).toBe('wired');
  // It is full, and what is in it is wired anew all the same.
  expect(wire(desk, A, four, 200)?.[0]).toBe('wired');
  expect(wire(desk, A, one, 100)?.[2]).toBe(OVER_WIRED);
  say(desk, A, 'returnFrames', [four]);
  expect(desk.server.wirings[A]?.frames).toBe(0);
  for (const slot of [two, other]) expect(wire(desk, A, slot, 100)?.[0]).toBe('wired');
  expect(desk.server.wirings[A]?.frames).toBe(4);
});

test('[MEM11] the longest time is allowed, and none is an instant', () => {
  const desk = createDesk({ frames: 8, terms });
  const [slot = -1, other = -1] = settleIn(desk, A, 4, 0, 2);
  expect(wire(desk, A, slot, 1000)).toEqual(['wired', 0, slot, 1000, 0, 0]);
  expect(wire(desk, A, other, 0)).toEqual(['wired', 0, other, 0, 0, 0]);
  advance(desk, 0);
  expect(wired(desk, A, [slot, other])).toEqual([slot]);
});

test('[MEM11] whatever the slot: one far up is wired beside those that were before', () => {
  const desk = createDesk({ frames: 128, terms });
  const slots = settleIn(desk, A, 100, 0, 90);
  const chosen = [0, 15, 16, 17, 40, 89].map((at) => slots[at] as number);
  for (const slot of chosen) expect(wire(desk, A, slot, 500)?.[0]).toBe('wired');
  expect(wired(desk, A, slots)).toEqual(chosen);
  expect(desk.server.wirings[A]?.frames).toBe(6);
  expect(say(desk, A, 'unwire', [slots[39] as number])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(say(desk, A, 'unwire', [4000])[0]?.[2]).toBe(NO_SUCH_SLOT);
  advance(desk, 500);
  expect(takeHeard(desk, A).map(([, slot]) => slot)).toEqual(chosen);
});

test('[MEM11] each wire of each client ends at its own time, and the owner alone is told', () => {
  const desk = createDesk({ frames: 16, terms });
  const mine = settleIn(desk, A, 8, 0, 4);
  const others = settleIn(desk, B, 8, 0, 4);
  const times = [700, 300, 500];
  for (const [i, time] of times.entries()) {
    wire(desk, A, mine[i] as number, time);
    wire(desk, B, others[i] as number, time + 50);
  }
  const ended: [number, number, number][] = [];
  for (let at = 50; at <= 1000; at += 50) {
    advance(desk, 50);
    for (const client of [A, B])
      for (const [name, slot] of takeHeard(desk, client)) {
        expect(name).toBe('unwired');
        ended.push([client, slot as number, at]);
      }
  }
  expect(ended).toEqual([
    [A, mine[1], 300],
    [B, others[1], 350],
    [A, mine[2], 500],
    [B, others[2], 550],
    [A, mine[0], 700],
    [B, others[0], 750],
  ]);
  expect(desk.kernel.state.timers.size).toBe(0);
  expect(desk.server.wireTimerAt).toBe(Number.POSITIVE_INFINITY);
});

test('[MEM11] a wire that is set anew ends then, and not when it would have', () => {
  const desk = createDesk({ frames: 16, terms });
  const [slot = -1] = settleIn(desk, A, 8, 0, 4);
  wire(desk, A, slot, 100);
  advance(desk, 50);
  wire(desk, A, slot, 300);
  advance(desk, 299);
  expect(takeHeard(desk, A)).toEqual([]);
  advance(desk, 1);
  expect(takeHeard(desk, A)).toEqual([['unwired', slot, 0, 0, 0, 0]]);
});

test('[MEM6] [MEM11] of the dead nothing is wired, and nobody hears of it', () => {
  const desk = createDesk({ frames: 16, terms });
  const slots = settleIn(desk, A, 8, 0, 4);
  for (const slot of slots) wire(desk, A, slot, 400);
  killTask(desk.kernel, A);
  deliverAll(desk.kernel);
  expect(desk.server.wirings[A]?.frames).toBe(0);
  expect(wired(desk, A, slots)).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM13] the highest slots are unwired, as many as it takes', () => {
  const desk = createDesk({ frames: 16, terms: { ...terms, graceShrink: 10 } });
  const slots = settleIn(desk, A, 12, 0, 8);
  for (const slot of slots.slice(1, 7)) wire(desk, A, slot, 900);
  say(desk, A, 'contract', [7, 0, 0, 0]);
  advance(desk, 10);
  const unwired = takeHeard(desk, A).filter(([name]) => name === 'unwired');
  expect(unwired.map(([, slot]) => slot)).toEqual([slots[6], slots[5], slots[4]]);
  expect(wired(desk, A, slots)).toEqual(slots.slice(1, 4));
  expect(desk.server.wirings[A]?.frames).toBe(3);
  // Just as many as may be: none more goes.
  say(desk, A, 'contract', [6, 0, 0, 0]);
  advance(desk, 10);
  expect(takeHeard(desk, A).filter(([name]) => name === 'unwired')).toEqual([]);
});
