/** Many that wait. */

import { expect, test } from 'vitest';
import { type TermsWish, termsSchema } from '../../../../contracts/terms.ts';
import {
  beginWaiting,
  endWaiting,
} from '../../../../servers/memory/revocation/waiting-requests.ts';
import {
  type Client,
  clientOf,
  createMemoryServerState,
  type MemoryServerState,
} from '../../../../servers/memory/state.ts';

const wish: TermsWish = { graceExtra: 10, graceShrink: 10, penalty: 'none' };

test('[MEM9] of 100,000 that wait one leaves at the cost of a few looks, wherever it stands', {
  timeout: 60_000,
}, () => {
  const COUNT = 100_000;
  const { server, looks } = countedServer();
  const clients: Client[] = [];
  for (let id = 0; id < COUNT; id++) clients.push(clientOf(server, id));
  for (const client of clients) beginWaiting(server, client, 0, 0, 0, 0);
  const before = looks();
  // From the middle outwards: no end of the line is ever near.
  for (let i = 0; i < COUNT; i++) {
    const at = COUNT / 2 + (i % 2 === 0 ? i / 2 : -(i + 1) / 2);
    endWaiting(server, clients[at] as Client);
  }
  expect(server.waiting.length).toBe(0);
  expect(looks() - before).toBeGreaterThan(COUNT);
  expect(looks() - before).toBeLessThan(20 * COUNT);
});

/** A server that counts how often somebody looks at its clients, or at the line of those that wait. */
function countedServer(): { server: MemoryServerState; looks(): number } {
  let count = 0;
  const counted = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, key) {
        count++;
        return Reflect.get(from, key);
      },
    });
  const plain = createMemoryServerState(1, 2 ** 20, termsSchema.parse(wish), 1, null);
  const server = { ...plain, clients: counted(plain.clients), waiting: counted(plain.waiting) };
  return { server, looks: () => count };
}
