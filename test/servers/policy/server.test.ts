import { expect, test } from 'vitest';
import { ALLOCATE_EXTRA, OP } from '../../../contracts/messages.ts';
import {
  CONTROL_TAKEN,
  NO_FREE_FRAMES,
  NO_SUCH_CONTROL,
  NO_SUCH_TASK,
  NOT_ADMITTED,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { cloneKernel, givePort, type Step } from '../../../nucleus/kernel.ts';
import { killServer, killTask } from '../../../nucleus/life.ts';
import { NOBODY } from '../../../servers/memory/contracts/policy.ts';
import type { MemoryServerState } from '../../../servers/memory/state.ts';
import { SHRINKING } from '../../../servers/memory/state.ts';
import { DIE, PERIOD, REPLACE } from '../../../servers/policy/server.ts';
import type { PolicyServerState } from '../../../servers/policy/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  FIRST,
  hand,
  hashDesk,
  MEMORY,
  say,
  sayOp,
  take,
  takeHeard,
} from '../../support/desk.ts';
import {
  arrive,
  PERIOD_NS,
  POLICY,
  type PolicyDesk,
  policyDesk,
  SUCCESSOR,
  tick,
} from '../../support/policy-desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];
const GENEROUS = [
  [24, 24],
  [24, 24],
  [24, 24],
] as const;

function settle(desk: PolicyDesk, id: number, word: number): void {
  tick(desk, id, word);
  deliverAll(desk.kernel);
}

function begin(...parameters: Parameters<typeof policyDesk>): PolicyDesk {
  const desk = policyDesk(...parameters);
  arrive(desk);
  deliverAll(desk.kernel);
  return desk;
}

test('[PS1] the control is given once, and refused while it is in living hands', () => {
  const desk = begin(GENEROUS);
  expect(desk.server.policy?.holder).toBe(POLICY);
  const before = hashDesk(desk);
  const refused = [['refused', 9, CONTROL_TAKEN, OP.getControl, 0, 0]];
  expect(say(desk, A, 'getControl', [9])).toEqual(refused);
  arrive(desk, SUCCESSOR);
  deliverAll(desk.kernel);
  expect(hashDesk(desk)).toBe(before);
  killServer(desk.kernel, POLICY);
  deliverAll(desk.kernel);
  expect(desk.server.policy?.holder).toBe(SUCCESSOR);
});

test('[PS1] a memory server without a table takes no policy', () => {
  const desk = createDesk();
  const before = hashDesk(desk);
  for (const [name, words, reason] of [
    ['getControl', [9], CONTROL_TAKEN],
    ['usePolicy', [2, 9], NO_SUCH_CONTROL],
    ['decided', [2, 9], NO_SUCH_CONTROL],
  ] as const)
    expect(say(desk, A, name, words)[0]?.slice(0, 3)).toEqual(['refused', 9, reason]);
  expect(hashDesk(desk)).toBe(before);
});

test('[PS2] the capability moves to a successor, which decides at once; the first one no more', () => {
  const desk = begin(
    [
      [6, 24],
      [24, 24],
      [24, 24],
    ],
    [
      [9, 24],
      [24, 24],
      [24, 24],
    ],
  );
  say(desk, A, 'contract', [12, 0, 0, 1]);
  expect(desk.server.clients[A]).toMatchObject({ guaranteed: 6, wish: { guaranteed: 12 } });
  takeHeard(desk, A);
  settle(desk, POLICY, REPLACE);
  expect(desk.server.policy?.holder).toBe(SUCCESSOR);
  expect(desk.policies.map(({ decides }) => decides)).toEqual([false, true]);
  expect(takeHeard(desk, A)).toEqual([['contractIs', 0, 9, 0, 0, 0]]);
  expect(desk.policies[1].tasks[0]?.want).toBe(12);
  const before = hashDesk(desk);
  settle(desk, POLICY, REPLACE);
  settle(desk, POLICY, PERIOD);
  expect(hashDesk(desk)).toBe(before);
});

