import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIRST_OP, type MessageName, messages, OP } from '../../../contracts/messages.ts';
import { MALFORMED } from '../../../contracts/refusals.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hashDesk,
  SWAP_PORT,
  say,
  sayOp,
  settleIn,
} from '../../support/desk.ts';

/** Words that no field of any message may hold. */
const bad = [-1, 0.5, -0.5, 2 ** 53, 2 ** 60, Number.NaN, Number.POSITIVE_INFINITY];

const toMemory: readonly MessageName[] = [
  'contract',
  'renew',
  'allocate',
  'returnFrames',
  'createContainer',
  'shareContainer',
  'cancelContainer',
  'lockContainer',
  'unlockContainer',
  'releaseSoft',
  'revive',
  'markUnused',
  'openContainer',
  'sealContainer',
  'putRuns',
  'takeOut',
  'placePages',
  'allocatePages',
  'deallocatePages',
  'fromPages',
  'intoPages',
  'transferPages',
  'releaseData',
  'orphanData',
  'mapPage',
  'unmapPages',
  'lockPages',
  'dropContainer',
  'inspectContainer',
  'askShares',
];

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

test('[MEM7] each field out of its bounds: refused as malformed, and nothing has changed', () => {
  const desk = busyDesk();
  const before = hashDesk(desk);
  for (const name of toMemory) {
    const fields = Object.keys(messages[name].shape).length;
    for (let field = 0; field < fields; field++)
      for (const word of bad) {
        const words = Array.from({ length: fields }, (_, i) => (i === field ? word : 0));
        const answer = say(desk, FIRST, name, words);
        expect(answer, `${name} field ${field} = ${word}`).toEqual([
          ['refused', 0, MALFORMED, OP[name], 0, 0],
        ]);
      }
  }
  expect(hashDesk(desk)).toBe(before);
});

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
