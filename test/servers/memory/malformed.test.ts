import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIRST_OP, messages, OP } from '../../../contracts/messages.ts';
import { CONTROL_TAKEN, MALFORMED } from '../../../contracts/refusals.ts';
import { givePort } from '../../../nucleus/kernel.ts';
import { attachPolicyTable } from '../../../servers/memory/contracts/policy.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  hashDesk,
  MEMORY,
  MEMORY_PORT,
  SWAP,
  SWAP_PORT,
  say,
  sayOp,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';

function busyDesk(): Desk {
  const desk = createDesk({ frames: 8 });
  settleIn(desk, FIRST, 4, 2, 3);
  say(desk, FIRST, 'createContainer', [0, 50, 1, 0]);
  // Of pages, with an own and a weak capability: random words hit them often enough.
  say(desk, FIRST, 'openContainer', [6, -1, 1, 0, 0]);
  say(desk, FIRST, 'allocatePages', [4, 0, 2, 0]);
  say(desk, FIRST, 'sealContainer', [4, 0, 50]);
  say(desk, FIRST, 'shareContainer', [4, 0]);
  return desk;
}

test('[MEM7] a message the server does not serve, or no message at all, is malformed too', () => {
  const desk = busyDesk();
  const before = hashDesk(desk);
  const ops = [0, 1, 2, 3, 4, 5, 15, OP.granted, OP.loss, OP.store, OP.swapped, 99, 255, -3];
  for (const op of ops) {
    const [answer] = sayOp(desk, FIRST, op, [0, 0, 0, 0]);
    expect(answer?.slice(0, 3)).toEqual(['refused', 0, MALFORMED]);
  }
  expect(hashDesk(desk)).toBe(before);
});

test('[MEM7] the hash notices a change: the tests above can fail', () => {
  const desk = busyDesk();
  const before = hashDesk(desk);
  say(desk, FIRST, 'allocate', [0, 0, 0]);
  expect(hashDesk(desk)).not.toBe(before);
});

test('[MEM7] [SWAP5] no words whatever from a client stop a server or break its books', () => {
  const word = fc.oneof(
    fc.integer({ min: -2, max: 20 }),
    fc.constantFrom(0.5, 1023, 1024, 2 ** 24 - 1, 2 ** 24, 2 ** 31, 2 ** 53 - 1, Number.NaN),
  );
  const shot = fc.record({
    op: fc.integer({ min: 0, max: FIRST_OP + Object.keys(messages).length + 2 }),
    port: fc.constantFrom(0, SWAP_PORT, 2),
    words: fc.array(word, { minLength: 5, maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(shot, { maxLength: 60 }), (shots) => {
      const desk = busyDesk();
      const honest = settleIn(desk, FIRST + 1, 2, 0, 2);
      for (const { op, port, words } of shots) sayOp(desk, FIRST, op, words, port);
      expect(checkBooks(desk)).toBeUndefined();
      // The other client's frames are untouched and the server still serves it.
      expect(desk.server.clients[FIRST + 1]?.held).toBe(honest.length);
      expect(say(desk, FIRST + 1, 'contract', [2, 0, 0, 5])[0]).toEqual([
        'contractIs',
        5,
        2,
        0,
        0,
        0,
      ]);
    }),
    { seed: 103, numRuns: 400 },
  );
});

test('[MEM30] [CON19] a control that is handed to the memory server is given up, and its child closes', () => {
  const desk = createDesk();
  say(desk, FIRST, 'contract', [8, 0, 0, 0]);
  const control = say(desk, FIRST, 'splitContract', [3, 0, -1, 0, 0])[0]?.[2] as number;
  const copy = say(desk, FIRST, 'copyControl', [control, 0])[0]?.[2] as number;
  expect(hand(desk, FIRST, 'purse', copy, 0, 0, MEMORY_PORT)).toBe(true);
  expect(desk.server.clients[FIRST]?.guaranteed).toBe(5);
  expect(takeHeard(desk, FIRST)).toEqual([['refused', 0, MALFORMED, OP.purse, 0, 0]]);
  expect(hand(desk, FIRST, 'useControl', control, 0, 0, MEMORY_PORT)).toBe(true);
  // The last one: its guarantee is its parent's again, who is told.
  expect(desk.server.clients[FIRST]?.guaranteed).toBe(8);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['contractIs', 'refused']);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM30] [PS1] the control of the policy, handed to the memory server, can be had anew', () => {
  const desk = createDesk();
  attachPolicyTable(desk.server, 8);
  const control = say(desk, FIRST, 'getControl', [0])[0]?.[2] as number;
  expect(say(desk, FIRST + 1, 'getControl', [0])[0]?.[2]).toBe(CONTROL_TAKEN);
  hand(desk, FIRST, 'usePolicy', control, 0, 0, MEMORY_PORT);
  expect(say(desk, FIRST + 1, 'getControl', [0])[0]?.[0]).toBe('policyIs');
});

test('[MEM30] however often capabilities are handed along, the table of the server stays empty', () => {
  const desk = createDesk();
  for (let i = 0; i < 1100; i++) {
    const port = givePort(desk.kernel, FIRST, SWAP);
    expect(hand(desk, FIRST, 'renew', port, 0, 0, MEMORY_PORT)).toBe(true);
  }
  expect(tableOf(desk, MEMORY).objects).toBe(0);
});
