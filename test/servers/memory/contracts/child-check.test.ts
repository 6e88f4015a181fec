/** The books of child contracts can fail: each thing that is wrong is noticed, and named. */

import { expect, test } from 'vitest';
import { givePort } from '../../../../nucleus/kernel.ts';
import { checkChildren } from '../../../../servers/memory/contracts/child-check.ts';
import { childAt } from '../../../../servers/memory/contracts/child-contract.ts';
import type { Client } from '../../../../servers/memory/state.ts';
import { createDesk, FIRST, hand, say, settleIn, take, takeHeard } from '../../../support/desk.ts';

const SECOND = FIRST + 1;

/** SECOND draws 2 of a child of 4 + 2 that FIRST has split off; another child, 1, has ended. */
function split() {
  const desk = createDesk();
  settleIn(desk, FIRST, 8, 4, 0);
  const slot = () => say(desk, FIRST, 'splitContract', [4, 2, -1, 7, 0])[0]?.[2] as number;
  const control = slot();
  say(desk, FIRST, 'foldContract', [slot(), 3]);
  hand(desk, FIRST, 'controlIs', control, 0, 0, givePort(desk.kernel, FIRST, SECOND));
  const given = takeHeard(desk, SECOND)[0]?.[1] as number;
  say(desk, SECOND, 'useControl', [given, 1]);
  take(desk, SECOND, 2);
  const { server } = desk;
  expect(checkChildren(server)).toBeUndefined();
  return { server, child: childAt(server, 0), member: server.clients[SECOND] as Client };
}

test('[CON11] [CON14] what is idle and what is drawn are the child, guarantee and extras', () => {
  for (const by of [-1, 1]) {
    const one = split();
    one.member.guaranteed += by;
    expect(checkChildren(one.server)).toContain(
      by < 0 ? 'is left uncovered' : 'child 0: drawn and idle are not the whole',
    );
    const two = split();
    two.member.extra += by;
    expect(checkChildren(two.server)).toBe('child 0: extras do not add up');
    const three = split();
    three.server.ledger.idleSum += by;
    expect(checkChildren(three.server)).toBe('idle guarantees do not add up');
    const four = split();
    four.child.guaranteed += by;
    expect(checkChildren(four.server)).toBe('child 0: drawn and idle are not the whole');
  }
});

test('[CON13] [CON14] who is listed as drawing on a child draws on it, and is covered by it', () => {
  const elsewhere = split();
  elsewhere.member.child = 1;
  expect(checkChildren(elsewhere.server)).toBe(`task ${SECOND} draws elsewhere`);
  const bare = split();
  bare.member.held = 3;
  expect(checkChildren(bare.server)).toBe(`task ${SECOND} is left uncovered`);
  // Where nothing is idle there is nothing to cover it.
  const spent = split();
  spent.member.held = 9;
  spent.member.guaranteed = 4;
  spent.server.ledger.idleSum -= spent.child.idle;
  spent.child.idle = 0;
  expect(checkChildren(spent.server)).toBeUndefined();
});

test('[CON11] no child is overdrawn', () => {
  const guarantee = split();
  guarantee.child.idle -= 3;
  guarantee.server.ledger.idleSum -= 3;
  guarantee.member.guaranteed += 3;
  expect(checkChildren(guarantee.server)).toBe('child 0 is overdrawn');
  const extras = split();
  extras.child.idleExtra -= 3;
  extras.member.extra += 3;
  expect(checkChildren(extras.server)).toBe('child 0 is overdrawn');
  // All of it drawn is not too much.
  extras.child.idleExtra += 1;
  extras.member.extra -= 1;
  expect(checkChildren(extras.server)).toBeUndefined();
});

test('[CON15] what has ended is not looked at', () => {
  const { server } = split();
  const ended = childAt(server, 1);
  expect(ended.live).toBe(false);
  ended.idle = 5;
  expect(checkChildren(server)).toBeUndefined();
});
