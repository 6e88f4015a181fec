import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OP } from '../../../../contracts/messages.ts';
import { NO_CONTRACT, NOT_ADMITTED, OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import { whoWaits } from '../../../../servers/memory/revocation/waiting-requests.ts';
import { ACTIVE, EXPIRED, SHRINKING } from '../../../../servers/memory/state.ts';
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

test('[CON1] guarantees up to the last frame are admitted, one more is not', () => {
  const desk = createDesk({ frames: 16 });
  expect(say(desk, FIRST, 'contract', [10, 0, 0, 5])).toEqual([['contractIs', 5, 10, 0, 0, 0]]);
  const refused = say(desk, SECOND, 'contract', [7, 0, 0, 6]);
  expect(refused).toEqual([['refused', 6, NOT_ADMITTED, OP.contract, 0, 0]]);
  expect(say(desk, SECOND, 'contract', [6, 100, 0, 7])).toEqual([['contractIs', 7, 6, 100, 0, 0]]);
  expect(desk.server.ledger.guaranteedSum).toBe(16);
});

test('[CON1] without admission the sum can exceed the frames: the test can fail', () => {
  const desk = createDesk({ frames: 16, planted: 'over-admission' });
  say(desk, FIRST, 'contract', [10, 0, 0, 0]);
  say(desk, SECOND, 'contract', [10, 0, 0, 0]);
  expect(checkBooks(desk)).toBe('guarantees exceed the frames');
});

test('[CON4] a refused proposal leaves the contract as it was', () => {
  const desk = createDesk({ frames: 16 });
  say(desk, FIRST, 'contract', [8, 2, 0, 0]);
  say(desk, SECOND, 'contract', [8, 0, 0, 0]);
  expect(say(desk, FIRST, 'contract', [9, 5, 0, 1])[0]?.[0]).toBe('refused');
  expect(desk.server.clients[FIRST]).toMatchObject({ guaranteed: 8, extra: 2, status: ACTIVE });
});

test('[CON4] a larger guarantee is in force at once', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, FIRST, 2, 0, 3);
  expect(desk.server.clients[FIRST]?.held).toBe(2);
  say(desk, FIRST, 'contract', [5, 0, 0, 0]);
  expect(take(desk, FIRST, 5)).toHaveLength(3);
});

test('[CON5] the old guarantee holds and counts until the grace is over', () => {
  const desk = createDesk({ frames: 16, terms: { graceShrink: 1000 } });
  settleIn(desk, FIRST, 12, 0, 0);
  const answer = say(desk, FIRST, 'contract', [4, 0, 0, 9]);
  expect(answer).toEqual([['contractIs', 9, 12, 0, 0, 0]]);
  expect(take(desk, FIRST, 12)).toHaveLength(12);
  advance(desk, 999);
  expect(desk.server.clients[FIRST]).toMatchObject({ guaranteed: 12, status: SHRINKING });
  expect(say(desk, SECOND, 'contract', [5, 0, 0, 0])[0]?.[0]).toBe('refused');
  advance(desk, 1);
  expect(desk.server.clients[FIRST]).toMatchObject({ guaranteed: 4, status: ACTIVE });
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['contractIs', 'notice']);
  expect(say(desk, SECOND, 'contract', [12, 0, 0, 0])[0]?.[0]).toBe('contractIs');
});

test('[CON5] what is held beyond the smaller contract is called back when it takes force', () => {
  const desk = createDesk({ frames: 16, terms: { graceShrink: 1000, graceExtra: 50 } });
  settleIn(desk, FIRST, 10, 0, 10);
  say(desk, FIRST, 'contract', [4, 1, 0, 0]);
  advance(desk, 1000);
  const now = desk.kernel.state.nowNs;
  expect(takeHeard(desk, FIRST)).toContainEqual(['notice', 5, now + 50, 1, 0, 0]);
});

test('[CON6] a larger proposal during the grace ends the shrinking', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, FIRST, 10, 0, 0);
  say(desk, FIRST, 'contract', [4, 0, 0, 0]);
  say(desk, FIRST, 'contract', [11, 0, 0, 0]);
  advance(desk, 5000);
  expect(desk.server.clients[FIRST]).toMatchObject({ guaranteed: 11, status: ACTIVE });
});

test('[CON6] a still smaller proposal during the grace begins the grace anew', () => {
  const desk = createDesk({ frames: 16, terms: { graceShrink: 1000 } });
  settleIn(desk, FIRST, 10, 0, 0);
  say(desk, FIRST, 'contract', [6, 0, 0, 0]);
  advance(desk, 600);
  say(desk, FIRST, 'contract', [2, 0, 0, 0]);
  advance(desk, 999);
  expect(desk.server.clients[FIRST]).toMatchObject({ guaranteed: 10, status: SHRINKING });
  advance(desk, 1);
  expect(desk.server.clients[FIRST]).toMatchObject({ guaranteed: 2, status: ACTIVE });
});

