import { expect, test } from 'vitest';
import { NO_SUCH_SLOT, OVER_WIRED, TOO_LONG } from '../../../contracts/refusals.ts';
import { givePort } from '../../../nucleus/kernel.ts';
import { KILLED } from '../../../nucleus/tasks.ts';
import { isWired } from '../../../servers/memory/wiring.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  hashDesk,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../support/desk.ts';

const SECOND = FIRST + 1;
const terms = { wiredMax: 0.5, wiredTimeMax: 1000 };

/** The first client holds 4 + 4 of 8 frames and may wire 2 of them, the second has a claim on 4. */
function lent(options: DeskOptions = {}): { desk: Desk; slots: number[] } {
  const desk = createDesk({ frames: 8, ...options, terms: { ...terms, ...options.terms } });
  const slots = settleIn(desk, FIRST, 4, 4, 8);
  say(desk, SECOND, 'contract', [4, 0, 0, 0]);
  return { desk, slots };
}

function wiredSlots({ server }: Desk): number[] {
  return Array.from({ length: 16 }, (_, slot) => slot).filter((slot) =>
    isWired(server, FIRST, slot),
  );
}

test('[MEM10] a wired frame is not among those that the server takes', () => {
  for (const wires of [false, true]) {
    const { desk, slots } = lent();
    if (wires)
      for (const slot of slots.slice(6))
        expect(say(desk, FIRST, 'wire', [slot, 9, 500])).toEqual([['wired', 9, slot, 500, 0, 0]]);
    say(desk, SECOND, 'allocate', [2, 0, 1]);
    takeHeard(desk, FIRST);
    advance(desk, 100);
    const losses = takeHeard(desk, FIRST).map(([, slot]) => slot);
    expect(losses).toEqual(wires ? [5, 4, 3, 2] : [7, 6, 5, 4]);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[MEM10] at most wiredMax of G is wired, however much is held; what is wired is wired anew', () => {
  const { desk, slots } = lent();
  for (const slot of slots.slice(0, 2)) say(desk, FIRST, 'wire', [slot, 0, 500]);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'wire', [slots[2] as number, 7, 500])).toEqual([
    ['refused', 7, OVER_WIRED, expect.any(Number), 0, 0],
  ]);
  expect(hashDesk(desk)).toBe(before);
  advance(desk, 300);
  expect(say(desk, FIRST, 'wire', [slots[0] as number, 8, 600])[0]?.slice(0, 4)).toEqual([
    'wired',
    8,
    slots[0],
    900,
  ]);
});

test('[MEM10] [MEM11] what cannot be wired is refused, and nothing has changed', () => {
  const { desk, slots } = lent();
  say(desk, FIRST, 'wire', [slots[0] as number, 0, 500]);
  const before = hashDesk(desk);
  const reason = (client: number, name: 'wire' | 'unwire', words: number[]) =>
    say(desk, client, name, words)[0]?.slice(0, 3);
  expect(reason(FIRST, 'wire', [slots[1] as number, 3, 1001])).toEqual(['refused', 3, TOO_LONG]);
  expect(reason(FIRST, 'wire', [99, 4, 10])).toEqual(['refused', 4, NO_SUCH_SLOT]);
  expect(reason(SECOND, 'wire', [0, 5, 10])).toEqual(['refused', 5, NO_SUCH_SLOT]);
  expect(reason(FIRST, 'unwire', [slots[1] as number])).toEqual([
    'refused',
    slots[1],
    NO_SUCH_SLOT,
  ]);
  expect(reason(SECOND, 'unwire', [slots[0] as number])?.[2]).toBe(NO_SUCH_SLOT);
  expect(hashDesk(desk)).toBe(before);
  const none = createDesk({ frames: 8 });
  const [slot] = settleIn(none, FIRST, 4, 4, 1);
  expect(say(none, FIRST, 'wire', [slot as number, 1, 1])[0]?.[2]).toBe(TOO_LONG);
  expect(say(none, FIRST, 'wire', [slot as number, 1, 0])[0]?.[2]).toBe(OVER_WIRED);
});

test('[MEM11] a wire ends at its time limit, whatever its owner does, and the owner is told', () => {
  const { desk, slots } = lent();
  say(desk, FIRST, 'wire', [slots[0] as number, 0, 500]);
  say(desk, FIRST, 'wire', [slots[1] as number, 0, 200]);
  advance(desk, 199);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  advance(desk, 1);
  expect(takeHeard(desk, FIRST)).toEqual([['unwired', slots[1], 0, 0, 0, 0]]);
  expect(wiredSlots(desk)).toEqual([slots[0]]);
  advance(desk, 300);
  expect(takeHeard(desk, FIRST)).toEqual([['unwired', slots[0], 0, 0, 0, 0]]);
  expect(wiredSlots(desk)).toEqual([]);
  expect(desk.server.wirings[FIRST]?.frames).toBe(0);
});

test('[MEM11] unwired, returned or left by the dead, a frame is wired no more', () => {
  const { desk, slots } = lent();
  for (const slot of slots.slice(0, 2)) say(desk, FIRST, 'wire', [slot, 0, 500]);
  expect(say(desk, FIRST, 'unwire', [slots[0] as number])).toEqual([]);
  say(desk, FIRST, 'returnFrames', [slots[1] as number]);
  expect(wiredSlots(desk)).toEqual([]);
  expect(desk.server.wirings[FIRST]?.frames).toBe(0);
  // The slot is used again, for another frame or the same, and that one is not wired.
  expect(take(desk, FIRST, 1)).toEqual([slots[1]]);
  expect(wiredSlots(desk)).toEqual([]);
});

