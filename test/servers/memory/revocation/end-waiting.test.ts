/** A request that waits for frames, and the guarantee under which it waits goes. */

import { expect, test } from 'vitest';
import { OP } from '../../../../contracts/messages.ts';
import { NO_FREE_FRAMES, OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import { whoWaits } from '../../../../servers/memory/revocation/waiting-requests.ts';
import {
  advance,
  checkBooks,
  createDesk,
  FIRST,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;

test('[MC1] a request that waits when its contract expires is refused, not granted afterwards', () => {
  const desk = createDesk({ frames: 4, terms: { graceExtra: 100, graceShrink: 50 } });
  say(desk, FIRST, 'contract', [2, 0, 60, 0]);
  take(desk, FIRST, 1);
  settleIn(desk, SECOND, 1, 3, 3);
  expect(say(desk, FIRST, 'allocate', [0, 0, 7])).toEqual([]);
  advance(desk, 60);
  expect(takeHeard(desk, FIRST)).toEqual([
    ['expired', 1, 0, 0, 0, 0],
    ['refused', 7, OVER_CONTRACT, OP.allocate, 0, 0],
  ]);
  advance(desk, 1000);
  expect(desk.server.clients[FIRST]).toMatchObject({ held: 1, guaranteed: 0, waitingOrder: -1 });
  expect(whoWaits(desk.server)).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MC1] a request that waits when its guarantee shrinks stays while it is within what is left', () => {
  for (const [guaranteed, extra, reason] of [
    [1, 0, OVER_CONTRACT],
    [1, 5, NO_FREE_FRAMES],
    [1, 1, NO_FREE_FRAMES],
    [2, 0, null],
  ] as const) {
    const desk = createDesk({ frames: 4, terms: { graceExtra: 100, graceShrink: 50 } });
    say(desk, FIRST, 'contract', [3, 0, 0, 0]);
    take(desk, FIRST, 1);
    settleIn(desk, SECOND, 1, 3, 3);
    say(desk, FIRST, 'contract', [guaranteed, extra, 0, 0]);
    expect(say(desk, FIRST, 'allocate', [0, 0, 7])).toEqual([]);
    advance(desk, 50);
    const refused = takeHeard(desk, FIRST).filter(([name]) => name === 'refused');
    const expected = ['refused', 7, reason, OP.allocate, 0, 0];
    expect(refused).toEqual(reason === null ? [] : [expected]);
    advance(desk, 100);
    expect(desk.server.clients[FIRST]).toMatchObject({ held: reason === null ? 2 : 1 });
  }
});
