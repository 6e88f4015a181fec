/** Grants and reservations, at their edges: just as many as there are, and whom they are kept for. */

import { expect, test } from 'vitest';
import { CAUSE_EXTRA, OP } from '../../../contracts/messages.ts';
import {
  EMPTY_PURSE,
  NO_FREE_FRAMES,
  NO_RUN,
  NO_SUCH_SLOT,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import { givePort } from '../../../nucleus/kernel.ts';
import { attachPolicyTable } from '../../../servers/memory/contracts/policy.ts';
import { fillPurse } from '../../../servers/memory/contracts/purse.ts';
import { notify } from '../../../servers/memory/revocation/revocation.ts';
import { whoWaits } from '../../../servers/memory/revocation/waiting-requests.ts';
import { clientOf } from '../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../support/desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];

type Asked = 'allocate' | 'reserveRun';

/** What a client hears first of its request: the name, or the reason why not. */
function ask(desk: Desk, name: Asked, order = 0, client = A): string | number | undefined {
  const heard = say(desk, client, name, [order, 0, 9]);
  const answers = heard.filter(([what]) => what !== 'notice');
  expect(answers).toHaveLength(1);
  const [answer] = answers;
  return answer?.[0] === 'refused' ? answer[2] : answer?.[0];
}

const got = { allocate: 'granted', reserveRun: 'reserved' } as const;
const both = ['allocate', 'reserveRun'] as const;

test.each(both)('[MEM3] [CON2] %s: all that the contract has, and not a frame more', (name) => {
  const desk = createDesk({ frames: 16 });
  say(desk, A, 'contract', [4, 4, 0, 0]);
  expect(ask(desk, name, 3)).toBe(got[name]);
  expect(ask(desk, name)).toBe(OVER_CONTRACT);
  const within = createDesk({ frames: 4 });
  say(within, A, 'contract', [4, 0, 0, 0]);
  expect(ask(within, name, 2)).toBe(got[name]);
  expect(ask(within, name)).toBe(OVER_CONTRACT);
  expect(checkBooks(desk)).toBeUndefined();
});

test.each(both)('[MEM2] %s beyond G: not while a notice runs, nor while another waits', (name) => {
  const desk = createDesk({ frames: 8, clients: 3 });
  settleIn(desk, A, 1, 6, 2);
  notify(desk.kernel, desk.server, clientOf(desk.server, A), 1, CAUSE_EXTRA);
  takeHeard(desk, A);
  expect(ask(desk, name)).toBe(NO_FREE_FRAMES);
  const waits = createDesk({ frames: 8, clients: 3 });
  settleIn(waits, C, 0, 7, 7);
  say(waits, B, 'contract', [2, 0, 0, 0]);
  expect(say(waits, B, 'allocate', [1, 0, 1])).toEqual([]);
  say(waits, A, 'contract', [0, 4, 0, 0]);
  // One is free, two are waited for.
  expect(ask(waits, name)).toBe(NO_FREE_FRAMES);
});

test.each(both)('[PS8] %s beyond G: not for who may not borrow, and G is not touched', (name) => {
  const desk = createDesk({ frames: 8, clients: 3 });
  say(desk, A, 'contract', [1, 4, 0, 0]);
  const table = attachPolicyTable(desk.server, C + 1);
  table.guaranteed.fill(8);
  const control = say(desk, C, 'getControl', [0])[0]?.[2] as number;
  say(desk, C, 'usePolicy', [control, 0]);
  expect(ask(desk, name)).toBe(got[name]);
  expect(ask(desk, name)).toBe(NO_FREE_FRAMES);
  table.eligible[A] = 1;
  expect(ask(desk, name)).toBe(got[name]);
});

test.each(both)('[CON27] %s beyond G: not on an empty purse, and G is not touched', (name) => {
  const desk = createDesk({ frames: 8, terms: { price: 5 } });
  say(desk, A, 'contract', [1, 4, 0, 0]);
  fillPurse(clientOf(desk.server, A), 0, 0);
  expect(ask(desk, name)).toBe(got[name]);
  expect(ask(desk, name)).toBe(EMPTY_PURSE);
  fillPurse(clientOf(desk.server, A), 10, 0);
  expect(ask(desk, name)).toBe(got[name]);
});

test.each(both)('[MEM5] %s: frames enough and no run of them, also beyond G', (name) => {
  for (const guaranteed of [6, 2]) {
    const desk = createDesk({ frames: 4 });
    const slots = settleIn(desk, A, 4, 0, 4);
    for (const at of [0, 2]) say(desk, A, 'returnFrames', [slots[at] as number]);
    say(desk, A, 'contract', [Math.min(4, guaranteed), 6 - guaranteed, 0, 0]);
    if (guaranteed < 4) advance(desk, 1000);
    takeHeard(desk, A);
    expect(ask(desk, name, 1)).toBe(NO_RUN);
    say(desk, A, 'returnFrames', [slots[1] as number]);
    expect(ask(desk, name, 1)).toBe(got[name]);
  }
});

test('[MEM2] beyond G: fewer free than asked for are no free frames, and just as many are enough', () => {
  const desk = createDesk({ frames: 8 });
  settleIn(desk, B, 0, 4, 4);
  say(desk, A, 'contract', [0, 8, 0, 0]);
  for (const name of both) expect(ask(desk, name, 3)).toBe(NO_FREE_FRAMES);
  expect(ask(desk, 'reserveRun', 2)).toBe('reserved');
});

test('[MEM9] what waits is told when frames have come, with how long it has waited', () => {
  const desk = createDesk({ frames: 8 });
  const slots = settleIn(desk, B, 0, 8, 8);
  say(desk, A, 'contract', [4, 0, 0, 0]);
  advance(desk, 5);
  say(desk, A, 'allocate', [1, 0, 7]);
  expect(desk.events.at(-2)).toMatchObject({ kind: 'wait', task: 'client0', frames: 2 });
  advance(desk, 30);
  say(desk, B, 'returnFrames', [slots[0] as number]);
  expect(takeHeard(desk, A)).toEqual([]);
  expect(whoWaits(desk.server)).toEqual([A]);
  say(desk, B, 'returnFrames', [slots[1] as number]);
  expect(takeHeard(desk, A).map((words) => words.slice(0, 4))).toEqual([['granted', 7, 8 - 8, 1]]);
  expect(desk.events).toContainEqual(
    expect.objectContaining({ kind: 'grant', frames: 2, waited: 30, extra: false }),
  );
  expect(whoWaits(desk.server)).toEqual([]);
});

test('[MEM5] [MEM9] who waits for a run that the frames that come do not make is refused', () => {
  const desk = createDesk({ frames: 8 });
  const slots = settleIn(desk, B, 0, 8, 8);
  say(desk, A, 'contract', [4, 0, 0, 0]);
  say(desk, A, 'allocate', [1, 0, 7]);
  for (const at of [0, 2]) say(desk, B, 'returnFrames', [slots[at] as number]);
  expect(takeHeard(desk, A)).toEqual([['refused', 7, NO_RUN, OP.allocate, 0, 0]]);
  expect(desk.events).toContainEqual(
    expect.objectContaining({ kind: 'refusal', task: 'client0', reason: expect.any(String) }),
  );
  expect(whoWaits(desk.server)).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON2] [MEM5] a run that is there is not refused as none since others wait: it is waited for', () => {
  const desk = createDesk({ frames: 8, clients: 3 });
  const slots = settleIn(desk, B, 0, 8, 8);
  say(desk, A, 'contract', [4, 0, 0, 0]);
  say(desk, C, 'contract', [4, 0, 0, 0]);
  say(desk, A, 'allocate', [2, 0, 7]);
  for (const at of [0, 1]) say(desk, B, 'returnFrames', [slots[at] as number]);
  // Two are free beside each other, four are waited for.
  expect(say(desk, C, 'allocate', [1, 0, 8])).toEqual([]);
  expect(whoWaits(desk.server)).toEqual([A, C]);
  advance(desk, 200);
  expect([A, C].map((id) => takeHeard(desk, id).map(([name]) => name))).toEqual([
    ['granted'],
    ['granted'],
  ]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM9] [MEM2] the first in line comes first, though another could be served', () => {
  const desk = createDesk({ frames: 8, clients: 3 });
  const slots = settleIn(desk, B, 0, 8, 8);
  say(desk, A, 'contract', [2, 0, 0, 0]);
  say(desk, C, 'contract', [2, 0, 0, 0]);
  say(desk, A, 'allocate', [1, 0, 7]);
  say(desk, B, 'returnFrames', [slots[0] as number]);
  expect(say(desk, C, 'allocate', [0, 0, 8])).toEqual([]);
  say(desk, B, 'returnFrames', [slots[1] as number]);
  expect([A, C].map((id) => takeHeard(desk, id).length)).toEqual([1, 0]);
  expect(whoWaits(desk.server)).toEqual([C]);
});

