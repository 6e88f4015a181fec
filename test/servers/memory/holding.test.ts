/** What a client holds changes: who learns of it. */

import { expect, test } from 'vitest';
import type { TaskState } from '../../../nucleus/tasks.ts';
import { attachPolicyTable } from '../../../servers/memory/contracts/policy.ts';
import { chargedTo, fillPurse } from '../../../servers/memory/contracts/purse.ts';
import { nextVictim } from '../../../servers/memory/revocation/victims.ts';
import { clientOf } from '../../../servers/memory/state.ts';
import { advance, checkBooks, createDesk, FIRST, say, settleIn, take } from '../../support/desk.ts';

const [A, B] = [FIRST, FIRST + 1];

test('[MEM1] [PS4] the ledger, the policy’s table and the task’s own count know what is held', () => {
  const desk = createDesk({ frames: 16 });
  const table = attachPolicyTable(desk.server, B + 1);
  const slots = settleIn(desk, A, 8, 0, 5);
  const known = () => [
    clientOf(desk.server, A).held,
    desk.server.ledger.heldSum,
    table.allocated[A],
    (desk.kernel.state.tasks[A] as TaskState).framesHeld,
  ];
  expect(known()).toEqual([5, 5, 5, 5]);
  say(desk, A, 'returnRange', [slots[0] as number, 2]);
  expect(known()).toEqual([3, 3, 3, 3]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON26] what was held is charged until it changes, and what is held from then on', () => {
  for (const planted of [null, 'purse-forgets'] as const) {
    const desk = createDesk({ frames: 16, terms: { price: 1_000_000 }, planted });
    const client = clientOf(desk.server, A);
    fillPurse(client, 1e9, 0);
    const slots = settleIn(desk, A, 8, 0, 2);
    advance(desk, 3000);
    take(desk, A, 2);
    advance(desk, 1000);
    for (const slot of slots) say(desk, A, 'returnFrames', [slot]);
    advance(desk, 5000);
    // With the switch on all of the time is charged at what is held at its end.
    const charged = chargedTo(desk.kernel, desk.server, client);
    expect(charged).toBe(planted === null ? 2 * 3 + 4 * 1 + 2 * 5 : 2 * 9);
  }
});

test('[CON26] where frames have no price nothing is charged and no purse is made', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, A, 8, 0, 5);
  expect(clientOf(desk.server, A).purse).toBeNull();
});

test('[REV8] who holds an extra is a victim from then on, and no more when it has gone', () => {
  const desk = createDesk({ frames: 16 });
  const slots = settleIn(desk, A, 2, 4, 2);
  expect(nextVictim(desk.server)).toBeNull();
  const [extra] = take(desk, A, 1);
  expect(nextVictim(desk.server)?.id).toBe(A);
  say(desk, A, 'returnFrames', [extra as number]);
  expect(nextVictim(desk.server)).toBeNull();
  expect(slots).toHaveLength(2);
});