test('[MEM12] who wires all it can and never lets go: revocation ends at the deadline, in full', () => {
  for (const penalty of ['repossess', 'kill'] as const) {
    const { desk, slots } = lent({ terms: { penalty, wiredMax: 1 } });
    const wireAll = () => {
      for (const slot of slots) say(desk, FIRST, 'wire', [slot, 0, 1000]);
    };
    wireAll();
    expect(wiredSlots(desk)).toEqual(slots.slice(0, 4));
    say(desk, SECOND, 'allocate', [2, 0, 1]);
    for (let at = 0; at < 10; at++) {
      wireAll();
      advance(desk, 10);
    }
    expect(takeHeard(desk, SECOND)[0]?.[0]).toBe('granted');
    const task = desk.kernel.state.tasks[FIRST];
    expect(desk.server.clients[FIRST]?.held).toBe(penalty === 'kill' ? 0 : 4);
    expect(task?.status === KILLED).toBe(penalty === 'kill');
    expect(desk.server.wirings[FIRST]?.frames).toBe(penalty === 'kill' ? 0 : 4);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[MEM12] with no limit to what is wired nothing is taken: the test above can fail', () => {
  const { desk, slots } = lent({ planted: 'wire-without-limit' });
  for (const slot of slots) say(desk, FIRST, 'wire', [slot, 0, 1000]);
  say(desk, SECOND, 'allocate', [2, 0, 1]);
  advance(desk, 100);
  expect(desk.server.clients[FIRST]?.held).toBe(8);
});

test('[MEM13] where a guarantee falls or ends, what is wired beyond its share is unwired', () => {
  const { desk, slots } = lent({ terms: { graceShrink: 50 } });
  for (const slot of slots.slice(0, 2)) say(desk, FIRST, 'wire', [slot, 0, 1000]);
  say(desk, FIRST, 'contract', [2, 6, 0, 0]);
  expect(wiredSlots(desk)).toEqual(slots.slice(0, 2));
  advance(desk, 50);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['unwired', 'contractIs']);
  expect(wiredSlots(desk)).toEqual([slots[0]]);
  const ends = createDesk({ frames: 8, terms });
  const held = settleIn(ends, FIRST, 4, 0, 4);
  say(ends, FIRST, 'contract', [4, 0, 100, 0]);
  for (const slot of held.slice(0, 2)) say(ends, FIRST, 'wire', [slot, 0, 1000]);
  advance(ends, 100);
  expect(takeHeard(ends, FIRST).map(([name]) => name)).toEqual(['unwired', 'unwired', 'expired']);
  expect(wiredSlots(ends)).toEqual([]);
});

test('[MEM11] a run that is put into a container is wired no more', () => {
  const { desk, slots } = lent();
  const [slot = -1] = slots;
  say(desk, FIRST, 'returnFrames', [slots[7] as number]);
  for (const extra of slots.slice(4, 7)) say(desk, FIRST, 'returnFrames', [extra]);
  say(desk, FIRST, 'wire', [slot, 1, 500]);
  expect(wiredSlots(desk)).toEqual([slot]);
  const own = say(desk, FIRST, 'openContainer', [4, -1, 0, 1, 0])[0]?.[2] as number;
  expect(say(desk, FIRST, 'putRuns', [own, 0, slot, 1])[0]?.[0]).toBe('pagesDone');
  expect(wiredSlots(desk)).toEqual([]);
  expect(desk.server.wirings[FIRST]?.frames).toBe(0);
});

test.each(['splitContract', 'resizeContract'] as const)(
  '[MEM13] what a %s takes off a guarantee takes its share of wires along',
  (name) => {
    const desk = createDesk({ frames: 8, terms });
    const [slot = -1] = settleIn(desk, FIRST, 4, 0, 2);
    const child = say(desk, FIRST, 'splitContract', [0, 0, -1, 7, 0])[0]?.[2] as number;
    for (const at of [slot, slot + 1])
      expect(say(desk, FIRST, 'wire', [at, 1, 500])[0]?.[0]).toBe('wired');
    const words = name === 'splitContract' ? [2, 0, -1, 7, 0] : [child, 2, 0, 7];
    const heard = say(desk, FIRST, name, words).map(([what]) => what);
    expect(heard).toEqual(['unwired', 'controlIs']);
    expect([isWired(desk.server, FIRST, slot), isWired(desk.server, FIRST, slot + 1)]).toEqual([
      true,
      false,
    ]);
    expect(checkBooks(desk)).toBeUndefined();
  },
);

test('[MEM13] what is wired under a child contract is unwired when that ends', () => {
  const desk = createDesk({ frames: 8, terms });
  say(desk, FIRST, 'contract', [6, 0, 0, 0]);
  const child = say(desk, FIRST, 'splitContract', [4, 0, -1, 7, 0])[0]?.[2] as number;
  const port = givePort(desk.kernel, FIRST, SECOND);
  hand(desk, FIRST, 'controlIs', child, 0, 0, port);
  const heard = takeHeard(desk, SECOND).find(([name]) => name.startsWith('controlIs'));
  say(desk, SECOND, 'useControl', [heard?.[1] as number, 3]);
  const [slot = -1] = take(desk, SECOND, 2);
  expect(say(desk, SECOND, 'wire', [slot, 1, 500])[0]?.[0]).toBe('wired');
  say(desk, FIRST, 'foldContract', [-1, 1]);
  expect(isWired(desk.server, SECOND, slot)).toBe(false);
  expect(takeHeard(desk, SECOND).map(([name]) => name)).toContain('unwired');
  expect(checkBooks(desk)).toBeUndefined();
});