/** B lives on a child contract of A's with so many frames. */
function child(guaranteed: number, extra: number, options: DeskOptions = {}): Desk {
  const desk = createDesk({ clients: 3, ...options });
  say(desk, A, 'contract', [8, 8, 0, 0]);
  const split = say(desk, A, 'splitContract', [guaranteed, extra, -1, 0, 0])[0]?.[2] as number;
  hand(desk, A, 'controlIs', split, 0, 0, givePort(desk.kernel, A, B));
  say(desk, B, 'useControl', [takeHeard(desk, B)[0]?.[1] as number, 0]);
  return desk;
}

test.each(both)(
  '[CON14] %s on a child contract: drawn for what is had, and for no more',
  (name) => {
    const desk = child(4, 2);
    const drawn = () => {
      const { guaranteed, extra } = clientOf(desk.server, B);
      return [guaranteed, extra];
    };
    expect(ask(desk, name, 2, B)).toBe(got[name]);
    expect(drawn()).toEqual([4, 0]);
    expect(ask(desk, name, 2, B)).toBe(OVER_CONTRACT);
    expect(drawn()).toEqual([4, 0]);
    expect(ask(desk, name, 1, B)).toBe(got[name]);
    expect(drawn()).toEqual([4, 2]);
    expect(checkBooks(desk)).toBeUndefined();
  },
);