test('[CON7] a contract that is not renewed expires at the end of its term', () => {
  const desk = createDesk({ frames: 16 });
  say(desk, FIRST, 'contract', [10, 4, 500, 0]);
  const [slot] = take(desk, FIRST, 3);
  takeHeard(desk, FIRST);
  advance(desk, 499);
  expect(desk.server.clients[FIRST]?.status).toBe(ACTIVE);
  advance(desk, 1);
  expect(takeHeard(desk, FIRST)).toEqual([['expired', 3, 0, 0, 0, 0]]);
  const expired = { guaranteed: 0, extra: 0, held: 3, status: EXPIRED };
  expect(desk.server.clients[FIRST]).toMatchObject(expired);
  expect(say(desk, FIRST, 'allocate', [0, 0, 1])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(slot).toBe(0);
  expect(say(desk, SECOND, 'contract', [16, 0, 0, 0])[0]?.[0]).toBe('contractIs');
});

test('[CON7] what an expired client holds is due back when somebody needs it', () => {
  const desk = createDesk({ frames: 8 });
  say(desk, FIRST, 'contract', [8, 0, 500, 0]);
  take(desk, FIRST, 8);
  advance(desk, 500);
  takeHeard(desk, FIRST);
  advance(desk, 10_000);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  say(desk, SECOND, 'contract', [2, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 1]);
  const deadline = desk.kernel.state.nowNs + 100;
  expect(takeHeard(desk, FIRST)).toEqual([['notice', 1, deadline, 2, 0, 0]]);
});

test('[CON8] a renewed contract runs on from the end of its term', () => {
  const desk = createDesk();
  say(desk, FIRST, 'contract', [3, 1, 500, 0]);
  advance(desk, 400);
  expect(say(desk, FIRST, 'renew', [8])).toEqual([['contractIs', 8, 3, 1, 500, 0]]);
  advance(desk, 300);
  expect(desk.server.clients[FIRST]).toMatchObject({ status: ACTIVE, expiresAt: 1000 });
  advance(desk, 300);
  expect(desk.server.clients[FIRST]?.status).toBe(EXPIRED);
  expect(desk.events.filter(({ kind }) => kind === 'renewal')).toHaveLength(1);
});

test('[CON8] there is nothing to renew without a contract or after its end', () => {
  const desk = createDesk();
  const refused = [['refused', 3, NO_CONTRACT, OP.renew, 0, 0]];
  expect(say(desk, FIRST, 'renew', [3])).toEqual(refused);
  say(desk, FIRST, 'contract', [3, 1, 500, 0]);
  advance(desk, 500);
  takeHeard(desk, FIRST);
  expect(say(desk, FIRST, 'renew', [3])).toEqual(refused);
});

test('[CON9] fewer extras hold at once; what is over stays until it is needed', () => {
  const desk = createDesk({ frames: 8 });
  settleIn(desk, FIRST, 2, 6, 8);
  expect(say(desk, FIRST, 'contract', [2, 0, 0, 1])).toEqual([['contractIs', 1, 2, 0, 0, 0]]);
  expect(say(desk, FIRST, 'allocate', [0, 0, 1])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(desk.server.clients[FIRST]?.held).toBe(8);
  settleIn(desk, SECOND, 6, 0, 6);
  expect(takeHeard(desk, FIRST).filter(([name]) => name === 'notice')).toHaveLength(1);
});

test('[CON10] after expiry a new proposal is a contract like the first', () => {
  const desk = createDesk();
  say(desk, FIRST, 'contract', [3, 1, 500, 0]);
  take(desk, FIRST, 3);
  advance(desk, 700);
  takeHeard(desk, FIRST);
  expect(say(desk, FIRST, 'contract', [5, 0, 300, 2])).toEqual([['contractIs', 2, 5, 0, 1000, 0]]);
  expect(take(desk, FIRST, 5)).toHaveLength(2);
});

test('[CON1] [CON3] [MEM1] whatever clients ask, the books and the machine agree', () => {
  const step = fc.record({
    client: fc.integer({ min: 0, max: 2 }),
    what: fc.constantFrom('contract', 'renew', 'allocate', 'returnFrames', 'wait'),
    a: fc.integer({ min: 0, max: 14 }),
    b: fc.integer({ min: 0, max: 6 }),
    c: fc.constantFrom(0, 0, 300),
  });
  const penalty = fc.constantFrom('none', 'repossess', 'kill');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), penalty, (steps, how) => {
      const desk = createDesk({ clients: 3, frames: 13, terms: { penalty: how } });
      for (const { client, what, a, b, c } of steps) {
        const id = FIRST + client;
        if (what === 'wait') advance(desk, a * 20);
        else if (what === 'contract') say(desk, id, what, [a, b, c, 0]);
        else if (what === 'renew') say(desk, id, what, [0]);
        else if (what === 'allocate') say(desk, id, what, [b === 6 ? 1 : 0, 0, 0]);
        else say(desk, id, what, [a]);
        expect(checkBooks(desk)).toBeUndefined();
      }
      // Every waiting request is settled once every grace is over.
      advance(desk, 10_000);
      expect(whoWaits(desk.server)).toEqual([]);
    }),
    { seed: 101, numRuns: 300 },
  );
});
