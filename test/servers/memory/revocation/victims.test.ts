import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbiterNames, termsSchema } from '../../../../contracts/terms.ts';
import { revocable } from '../../../../servers/memory/ledger.ts';
import { arbiters } from '../../../../servers/memory/revocation/arbiters/index.ts';
import {
  checkVictims,
  nextVictim,
  reconsider,
} from '../../../../servers/memory/revocation/victims.ts';
import {
  type Client,
  clientOf,
  createMemoryServerState,
  type MemoryServerState,
} from '../../../../servers/memory/state.ts';
import { createDesk, FIRST, say, settleIn, takeHeard } from '../../../support/desk.ts';

function serverWith(arbiter: (typeof arbiterNames)[number]): MemoryServerState {
  const terms = termsSchema.parse({ graceExtra: 1, graceShrink: 1, arbiter });
  return createMemoryServerState(1, 1000, terms, 1, null);
}

/** Who would be asked, by looking at everybody. */
function naive(server: MemoryServerState): Client | null {
  const arbiter = arbiters[server.terms.arbiter];
  const able = server.clients.filter(
    (client) =>
      client !== null && revocable(client) > 0 && !client.inDefault && client.waitingOrder < 0,
  ) as Client[];
  const rank = (client: Client) => arbiter.rank(client, revocable(client), server.terms);
  able.sort((a, b) => rank(b) - rank(a) || a.id - b.id);
  return able[0] ?? null;
}

const KEYS = [
  'held',
  'guaranteed',
  'noticed',
  'inDefault',
  'waitingOrder',
  'karma',
  'weight',
  'standing',
] as const;

test('[REV8] the arbiters are those that terms may name', () => {
  expect(Object.keys(arbiters).sort()).toEqual([...arbiterNames].sort());
  for (const [name, arbiter] of Object.entries(arbiters)) expect(arbiter.name).toBe(name);
});

test.each(arbiterNames)('[REV8] [REV16] %s: the next victim is the one a search finds', (name) => {
  const key = fc.constantFrom(...KEYS);
  const change = fc.record({ id: fc.nat(40), key, value: fc.nat(30) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const server = serverWith(name);
      for (const { id, key, value } of changes) {
        const client = clientOf(server, id);
        if (key === 'inDefault') client.inDefault = value % 4 === 0;
        else if (key === 'waitingOrder') client.waitingOrder = value % 4 === 0 ? 0 : -1;
        else client[key] = key === 'weight' ? value + 1 : value;
        reconsider(server, client);
        expect(nextVictim(server)?.id).toBe(naive(server)?.id);
      }
      expect(checkVictims(server)).toBeUndefined();
    }),
    { seed: 301, numRuns: 200 },
  );
});

test('[REV8] the check notices an old rank and a client that is missing or has no place', () => {
  const server = serverWith('excess');
  for (const id of [2, 5, 9]) {
    clientOf(server, id).held = id;
    reconsider(server, clientOf(server, id));
  }
  expect(checkVictims(server)).toBeUndefined();
  clientOf(server, 5).held = 7;
  expect(checkVictims(server)).toContain('old rank');
  clientOf(server, 5).held = 0;
  expect(checkVictims(server)).toContain('task 5 is listed');
  clientOf(server, 5).held = 5;
  clientOf(server, 3).held = 3;
  expect(checkVictims(server)).toContain('task 3 is not listed');
});

test('[REV8] the check notices a wrong place in the heap, and one that is nobody’s', () => {
  const server = serverWith('excess');
  for (const id of [2, 5, 9]) {
    clientOf(server, id).held = id;
    reconsider(server, clientOf(server, id));
  }
  const { victims } = server;
  // The first has nothing to give any more, and is still there.
  clientOf(server, 9).held = 0;
  expect(checkVictims(server)).toBe('task 9 is listed');
  clientOf(server, 9).held = 9;
  victims.count = 4;
  expect(checkVictims(server)).toBe('4 victims, 3 clients');
  victims.count = 3;
  const swap = <T extends Int32Array | Float64Array>(list: T, one: number, other: number) =>
    ([list[one], list[other]] = [list[other] as number, list[one] as number]);
  swap(victims.ids, 0, 1);
  expect(checkVictims(server)).toContain('stands where another does');
  swap(victims.ranks, 0, 1);
  swap(victims.places, victims.ids[0] as number, victims.ids[1] as number);
  expect(checkVictims(server)).toBe('task 5 stands below task 2');
});

test('[REV16] karma: an offender is asked before who has borrowed more', () => {
  const server = serverWith('karma');
  for (const [id, held, karma] of [
    [2, 9, 0],
    [5, 3, 1],
    [7, 2, 2],
  ] as const) {
    const client = Object.assign(clientOf(server, id), { held, karma });
    reconsider(server, client);
  }
  const order: number[] = [];
  for (let next = nextVictim(server); next !== null; next = nextVictim(server)) {
    order.push(next.id);
    next.held = 0;
    reconsider(server, next);
  }
  expect(order).toEqual([7, 5, 2]);
});

test('[REV16] share: of two with as many extras the lighter one is asked', () => {
  const desk = createDesk({ frames: 12, clients: 3, terms: { arbiter: 'share' } });
  settleIn(desk, FIRST, 0, 6, 6);
  settleIn(desk, FIRST + 1, 0, 6, 6);
  for (const [id, weight] of [
    [FIRST, 3],
    [FIRST + 1, 2],
  ] as const) {
    const client = clientOf(desk.server, id);
    client.weight = weight;
    reconsider(desk.server, client);
  }
  say(desk, FIRST + 2, 'contract', [4, 0, 0, 0]);
  say(desk, FIRST + 2, 'allocate', [0, 0, 0]);
  expect([takeHeard(desk, FIRST).length, takeHeard(desk, FIRST + 1).length]).toEqual([0, 1]);
});