test('[PS2] only the holder decides, with the capability, about who asks', () => {
  const desk = begin(GENEROUS);
  say(desk, A, 'contract', [4, 0, 0, 1]);
  const before = hashDesk(desk);
  expect(say(desk, A, 'decided', [1, A])[0]?.slice(1, 3)).toEqual([A, NO_SUCH_CONTROL]);
  expect(say(desk, A, 'usePolicy', [1, 7])[0]?.slice(1, 3)).toEqual([7, NO_SUCH_CONTROL]);
  expect(hashDesk(desk)).toBe(before);
  const { control } = desk.policies[0];
  for (const task of [B, MEMORY, 2 ** 24 - 1]) {
    sayOp(desk, POLICY, OP.decided, [control, task]);
    expect(desk.events.at(-1)?.kind).not.toBe('shrink');
  }
  expect(NO_SUCH_TASK).toBe(21);
  expect(hashDesk(desk)).toBe(before);
});

test('[PS3] first come, first served: until a policy server decides, and after its death', () => {
  const desk = policyDesk(GENEROUS.map(() => [3, 3] as const));
  expect(say(desk, A, 'contract', [10, 0, 0, 1])[0]?.slice(0, 3)).toEqual(['contractIs', 1, 10]);
  arrive(desk);
  deliverAll(desk.kernel);
  expect(say(desk, B, 'contract', [10, 0, 0, 1])[0]?.[0]).toBe('refused');
  expect(desk.server.clients[B]?.guaranteed).toBe(3);
  settle(desk, SUCCESSOR, DIE);
  settle(desk, POLICY, DIE);
  expect(desk.server.policy?.holder).toBe(NOBODY);
  expect(desk.server.clients[B]?.guaranteed).toBe(3);
  takeHeard(desk, B);
  expect(say(desk, B, 'contract', [10, 2, 0, 1])[0]).toEqual(['contractIs', 1, 10, 2, 0, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[PS4] each field of the table is written by one server alone', () => {
  const desk = policyDesk([
    [6, 8],
    [24, 24],
    [24, 24],
  ]);
  const { table } = desk.policies[0];
  const copies = () =>
    [table.allocated, table.guaranteed, table.eligible].map((one) => one.slice());
  const written = { memory: new Set<number>(), policy: new Set<number>() };
  for (const id of [MEMORY, POLICY, SUCCESSOR]) {
    const receiver = desk.kernel.receivers[id] as { step: Step };
    const { step } = receiver;
    receiver.step = (kernel, state, message) => {
      const before = copies();
      step(kernel, state, message);
      for (const [field, after] of copies().entries())
        if (after.some((value, at) => value !== before[field]?.[at]))
          written[id === MEMORY ? 'memory' : 'policy'].add(field);
    };
  }
  arrive(desk);
  deliverAll(desk.kernel);
  for (const who of [A, B, C]) say(desk, who, 'contract', [10, 5, 0, 1]);
  for (const who of [A, B, C]) take(desk, who, 9);
  advance(desk, 5 * PERIOD_NS);
  settle(desk, POLICY, REPLACE);
  killTask(desk.kernel, B);
  deliverAll(desk.kernel);
  expect([...written.memory]).toEqual([0]);
  expect([...written.policy].sort()).toEqual([1, 2]);
  expect(table.allocated[A]).toBe(desk.server.clients[A]?.held);
});

test('[PS5] a proposal gets what it may have; nothing yet is refused, and decided a little later', () => {
  const desk = begin([
    [6, 24],
    [24, 24],
    [24, 24],
  ]);
  expect(say(desk, A, 'contract', [12, 3, 0, 1])).toEqual([
    ['refused', 1, NOT_ADMITTED, OP.contract, 0, 0],
    ['contractIs', 0, 6, 3, 0, 0],
  ]);
  expect(say(desk, A, 'contract', [12, 3, 0, 2])).toEqual([['contractIs', 2, 6, 3, 0, 0]]);
  expect(say(desk, A, 'contract', [0, 3, 0, 2])[0]?.[0]).toBe('contractIs');
});

test('[PS5] of what others still hold nobody is promised anything', () => {
  const desk = begin(GENEROUS);
  say(desk, A, 'contract', [24, 0, 0, 1]);
  say(desk, B, 'contract', [24, 0, 0, 1]);
  expect(desk.server.clients[A]).toMatchObject({ guaranteed: 24, status: SHRINKING });
  expect(desk.server.clients[B]).toMatchObject({ guaranteed: 0, wish: { asking: true } });
  takeHeard(desk, B);
  advance(desk, 1000);
  expect(desk.server.clients[A]).toMatchObject({ guaranteed: 12 });
  expect(takeHeard(desk, B)).toEqual([['contractIs', 0, 12, 0, 0, 0]]);
  expect(desk.server.ledger.guaranteedSum).toBe(24);
});

test('[PS6] what is decided against a contract shrinks it with its grace, and is told at once', () => {
  const desk = begin(GENEROUS);
  say(desk, A, 'contract', [20, 2, 0, 1]);
  take(desk, A, 20);
  say(desk, B, 'contract', [24, 0, 0, 1]);
  const at = desk.kernel.state.nowNs + 1000;
  expect(takeHeard(desk, A)).toContainEqual(['shrinkIs', 12, 2, at, 0, 0]);
  advance(desk, 999);
  expect(desk.server.clients[A]?.guaranteed).toBe(20);
  advance(desk, 1);
  expect(desk.server.clients[A]?.guaranteed).toBe(12);
  killTask(desk.kernel, B);
  deliverAll(desk.kernel);
  expect(desk.server.clients[A]?.guaranteed).toBe(20);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[PS7] a proposal does not put off what has been decided', () => {
  const desk = begin(GENEROUS);
  say(desk, A, 'contract', [20, 2, 0, 1]);
  say(desk, B, 'contract', [24, 0, 0, 1]);
  for (let i = 0; i < 9; i++) {
    advance(desk, 100);
    say(desk, A, 'contract', [20 + (i % 3), 2, 0, 1]);
    say(desk, A, 'contract', [5, 2, 0, 1]);
  }
  expect(desk.server.clients[A]).toMatchObject({ status: SHRINKING, guaranteed: 20 });
  advance(desk, 100);
  // Now what it asked for last is seen to.
  expect(desk.server.clients[A]).toMatchObject({ guaranteed: 12, shrink: { guaranteed: 5 } });
  advance(desk, 1000);
  expect(desk.server.clients[A]).toMatchObject({ guaranteed: 5 });
});

test('[PS8] who may not borrow is refused extras, and keeps those it has until they are needed', () => {
  const desk = begin([
    [4, 6],
    [24, 24],
    [24, 24],
  ]);
  say(desk, A, 'contract', [4, 10, 0, 1]);
  expect(take(desk, A, 6)).toHaveLength(6);
  advance(desk, PERIOD_NS);
  expect(desk.policies[0].table.eligible[A]).toBe(0);
  expect(say(desk, A, 'allocate', [0, 0, 1])[0]?.[2]).toBe(NO_FREE_FRAMES);
  expect(desk.server.clients[A]?.held).toBe(6);
  say(desk, A, 'returnFrames', [0]);
  say(desk, A, 'returnFrames', [1]);
  advance(desk, PERIOD_NS);
  expect(desk.policies[0].table.eligible[A]).toBe(1);
  expect(take(desk, A, 1)).toHaveLength(1);
});

test('[PS10] what is split off counts against the quota: a split is no way round it', () => {
  const desk = begin([
    [6, 24],
    [24, 24],
    [24, 24],
  ]);
  say(desk, A, 'contract', [12, 0, 0, 1]);
  say(desk, A, 'splitContract', [4, 0, -1, 1, 0]);
  for (let i = 0; i < 3; i++) say(desk, A, 'contract', [12, 0, 0, 2]);
  expect(desk.server.clients[A]).toMatchObject({ guaranteed: 2, splitOff: 4 });
  say(desk, A, 'foldContract', [-1, 3]);
  expect(desk.server.clients[A]).toMatchObject({ guaranteed: 6, splitOff: 0 });
});

test('[PS12] who subscribes is advised every period, until it does not want it any more', () => {
  const desk = begin(GENEROUS);
  const port = givePort(desk.kernel, A, POLICY);
  say(desk, A, 'contract', [4, 10, 0, 1]);
  expect(say(desk, A, 'subscribe', [1], port)).toEqual([]);
  advance(desk, PERIOD_NS);
  expect(takeHeard(desk, A)).toEqual([['advice', 24, 1, 0, 0, 0]]);
  expect(desk.events.filter(({ kind }) => kind === 'pressure')).toHaveLength(3);
  say(desk, A, 'subscribe', [0], port);
  advance(desk, PERIOD_NS);
  expect(takeHeard(desk, A)).toEqual([]);
});

test('[PS13] nonsense changes nothing at the policy server, and takes no place there', () => {
  const desk = begin(GENEROUS);
  const port = givePort(desk.kernel, A, POLICY);
  const hash = () => hashDesk(desk) + JSON.stringify(desk.policies);
  const before = hash();
  for (const [op, words] of [
    [OP.subscribe, [2]],
    [OP.subscribe, [0.5]],
    [OP.handControl, [-1]],
    [OP.handControl, [1]],
    [OP.policyIs, [2, 1, 1, 1]],
    [OP.asked, [A, 9, 9, 9]],
    [OP.store, [0, 0, 0]],
    [99, [0]],
  ] as const)
    expect(sayOp(desk, A, op, words, port)[0]?.slice(0, 3), `${op}`).toEqual(['refused', 0, 1]);
  expect(hash()).toBe(before);
  say(desk, A, 'contract', [4, 0, 0, 1]);
  for (let i = 0; i < 50; i++) {
    const slot = say(desk, A, 'splitContract', [1, 0, -1, 1, 0])[0]?.[2] as number;
    expect(hand(desk, A, 'handControl', slot, 0, 0, port)).toBe(true);
    say(desk, A, 'foldContract', [-1, 1]);
  }
  expect(desk.policies[0]).toMatchObject({ decides: true });
  expect(desk.server.policy?.holder).toBe(POLICY);
  expect(desk.kernel.state.capabilities[POLICY]?.objects).toBe(3);
});

test('[PS13] words out of their bounds are refused by the memory server and change nothing', () => {
  const desk = begin(GENEROUS);
  const before = hashDesk(desk);
  for (const [name, fields] of [
    ['getControl', 1],
    ['usePolicy', 2],
    ['decided', 2],
  ] as const)
    for (let field = 0; field < fields; field++)
      for (const word of [-1, 0.5, 2 ** 53, Number.NaN]) {
        const words = Array.from({ length: fields }, (_, i) => (i === field ? word : 0));
        expect(say(desk, A, name, words)[0]?.slice(0, 3)).toEqual(['refused', 0, 1]);
      }
  expect(hashDesk(desk)).toBe(before);
});

test('[PS14] a successor that stands by takes over when the policy server dies', () => {
  const desk = begin(GENEROUS, [
    [2, 2],
    [24, 24],
    [24, 24],
  ]);
  say(desk, A, 'contract', [8, 0, 0, 1]);
  settle(desk, POLICY, DIE);
  expect(desk.server.policy?.holder).toBe(SUCCESSOR);
  expect(desk.server.clients[A]).toMatchObject({ status: SHRINKING, shrink: { guaranteed: 2 } });
  expect(desk.events.flatMap((event) => ('what' in event ? [event.what] : []))).toEqual([
    'takes over',
    'is gone',
    'takes over',
  ]);
});

test('[PS4] in a run cloned in the middle the two servers still share one table', () => {
  const desk = begin(GENEROUS);
  say(desk, A, 'contract', [8, 0, 0, 1]);
  const copy = cloneKernel(desk.kernel);
  const memory = copy.receivers[MEMORY]?.state as MemoryServerState;
  const policy = copy.receivers[POLICY]?.state as PolicyServerState;
  expect(policy.table).toBe(memory.policy?.table);
  expect(policy.table).not.toBe(desk.policies[0].table);
});

test('[PS8] who may not borrow gets no extras by way of containers or soft references either', () => {
  const desk = begin([
    [4, 6],
    [24, 24],
    [24, 24],
  ]);
  say(desk, A, 'contract', [4, 10, 0, 1]);
  const slots = take(desk, A, 6);
  const own = say(desk, A, 'openContainer', [4, -1, 1, 1, 0])[0]?.[2] as number;
  advance(desk, PERIOD_NS);
  say(desk, A, 'releaseSoft', [slots[5] as number]);
  expect(desk.policies[0].table.eligible[A]).toBe(0);
  expect(say(desk, A, 'revive', [slots[5] as number, 1])[0]?.[2]).toBe(NO_FREE_FRAMES);
  const fill = () => say(desk, A, 'allocatePages', [own, 0, 1, ALLOCATE_EXTRA])[0];
  expect(fill()?.[2]).toBe(OVER_CONTRACT);
  advance(desk, PERIOD_NS);
  expect(desk.policies[0].table.eligible[A]).toBe(1);
  expect(say(desk, A, 'revive', [slots[5] as number, 1])[0]?.[0]).toBe('granted');
  say(desk, A, 'returnFrames', [slots[5] as number]);
  expect(fill()?.[0]).toBe('pagesDone');
});

test('[PS5] [CON22] who lives on a child contract leaves it when its own has been decided', () => {
  const desk = begin([
    [24, 24],
    [0, 24],
    [24, 24],
  ]);
  say(desk, A, 'contract', [10, 2, 0, 1]);
  const child = say(desk, A, 'splitContract', [4, 0, -1, 7, 0])[0]?.[2] as number;
  hand(desk, A, 'controlIs', child, 0, 0, givePort(desk.kernel, A, B));
  const slot = takeHeard(desk, B).find(([name]) => name.startsWith('controlIs'))?.[1] as number;
  say(desk, B, 'useControl', [slot, 3]);
  expect(take(desk, B, 2)).toHaveLength(2);
  expect(say(desk, B, 'contract', [3, 0, 0, 4])[0]?.[2]).toBe(NOT_ADMITTED);
  expect(desk.server.clients[B]?.child).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
  desk.policies[0].table.guaranteed[B] = 3;
  say(desk, POLICY, 'decided', [desk.policies[0].control, B]);
  expect(takeHeard(desk, B).at(-1)?.slice(0, 4)).toEqual(['contractIs', 0, 3, 0]);
  expect(desk.server.clients[B]).toMatchObject({ child: -1, guaranteed: 3, held: 2 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[PS16] of a task without a place in the table it takes no note', () => {
  const desk = begin(GENEROUS);
  const policy = desk.policies[0];
  const places = policy.table.guaranteed.length;
  const { step, state } = desk.kernel.receivers[POLICY];
  const asked = (id: number) =>
    step(desk.kernel, state, {
      ...desk.kernel.message,
      op: OP.asked,
      from: MEMORY,
      to: POLICY,
      w0: id,
      w1: 4,
    });
  asked(places);
  expect(policy.tasks).toHaveLength(3);
  asked(places - 1);
  expect(policy.tasks.at(-1)).toMatchObject({ id: places - 1, want: 4 });
});
