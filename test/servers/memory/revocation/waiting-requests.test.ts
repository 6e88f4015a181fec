import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TermsWish, termsSchema } from '../../../../contracts/terms.ts';
import {
  beginWaiting,
  endWaiting,
  oldestWaiting,
  whoWaits,
} from '../../../../servers/memory/revocation/waiting-requests.ts';
import { clientOf, createMemoryServerState } from '../../../../servers/memory/state.ts';

const wish: TermsWish = { graceExtra: 10, graceShrink: 10, penalty: 'none' };

test('[MEM9] clients come and go in any order: the rest are in line by age', () => {
  const step = fc.record({ id: fc.nat(5), leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const server = createMemoryServerState(1, 100, termsSchema.parse(wish), 1, null);
      const naive: number[] = [];
      for (const { id, leaves } of steps) {
        const client = clientOf(server, id);
        if (leaves) {
          endWaiting(server, client);
          if (naive.includes(id)) naive.splice(naive.indexOf(id), 1);
        } else if (!naive.includes(id)) {
          beginWaiting(server, client, 1, 0, 7, 3);
          naive.push(id);
        }
        expect(whoWaits(server)).toEqual(naive);
        expect(server.waiting.length).toBe(naive.length);
        expect(server.ledger.waitingSum).toBe(2 * naive.length);
        if (naive.length > 0) expect(oldestWaiting(server).id).toBe(naive[0]);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});
