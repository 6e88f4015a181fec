/**
 * Bad input to the policy server: every message of the protocol with each field out of its bounds,
 * from a client, with a capability along, from the dead. Of the policy it believes the memory server
 * alone; nobody else can change what it has decided.
 */

import { describe, expect, test } from 'vitest';
import { type MessageName, messages, OP } from '../../../contracts/messages.ts';
import { MALFORMED } from '../../../contracts/refusals.ts';
import { POLICY_CONTROL } from '../../../nucleus/capabilities.ts';
import { deliverAll, send } from '../../../nucleus/ipc.ts';
import { givePort } from '../../../nucleus/kernel.ts';
import { killTask } from '../../../nucleus/life.ts';
import { hashAll } from '../../support/bad-input/desk.ts';
import { FIRST, hand, say, sayOp, tableOf, takeHeard } from '../../support/desk.ts';
import { open } from '../../support/pages.ts';
import {
  arrive,
  POLICY,
  type PolicyDesk,
  policyDesk,
  SUCCESSOR,
} from '../../support/policy-desk.ts';

const everyName = Object.keys(messages) as MessageName[];
const bad = [-2, 0.5, 2 ** 53, 2 ** 60, Number.NaN, undefined as never as number];

/** A policy server that decides, and FIRST's port to it and to the one that stands by. */
function begin(): { desk: PolicyDesk; port: number; standby: number } {
  const quota = [24, 24] as const;
  const desk = policyDesk([quota, quota, quota]);
  arrive(desk);
  deliverAll(desk.kernel);
  say(desk, FIRST, 'contract', [4, 0, 0, 0]);
  for (const inbox of desk.heard) inbox.length = 0;
  const [port, standby] = [POLICY, SUCCESSOR].map((id) => givePort(desk.kernel, FIRST, id));
  return { desk, port: port as number, standby: standby as number };
}

describe.each(everyName)('%s', (name) => {
  const fields = Object.keys(messages[name].shape).length;

  test('[PS13] [MEM7] from a client: malformed, unless it is subscribe; nothing has changed', () => {
    const { desk, port, standby } = begin();
    const before = hashAll(desk);
    const malformed = [['refused', 0, MALFORMED, OP[name], 0, 0]];
    for (let at = 0; at < fields; at++)
      for (const word of bad) {
        const words = Array.from({ length: fields }, (_, i) => (i === at ? word : 1));
        expect(say(desk, FIRST, name, words, port), `${name} ${at} = ${word}`).toEqual(malformed);
        expect(say(desk, FIRST, name, words, standby)).toEqual(malformed);
      }
    const whole = Array.from({ length: fields }, () => 1);
    // A refusal is an answer, and gets none [MEM32].
    const answer = name === 'refused' ? [] : malformed;
    if (name !== 'subscribe') expect(say(desk, FIRST, name, whole, port)).toEqual(answer);
    expect(hashAll(desk)).toBe(before);
  });

  test('[PS13] [CAP2] with a capability along it is dropped, whatever it is', () => {
    const { desk, port, standby } = begin();
    for (const to of [port, standby]) {
      const id = to === port ? POLICY : SUCCESSOR;
      const policies = JSON.stringify(
        desk.policies.map(({ control, decides }) => [control, decides]),
      );
      const kept = tableOf(desk, id).objects;
      expect(hand(desk, FIRST, name, open(desk, FIRST), 1, 1, to, 1)).toBe(true);
      const heard = takeHeard(desk, FIRST).map(([what]) => what);
      const silent = ['handControl', 'refused'].includes(name);
      expect(heard).toEqual(silent ? [] : ['refused']);
      expect(tableOf(desk, id).objects).toBe(kept);
      expect(JSON.stringify(desk.policies.map(({ control, decides }) => [control, decides]))).toBe(
        policies,
      );
    }
  });

  test('[MEM6] [PS13] from the dead: nothing has changed', () => {
    const hashes = [true, false].map((says) => {
      const { desk, port } = begin();
      if (says) send(desk.kernel, FIRST, port, OP[name], 1, 1, 1, 1, 1);
      killTask(desk.kernel, FIRST);
      deliverAll(desk.kernel);
      return hashAll(desk);
    });
    expect(hashes[0]).toBe(hashes[1]);
  });
});

test('[PS13] [MEM7] an op that is no message is malformed', () => {
  const { desk, port } = begin();
  const before = hashAll(desk);
  for (const op of [0, 1, 2, 3, 4, 5, 15, 255, -3, Number.NaN])
    expect(sayOp(desk, FIRST, op, [1, 1, 1, 1], port)[0]?.[2]).toBe(MALFORMED);
  expect(hashAll(desk)).toBe(before);
});

test('[PS13] [PS2] a control that has died is handed in vain, and is not kept', () => {
  const { desk, standby } = begin();
  const table = tableOf(desk, FIRST);
  const stale = tableOf(desk, POLICY);
  const control = stale.kind.indexOf(POLICY_CONTROL);
  const slot = table.kind.indexOf(0);
  table.kind[slot] = POLICY_CONTROL;
  table.generation[slot] = (stale.generation[control] as number) - 1;
  table.objects++;
  const kept = tableOf(desk, SUCCESSOR).objects;
  expect(hand(desk, FIRST, 'handControl', slot, 0, 0, standby)).toBe(true);
  expect(desk.policies[1]).toMatchObject({ decides: false, control: -1 });
  expect(tableOf(desk, SUCCESSOR).objects).toBe(kept);
  expect(desk.policies[0].decides).toBe(true);
});