test('[CON14] [MEM5] what waits on a child contract and is refused is drawn no more', () => {
  const desk = child(4, 0, { frames: 16 });
  const slots = settleIn(desk, C, 0, 16, 16);
  expect(say(desk, B, 'allocate', [1, 0, 7])).toEqual([]);
  expect(clientOf(desk.server, B).guaranteed).toBe(2);
  for (const at of [0, 2]) say(desk, C, 'returnFrames', [slots[at] as number]);
  expect(takeHeard(desk, B)[0]?.[2]).toBe(NO_RUN);
  expect(clientOf(desk.server, B).guaranteed).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM26] just the slots that were named go back, the last of them too', () => {
  const desk = createDesk({ frames: 16 });
  const slots = settleIn(desk, A, 8, 0, 6);
  expect(say(desk, A, 'returnRange', [slots[1] as number, 3])).toEqual([]);
  expect(desk.server.clients[A]?.held).toBe(3);
  expect(say(desk, A, 'returnRange', [slots[1] as number, 3])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(say(desk, A, 'returnRange', [slots[0] as number, 1])).toEqual([]);
  expect(take(desk, A, 4)).toHaveLength(4);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM7] a refusal tells which message was refused, whatever number that had', () => {
  const desk = createDesk();
  expect(say(desk, A, 'allocate', [0, 0, 5])[0]).toEqual([
    'refused',
    5,
    expect.any(Number),
    OP.allocate & 255,
    0,
    0,
  ]);
});
