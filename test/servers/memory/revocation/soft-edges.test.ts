/** Soft references, at their edges: which one dies, and who may have its own back. */

import { expect, test } from 'vitest';
import { CAUSE_EXTRA } from '../../../../contracts/messages.ts';
import { EMPTY_PURSE, NO_FREE_FRAMES, OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { attachPolicyTable } from '../../../../servers/memory/contracts/policy.ts';
import { fillPurse } from '../../../../servers/memory/contracts/purse.ts';
import { notify } from '../../../../servers/memory/revocation/revocation.ts';
import { clientOf } from '../../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../../support/desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];

function soften(desk: Desk, client: number, slots: readonly number[]): void {
  for (const slot of slots) say(desk, client, 'releaseSoft', [slot]);
}

/** What the client hears when it wants the run in `slot` back: granted, or the reason why not. */
function revive(desk: Desk, client: number, slot: number): string | number | undefined {
  const answer = say(desk, client, 'revive', [slot, 9]).at(-1);
  return answer?.[0] === 'refused' ? answer[2] : answer?.[0];
}

/** Frames that some soft run covers. */
function covered({ server, kernel }: Desk): number[] {
  const all = Array.from({ length: kernel.state.frames.count }, (_, frame) => frame);
  return all.filter((frame) => ((server.soft.covered[frame >> 3] as number) >> (frame & 7)) & 1);
}

test('[SOFT3] of several references the one dies whose frame is granted, in whatever slot it is', () => {
  for (const swapped of [false, true]) {
    const desk = createDesk({ frames: 4 });
    const slots = settleIn(desk, A, 4, 0, 3);
    if (swapped) {
      // The lower frame is in the higher slot now.
      for (const slot of [slots[0], slots[1]]) say(desk, A, 'returnFrames', [slot as number]);
      take(desk, A, 2);
    }
    const frames = new Map(slots.map((slot) => [frameAt(tableOf(desk, A), slot), slot]));
    soften(desk, A, slots);
    expect(covered(desk)).toEqual([0, 1, 2]);
    say(desk, B, 'contract', [0, 4, 0, 0]);
    const gone: unknown[] = [];
    const granted: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const slot = take(desk, B, 1)[0] as number;
      const frame = frameAt(tableOf(desk, B), slot);
      if (frames.has(frame)) granted.push(frames.get(frame));
      gone.push(...takeHeard(desk, A).map(([, which]) => which));
      expect(covered(desk)).not.toContain(frame);
      expect(gone).toEqual(granted);
    }
    expect(gone).toHaveLength(3);
    expect(desk.server.soft.count).toBe(0);
  }
});

test('[SOFT3] a grant of frames that no reference covers kills none', () => {
  const desk = createDesk({ frames: 16 });
  const slots = settleIn(desk, A, 4, 0, 2);
  soften(desk, A, slots.slice(1));
  say(desk, B, 'contract', [8, 0, 0, 0]);
  expect(say(desk, B, 'allocate', [3, 0, 0])[0]?.[0]).toBe('granted');
  expect(takeHeard(desk, A)).toEqual([]);
  expect(desk.server.soft.count).toBe(1);
  expect(covered(desk)).toEqual([1]);
  expect(revive(desk, A, slots[1] as number)).toBe('granted');
  expect([covered(desk), desk.server.soft.count]).toEqual([[], 0]);
});

