/** Requests that memory is too short for. */

import { expect, test } from 'vitest';
import { type MessageName, OP } from '../../../../../contracts/messages.ts';
import { NO_FREE_FRAMES } from '../../../../../contracts/refusals.ts';
import { VM_EAGER } from '../../../../../contracts/vm-messages.ts';
import { letPass } from '../../../../../lab/run/bare-kernel.ts';
import { deliverAll, send } from '../../../../../nucleus/ipc.ts';
import { killTask } from '../../../../../nucleus/life.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { memoryOf } from '../../../../../servers/central/mach/vm-server.ts';
import { get, put } from '../../../../support/memory-desk.ts';
import {
  A,
  B,
  createVmDesk,
  type Desk,
  newest,
  say,
  spaceOf,
} from '../../../../support/vm-desk.ts';

const PATIENCE = 1_000_000;

/** Says it; whoever has to wait hears nothing. */
function ask(desk: Desk, from: number, name: MessageName, ...words: number[]): void {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
  desk.heard.length = 0;
  desk.kernel.state.account = from;
  send(desk.kernel, from, 0, OP[name], w0, w1, w2, w3, 0);
  deliverAll(desk.kernel);
}

/** Ops and reasons that tasks have heard since. */
function heard(desk: Desk): unknown[] {
  const all = desk.heard.splice(0);
  return all.map(({ task, message: { op, w0, w1 } }) => [task, op === OP.vmDone ? w1 : op, w0]);
}

/** B has most of memory; A has 8 pages of 12 that there are, swap included, after that. */
function short(): { desk: Desk; mine: number; other: number } {
  const desk = createVmDesk({ frames: 24, blocks: 4 }, { patienceNs: PATIENCE, waitingMax: 2 });
  const vm = memoryOf(desk.kernel, desk.server);
  const other = spaceOf(desk, B, 12);
  for (let page = 0; page < 12; page++) put(vm, newest(desk), page, page);
  const mine = spaceOf(desk, A, 8);
  for (let page = 0; page < 8; page++) put(vm, newest(desk), page, 100 + page);
  return { desk, mine, other };
}

test('[VM26] what memory is too short for waits, and is done when there is more', () => {
  const { desk, mine, other } = short();
  const vm = memoryOf(desk.kernel, desk.server);
  ask(desk, A, 'vmFork', mine, VM_EAGER, 7);
  expect(heard(desk)).toEqual([]);
  // What changes nothing about memory does not help.
  say(desk, B, 'vmProtect', other, 0, 1, 1);
  expect(desk.server.waiting.length).toBe(1);
  const copies = vm.state.counts.pageCopies;
  ask(desk, B, 'vmDeallocate', other, 0, 12);
  expect(heard(desk)).toEqual([
    [B, OP.vmDeallocate, other],
    [A, OP.vmSpaceIs, 7],
  ]);
  expect(vm.state.counts.pageCopies - copies).toBe(8);
  expect(get(vm, newest(desk), 3)).toBe(103);
  letPass(desk.kernel, 2 * PATIENCE);
  expect(heard(desk)).toEqual([]);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM26] patience ends: then it is refused, once, and nothing has changed', () => {
  const { desk, mine } = short();
  const vm = memoryOf(desk.kernel, desk.server);
  ask(desk, A, 'vmFork', mine, VM_EAGER, 7);
  letPass(desk.kernel, PATIENCE - 1000);
  expect(heard(desk)).toEqual([]);
  letPass(desk.kernel, 2000);
  expect(desk.heard.map(({ task, message }) => [task, message.op, message.w0, message.w1])).toEqual(
    [[A, OP.refused, 7, NO_FREE_FRAMES]],
  );
  expect(desk.server.waiting).toEqual([]);
  expect([0, 7].map((page) => get(vm, newest(desk), page))).toEqual([100, 107]);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM26] so many of a task wait at a time; the dead wait no more, and what they had serves others', () => {
  const { desk, mine, other } = short();
  for (const tag of [1, 2]) ask(desk, A, 'vmFork', mine, VM_EAGER, tag);
  expect(say(desk, A, 'vmFork', mine, VM_EAGER, 3)).toBe('NO_FREE_FRAMES');
  ask(desk, B, 'vmFork', other, VM_EAGER, 4);
  expect(heard(desk)).toEqual([]);
  killTask(desk.kernel, A);
  deliverAll(desk.kernel);
  expect(heard(desk)).toEqual([[B, OP.vmSpaceIs, 4]]);
  expect(desk.server.waiting).toEqual([]);
});

test('[VM26] a space that ends while a request waits for it is refused as one that is not there', () => {
  const { desk, mine } = short();
  ask(desk, A, 'vmFork', mine, VM_EAGER, 7);
  ask(desk, A, 'vmEnd', mine);
  expect(heard(desk).map((one) => (one as number[])[1])).toEqual([OP.vmEnd, OP.refused]);
  expect(desk.server.waiting).toEqual([]);
});
