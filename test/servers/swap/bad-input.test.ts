/**
 * Bad input to the swap server and to the default pager before it: each field out of its bounds,
 * everything but a weak capability along, the dead, after the end of a contract; each reason in
 * `swapped` that docs/messages.md lists. A refusal leaves all as it was, but that what came along is
 * gone.
 */

import { describe, expect, test } from 'vitest';
import { type MessageName, messages, OP } from '../../../contracts/messages.ts';
import { MALFORMED } from '../../../contracts/refusals.ts';
import { addCapability, removeCapability, WEAK_CONTAINER } from '../../../nucleus/capabilities.ts';
import { deliverAll, sendCapability } from '../../../nucleus/ipc.ts';
import { addTask, givePort } from '../../../nucleus/kernel.ts';
import { killTask } from '../../../nucleus/life.ts';
import {
  createDefaultPagerState,
  type DefaultPagerState,
  defaultPagerStep,
} from '../../../servers/central/default-pager.ts';
import { addExtent } from '../../../servers/swap/store.ts';
import { lockBox } from '../../support/bad-input/container-rows.ts';
import {
  FIRST,
  type FullDesk,
  fullDesk,
  hashAll,
  SECOND,
  TERM,
} from '../../support/bad-input/desk.ts';
import { type ReasonName, reasonName, reasonOf } from '../../support/bad-input/row.ts';
import { plainReasons } from '../../support/bad-input/swap-rows.ts';
import {
  advance,
  DEVICE_NS,
  type DeskOptions,
  hand,
  SWAP,
  SWAP_PORT,
  say,
  sayOp,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import { portTo } from '../../support/pages.ts';

/** Locks are as long as the containers of a full desk allow. */
const options: DeskOptions = { lockTime: 100 };
const moves = ['store', 'fetch', 'exchange'] as const;
const words = { store: [3, 7], fetch: [3, 7], exchange: [3, 4, 7] } as const;
const bad = [-1, 0.5, 2 ** 24 + 1, 2 ** 31, 2 ** 53, Number.NaN, null as never as number];

interface Way {
  readonly desk: FullDesk;
  /** FIRST's port to who is asked, its id, and FIRST's extent's blocks there. */
  readonly port: number;
  readonly id: number;
}

const ways = {
  'the swap server': (more: DeskOptions = {}): Way => {
    return { desk: fullDesk({ ...options, ...more }), port: SWAP_PORT, id: SWAP };
  },
  'the default pager': (more: DeskOptions = {}): Way => {
    const desk = fullDesk({ ...options, ...more });
    const id = desk.kernel.state.tasks.length;
    const state = createDefaultPagerState(id, 0, 4);
    addTask(desk.kernel, 'default-pager', -1, { step: defaultPagerStep, state });
    givePort(desk.kernel, id, SWAP);
    addExtent(desk.store, id, 8, 0);
    return { desk, port: givePort(desk.kernel, FIRST, id), id };
  },
};

/** FIRST hands `capability` along; returns what it hears at once. */
function ask({ desk, port }: Way, name: MessageName, capability: number, more: readonly number[]) {
  const [w1 = 0, w2 = 0, w3 = 0] = more;
  expect(hand(desk, FIRST, name, capability, w1, w2, port, w3)).toBe(true);
  return takeHeard(desk, FIRST);
}

/** What all is when FIRST has lost what it handed along, and nothing else has changed. */
function withoutCapability({ desk }: Way, capability: number): string {
  const table = tableOf(desk, FIRST);
  const kind = table.kind[capability] as number;
  removeCapability(table, capability);
  const hash = hashAll(desk);
  table.kind[capability] = kind;
  table.objects++;
  return hash;
}

function expectSwapped(way: Way, name: MessageName, capability: number, reason: ReasonName): void {
  const expected = withoutCapability(way, capability);
  const heard = ask(way, name, capability, words[name as 'store']);
  expect(heard.map(([what, tag, why]) => [what, tag, reasonName(why as number)])).toEqual([
    ['swapped', 7, reason],
  ]);
  expect(hashAll(way.desk)).toBe(expected);
}

describe.each(Object.entries(ways))('%s', (_, make) => {
  test.each(moves)('[SWAP5] [MEM7] %s with a field out of its bounds: malformed', (name) => {
    for (let at = 0; at < words[name].length; at++)
      for (const value of bad) {
        const way = make();
        const expected = withoutCapability(way, way.desk.weakBox);
        const more = words[name].map((word, i) => (i === at ? value : word));
        const heard = ask(way, name, way.desk.weakBox, more);
        expect(heard).toEqual([['refused', 0, MALFORMED, OP[name], 0, 0]]);
        expect(hashAll(way.desk), `${name} ${at} = ${value}`).toBe(expected);
      }
  });

  test.each(moves)('[SWAP5] [CAP2] %s that only names a capability is malformed', (name) => {
    const { desk, port, id } = make();
    const before = hashAll(desk);
    // Also one that is there, and is another's.
    for (const named of [0, desk.weakBox, tableOf(desk, id).kind.indexOf(1), 1023])
      expect(sayOp(desk, FIRST, OP[name], [named, ...words[name]], port)[0]?.[2]).toBe(MALFORMED);
    expect(hashAll(desk)).toBe(before);
  });

  test.each(moves)('[SWAP5] [CAP3] %s with anything but a weak capability that lives', (name) => {
    const { box, open, weakPages, control, gift, policy } = make().desk;
    for (const capability of [box, open, weakPages, control, gift, policy, 0]) {
      const way = make();
      // A port may go as well: what FIRST asks through is another.
      const port = portTo(way.desk, FIRST, way.id);
      expectSwapped({ ...way, port }, name, capability, 'NO_SUCH_CONTAINER');
    }
    const stale = make();
    (tableOf(stale.desk, FIRST).generation[stale.desk.weakBox] as number) -= 1;
    expectSwapped(stale, name, stale.desk.weakBox, 'NO_SUCH_CONTAINER');
    const ended = make();
    say(ended.desk, FIRST, 'cancelContainer', [ended.desk.box]);
    expectSwapped(ended, name, ended.desk.weakBox, 'NO_SUCH_CONTAINER');
  });

  test.each(moves)('[SWAP1] [SWAP4] [SWAP7] %s: every other reason', (name) => {
    const far = make();
    const blocks =
      name === 'exchange'
        ? [
            [8, 0, 7],
            [0, 8, 7],
          ]
        : [
            [8, 7],
            [2 ** 24 - 1, 7],
          ];
    for (const more of blocks) {
      const way = make();
      const expected = withoutCapability(way, way.desk.weakBox);
      expect(ask(way, name, way.desk.weakBox, more)[0]?.[2]).toBe(reasonOf('NO_SUCH_BLOCK'));
      expect(hashAll(way.desk)).toBe(expected);
    }
    lockBox(far.desk);
    expectSwapped(far, name, far.desk.weakBox, 'LOCKED_NOW');
    const long = make({ lockTime: 101 });
    expectSwapped(long, name, long.desk.weakBox, 'TOO_LONG');
    const busy = make({ operations: 0 });
    expectSwapped(busy, name, busy.desk.weakBox, 'BUSY');
    const lost = make({ lockTime: 50 });
    const { store } = lost.desk;
    const held = [...store.stampLow, ...store.stampHigh];
    expect(ask(lost, name, lost.desk.weakBox, words[name])).toEqual([]);
    advance(lost.desk, DEVICE_NS);
    const [swapped] = takeHeard(lost.desk, FIRST).filter(([what]) => what === 'swapped');
    expect(swapped?.[2]).toBe(reasonOf('LOCK_LOST'));
    expect([...store.stampLow, ...store.stampHigh]).toEqual(held);
    const seen = [
      'NO_SUCH_BLOCK',
      'LOCKED_NOW',
      'TOO_LONG',
      'BUSY',
      'LOCK_LOST',
      'NO_SUCH_CONTAINER',
    ];
    expect(Object.keys(plainReasons).sort()).toEqual(seen.sort());
  });

  test.each(moves)('[MEM6] [SWAP6] %s from the dead changes nothing', (name) => {
    const hashes = [true, false].map((says) => {
      const { desk, port, id } = make();
      const kept = tableOf(desk, id).objects;
      const more = words[name] as readonly number[];
      const [w1 = 0, w2 = 0, w3 = 0] = more;
      // What is sent is SECOND's, by way of FIRST: no death makes it void.
      if (says) sendCapability(desk.kernel, FIRST, port, OP[name], desk.weakBox, w1, w2, w3);
      killTask(desk.kernel, FIRST);
      deliverAll(desk.kernel);
      expect(tableOf(desk, id).objects).toBe(kept);
      removeCapability(tableOf(desk, FIRST), desk.weakBox);
      return hashAll(desk);
    });
    expect(hashes[0]).toBe(hashes[1]);
  });

  test('[SWAP5] [SWAP8] [MEM7] what it does not serve is malformed, and what came along is dropped', () => {
    const served: string[] = [...moves, 'discard'];
    // The default pager passes on what moves pages, and that alone.
    if (make().id === SWAP) served.push('flushSwap', 'swapStat', 'getQuotas', 'setQuota');
    for (const name of Object.keys(messages) as MessageName[]) {
      if (served.includes(name)) continue;
      const way = make();
      const before = hashAll(way.desk);
      const heard = say(way.desk, FIRST, name, [1, 1, 1, 1, 1], way.port);
      expect(heard, name).toEqual(
        name === 'refused' ? [] : [['refused', 0, MALFORMED, OP[name], 0, 0]],
      );
      expect(hashAll(way.desk), name).toBe(before);
      const expected = withoutCapability(way, way.desk.weakBox);
      const answer = ask(way, name, way.desk.weakBox, [1, 1, 1])[0]?.[2];
      expect(answer, name).toBe(name === 'refused' ? undefined : MALFORMED);
      expect(hashAll(way.desk), name).toBe(expected);
    }
  });

  test('[CON7] [SWAP2] after the end of a contract pages can be stored still', () => {
    const way = make();
    advance(way.desk, TERM);
    takeHeard(way.desk, FIRST);
    ask(way, 'store', way.desk.weakBox, words.store);
    advance(way.desk, 99);
    expect(takeHeard(way.desk, FIRST)).toEqual([]);
    advance(way.desk, DEVICE_NS);
    expect(takeHeard(way.desk, FIRST)[0]?.slice(0, 2)).toEqual(['swapped', 7]);
  });
});

test('[SWAP1] [SWAP6] discard: a field out of its bounds, another’s block, the dead', () => {
  const { desk } = ways['the swap server']();
  desk.store.stampHigh.fill(5);
  const before = hashAll(desk);
  for (const value of bad)
    expect(sayOp(desk, FIRST, OP.discard, [value], SWAP_PORT)[0]?.[2]).toBe(MALFORMED);
  expect(sayOp(desk, FIRST, OP.discard, [8], SWAP_PORT)).toEqual([]);
  expect(sayOp(desk, FIRST, OP.discard, [2 ** 24 - 1], SWAP_PORT)).toEqual([]);
  expect(hashAll(desk)).toBe(before);
  // With a capability along it is no message at all.
  const way = { desk, port: SWAP_PORT, id: SWAP };
  const expected = withoutCapability(way, desk.weakBox);
  expect(ask(way, 'discard', desk.weakBox, [])[0]?.[2]).toBe(MALFORMED);
  expect(hashAll(desk)).toBe(expected);
  expect(sayOp(desk, FIRST, OP.discard, [0], SWAP_PORT)).toEqual([]);
  expect(hashAll(desk)).not.toBe(expected);
  expect(sayOp(desk, SECOND, OP.discard, [0], SWAP_PORT)).toEqual([]);
});

test('[SWAP8] [SWAP9] nobody but the swap server tells the default pager that something is stored', () => {
  const { desk, port, id } = ways['the default pager']();
  ask({ desk, port, id }, 'store', desk.weakBox, words.store);
  const pager = desk.kernel.receivers[id]?.state as DefaultPagerState;
  expect([...pager.client]).toEqual([FIRST, 0, 0, 0]);
  for (const request of [0, 3, 4, 2 ** 24, -1, Number.NaN])
    expect(say(desk, FIRST, 'swapped', [request, 0, 1], port)[0]?.[2]).toBe(MALFORMED);
  expect([...pager.client]).toEqual([FIRST, 0, 0, 0]);
});

test('[SWAP8] what the default pager cannot pass on is BUSY, and no record stays in use', () => {
  const { desk, port, id } = ways['the default pager']();
  const full = tableOf(desk, SWAP);
  while (addCapability(full, WEAK_CONTAINER, 0, 99) >= 0);
  const heard = ask({ desk, port, id }, 'store', desk.weakBox, words.store);
  expect(heard).toEqual([['swapped', 7, reasonOf('BUSY'), 0, 0, 0]]);
  const pager = desk.kernel.receivers[id]?.state as DefaultPagerState;
  expect([...pager.client]).toEqual([0, 0, 0, 0]);
  expect(tableOf(desk, id).objects).toBe(1);
});