test('[SOFT1] [SOFT3] a run covers its frames and no other’s; all of it dies at once', () => {
  const desk = createDesk({ frames: 16 });
  say(desk, A, 'contract', [8, 0, 0, 0]);
  const [run, pair] = [2, 1].map((order) => say(desk, A, 'allocate', [order, 0, 0])[0]?.[2]);
  soften(desk, A, [run as number]);
  expect(covered(desk)).toEqual([0, 1, 2, 3]);
  soften(desk, A, [pair as number]);
  expect(covered(desk)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(revive(desk, A, run as number)).toBe('granted');
  expect(covered(desk)).toEqual([4, 5]);
  expect(desk.server.soft.count).toBe(1);
  settleIn(desk, B, 8, 0, 8);
  expect(takeHeard(desk, A)).toEqual([['softGone', pair, 0, 0, 0, 0]]);
  expect(covered(desk)).toEqual([]);
});

test('[SOFT4] the dead leave the references of others alone', () => {
  const desk = createDesk({ frames: 16 });
  const mine = settleIn(desk, A, 4, 0, 4);
  const others = settleIn(desk, B, 4, 0, 2);
  say(desk, A, 'returnFrames', [mine[0] as number]);
  soften(desk, A, mine.slice(1, 3));
  soften(desk, B, others);
  killTask(desk.kernel, A);
  deliverAll(desk.kernel);
  expect(desk.server.soft.count).toBe(2);
  expect(covered(desk)).toEqual(others.map((_, i) => 4 + i));
  for (const slot of others) expect(revive(desk, B, slot)).toBe('granted');
});

test('[SOFT2] within the guarantee a purse, a policy and a notice that runs are no hindrance', () => {
  for (const within of [true, false]) {
    const desk = createDesk({ frames: 8, clients: 3, terms: { price: 1_000_000 } });
    const [slot = -1, other = -1] = settleIn(desk, A, 2, 4, 3);
    soften(desk, A, within ? [slot, other] : [slot]);
    const back = () => {
      const answer = revive(desk, A, slot);
      if (answer === 'granted') soften(desk, A, [slot]);
      return answer;
    };
    expect(back()).toBe('granted');
    fillPurse(clientOf(desk.server, A), 0, 0);
    expect(back()).toBe(within ? 'granted' : EMPTY_PURSE);
    fillPurse(clientOf(desk.server, A), 1e15, 0);
    const table = attachPolicyTable(desk.server, C + 1);
    const control = say(desk, C, 'getControl', [0])[0]?.[2] as number;
    say(desk, C, 'usePolicy', [control, 0]);
    table.guaranteed.fill(8);
    table.eligible[A] = 0;
    expect(back()).toBe(within ? 'granted' : NO_FREE_FRAMES);
    table.eligible[A] = 1;
    expect(back()).toBe('granted');
    notify(desk.kernel, desk.server, clientOf(desk.server, A), 2, CAUSE_EXTRA);
    expect(revive(desk, A, slot)).toBe(within ? 'granted' : NO_FREE_FRAMES);
  }
});

test('[SOFT2] [CON14] who lives on a child contract draws on it for what it revives, or not at all', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  say(desk, C, 'contract', [8, 0, 0, 0]);
  const split = say(desk, C, 'splitContract', [2, 0, -1, 0, 0])[0]?.[2] as number;
  hand(desk, C, 'controlIs', split, 0, 0, givePort(desk.kernel, C, B));
  say(desk, B, 'useControl', [takeHeard(desk, B)[0]?.[1] as number, 0]);
  // A frame before the run is free again, so that single ones are had there.
  const [first] = settleIn(desk, A, 1, 0, 1);
  const run = say(desk, B, 'allocate', [1, 0, 0])[0]?.[2] as number;
  say(desk, A, 'returnFrames', [first as number]);
  const drawn = () => desk.server.clients[B]?.guaranteed;
  soften(desk, B, [run]);
  expect(drawn()).toBe(0);
  expect(revive(desk, B, run)).toBe('granted');
  expect(drawn()).toBe(2);
  soften(desk, B, [run]);
  const single = take(desk, B, 1);
  expect(revive(desk, B, run)).toBe(OVER_CONTRACT);
  expect(drawn()).toBe(1);
  say(desk, B, 'returnFrames', single);
  expect(revive(desk, B, run)).toBe('granted');
  advance(desk, 10);
  expect(checkBooks(desk)).toBeUndefined();
});
