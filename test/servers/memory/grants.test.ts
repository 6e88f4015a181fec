import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
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
import { map } from '../../../nucleus/memory-map.ts';
import { JUNK } from '../../../sim-hw/frames.ts';
import {
  advance,
  checkBooks,
  createDesk,
  FIRST,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../support/desk.ts';

const SECOND = FIRST + 1;

test('[CON2] a request within the guarantee is granted at once while a frame is free', () => {
  const desk = createDesk({ frames: 4 });
  say(desk, FIRST, 'contract', [4, 0, 0, 0]);
  for (let i = 0; i < 4; i++)
    expect(say(desk, FIRST, 'allocate', [0, 0, 9])).toEqual([['granted', 9, i, 0, 1, 0]]);
});

test('[CON2] and else as soon as lent frames have come back', () => {
  const desk = createDesk({ frames: 8 });
  const lent = settleIn(desk, FIRST, 2, 6, 8);
  say(desk, SECOND, 'contract', [6, 0, 0, 0]);
  expect(say(desk, SECOND, 'allocate', [0, 0, 77])).toEqual([]);
  expect(takeHeard(desk, FIRST)).toEqual([['notice', 1, 100, 0, 0, 0]]);
  advance(desk, 40);
  say(desk, FIRST, 'returnFrames', [lent[0] as number]);
  expect(takeHeard(desk, SECOND)[0]?.slice(0, 2)).toEqual(['granted', 77]);
  const grant = desk.events.filter(({ kind }) => kind === 'grant').at(-1);
  expect(grant).toMatchObject({ waited: 40, extra: false });
});

test('[CON2] with the rule off the same request is refused: the test can fail', () => {
  const desk = createDesk({ frames: 4, planted: 'deny-guarantee' });
  settleIn(desk, FIRST, 0, 4, 4);
  say(desk, SECOND, 'contract', [4, 0, 0, 0]);
  expect(say(desk, SECOND, 'allocate', [0, 0, 9])[0]?.[0]).toBe('refused');
});

test('[MEM2] beyond the guarantee: what is free now, or an immediate refusal and no notice', () => {
  const desk = createDesk({ frames: 8 });
  settleIn(desk, FIRST, 4, 0, 4);
  expect(settleIn(desk, SECOND, 2, 6, 4)).toHaveLength(4);
  const refused = say(desk, SECOND, 'allocate', [0, 0, 5]);
  expect(refused).toEqual([['refused', 5, NO_FREE_FRAMES, OP.allocate, 0, 0]]);
  expect(takeHeard(desk, FIRST)).toEqual([]);
});

test('[MEM2] free frames are not lent while somebody waits below its guarantee', () => {
  const desk = createDesk({ clients: 3, frames: 8 });
  const lent = settleIn(desk, FIRST, 0, 8, 8);
  say(desk, SECOND, 'contract', [4, 4, 0, 0]);
  say(desk, SECOND, 'allocate', [1, 0, 0]);
  say(desk, FIRST + 2, 'contract', [0, 8, 0, 0]);
  say(desk, FIRST, 'returnFrames', [lent[0] as number]);
  expect(say(desk, FIRST + 2, 'allocate', [0, 0, 0])[0]?.[2]).toBe(NO_FREE_FRAMES);
});

test('[MEM3] no contract, or all of it used up: refused', () => {
  const desk = createDesk({ frames: 8 });
  expect(say(desk, FIRST, 'allocate', [0, 0, 2])[0]?.slice(1, 3)).toEqual([2, NO_CONTRACT]);
  settleIn(desk, FIRST, 2, 1, 3);
  expect(say(desk, FIRST, 'allocate', [0, 0, 2])[0]?.slice(1, 3)).toEqual([2, OVER_CONTRACT]);
  expect(say(desk, SECOND, 'contract', [1, 0, 0, 0])[0]?.[0]).toBe('contractIs');
  expect(say(desk, SECOND, 'allocate', [1, 0, 2])[0]?.slice(1, 3)).toEqual([2, OVER_CONTRACT]);
});

test('[MEM4] a stranger frame is zeroed unasked; its own comes back as it was, or zeroed', () => {
  const desk = createDesk({ frames: 1 });
  const { frames } = desk.kernel.state;
  const [slot] = settleIn(desk, FIRST, 1, 0, 1);
  expect([frames.stampHigh[0], frames.stampLow[0]]).toEqual([0, 0]);
  frames.stampHigh[0] = 5;
  say(desk, FIRST, 'returnFrames', [slot as number]);
  expect(say(desk, FIRST, 'allocate', [0, 0, 0])).toEqual([['granted', 0, 0, 0, 0, 0]]);
  expect(frames.stampHigh[0]).toBe(5);
  say(desk, FIRST, 'returnFrames', [0]);
  expect(say(desk, FIRST, 'allocate', [0, 1, 0])).toEqual([['granted', 0, 0, 0, 1, 0]]);
  expect(frames.stampHigh[0]).toBe(0);
  frames.stampHigh[0] = 6;
  say(desk, FIRST, 'contract', [0, 0, 0, 0]);
  advance(desk, 1100);
  say(desk, FIRST, 'returnFrames', [0]);
  settleIn(desk, SECOND, 1, 0, 1);
  expect(frames.stampHigh[0]).toBe(0);
});

test('[MEM4] with the rule off a stranger sees what was left: the test can fail', () => {
  const desk = createDesk({ frames: 1, planted: 'no-zero-for-strangers' });
  settleIn(desk, FIRST, 1, 0, 1);
  expect(desk.kernel.state.frames.stampHigh[0]).toBe(JUNK);
});

test('[MEM5] a run is aligned to its size; one that cannot be had is refused', () => {
  const desk = createDesk({ frames: 8 });
  say(desk, FIRST, 'contract', [8, 0, 0, 0]);
  take(desk, FIRST, 1);
  const [granted] = say(desk, FIRST, 'allocate', [2, 0, 4]);
  expect(granted?.slice(0, 4)).toEqual(['granted', 4, 1, 2]);
  expect(frameAt(tableOf(desk, FIRST), 1)).toBe(4);
  // Three frames are free, but no two of them beside each other at an even place but one pair.
  expect(say(desk, FIRST, 'allocate', [1, 0, 4])[0]?.[0]).toBe('granted');
  say(desk, FIRST, 'returnFrames', [0]);
  expect(say(desk, FIRST, 'allocate', [1, 0, 6])[0]?.slice(0, 3)).toEqual(['granted', 6, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM5] fragments do not make a run', () => {
  const desk = createDesk({ frames: 4 });
  const slots = settleIn(desk, FIRST, 4, 0, 4);
  for (const slot of [slots[0], slots[2]]) say(desk, FIRST, 'returnFrames', [slot as number]);
  expect(say(desk, FIRST, 'allocate', [1, 0, 6])[0]?.slice(1, 3)).toEqual([6, NO_RUN]);
});

test('[MEM6] death frees frames, guarantee, containers and requests at once', () => {
  const desk = createDesk({ frames: 8 });
  const [slot] = settleIn(desk, FIRST, 6, 2, 8);
  say(desk, FIRST, 'createContainer', [slot as number, 50, 1, 0]);
  settleIn(desk, SECOND, 2, 0, 0);
  expect(say(desk, SECOND, 'allocate', [0, 0, 3])).toEqual([]);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(takeHeard(desk, SECOND)[0]?.[0]).toBe('granted');
  expect(desk.server.ledger).toMatchObject({ guaranteedSum: 2, heldSum: 1 });
  expect(desk.server.containers.records.every(({ status }) => status === 0)).toBe(true);
  expect(checkBooks(desk)).toBeUndefined();
  expect(desk.events.at(-2)).toMatchObject({ kind: 'death', frames: 8, locked: 0 });
});

test('[MEM6] with the rule off the dead keep their frames: the test can fail', () => {
  const desk = createDesk({ frames: 8, planted: 'keep-dead-frames' });
  settleIn(desk, FIRST, 8, 0, 8);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(desk.server.ledger.heldSum).toBe(8);
});

test('[MEM6] a message still under way from a dead client changes nothing', () => {
  const desk = createDesk({ frames: 8 });
  settleIn(desk, FIRST, 4, 0, 2);
  killTask(desk.kernel, FIRST);
  say(desk, FIRST, 'contract', [4, 0, 0, 0]);
  expect(desk.server.ledger.guaranteedSum).toBe(0);
});

test('[MEM8] a return needs a slot of the own table that is in no container, and unmaps it', () => {
  const desk = createDesk({ frames: 8 });
  const [slot, other] = settleIn(desk, FIRST, 4, 0, 2) as [number, number];
  const refused = (reason: number, which: number) => [
    ['refused', which, reason, OP.returnFrames, 0, 0],
  ];
  expect(say(desk, FIRST, 'returnFrames', [99])).toEqual(refused(NO_SUCH_SLOT, 99));
  expect(say(desk, SECOND, 'returnFrames', [slot])).toEqual(refused(NO_SUCH_SLOT, slot));
  say(desk, FIRST, 'createContainer', [other, 50, 0, 0]);
  expect(say(desk, FIRST, 'returnFrames', [other])).toEqual(refused(IN_USE, other));
  expect(map(desk.kernel, FIRST, FIRST, 3, slot, true)).toBe(true);
  const frame = frameAt(tableOf(desk, FIRST), slot);
  expect(desk.kernel.state.frames.mappedBy[frame]).toBe(4);
  expect(say(desk, FIRST, 'returnFrames', [slot])).toEqual([]);
  expect(desk.kernel.state.frames.mappedBy[frame]).toBe(0);
  expect(say(desk, FIRST, 'returnFrames', [slot])).toEqual(refused(NO_SUCH_SLOT, slot));
});

test('[MEM9] one request waits at a time; the next is refused', () => {
  const desk = createDesk({ frames: 4 });
  settleIn(desk, FIRST, 0, 4, 4);
  say(desk, SECOND, 'contract', [4, 0, 0, 0]);
  expect(say(desk, SECOND, 'allocate', [0, 0, 1])).toEqual([]);
  expect(say(desk, SECOND, 'allocate', [0, 0, 2])[0]?.slice(1, 3)).toEqual([2, BUSY]);
});
