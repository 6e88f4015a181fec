import { expect, test } from 'vitest';
import { OP } from '../../contracts/messages.ts';
import {
  addCapability,
  PORT,
  removeCapability,
  WEAK_CONTAINER,
} from '../../nucleus/capabilities.ts';
import { deliverAll, reply, send, sendCapability, sendNow } from '../../nucleus/ipc.ts';
import { cloneKernel, givePort } from '../../nucleus/kernel.ts';
import { killTask } from '../../nucleus/life.ts';
import { MESSAGE, type TaskState } from '../../nucleus/tasks.ts';
import { hashState } from '../../sim-hw/state.ts';
import {
  createDesk,
  FIRST,
  MEMORY,
  SWAP,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../support/desk.ts';

const SECOND = FIRST + 1;

function messageTime(desk: ReturnType<typeof createDesk>, task: number): number {
  return (desk.kernel.state.tasks[task] as TaskState).times[MESSAGE] as number;
}

test('[CAP1] a send needs a port in the own table', () => {
  const desk = createDesk();
  for (const port of [2, 63, 64, -1, 0.5])
    expect(send(desk.kernel, FIRST, port, OP.renew, 0, 0, 0, 0, 0)).toBe(false);
  expect(desk.kernel.state.queue.count).toBe(0);
});

test('[CAP4] the receiver is told who sent, whatever the words say', () => {
  const desk = createDesk();
  const port = givePort(desk.kernel, FIRST, SECOND);
  say(desk, FIRST, 'loss', [1, 2, 3, 4, 5], port);
  expect(takeHeard(desk, SECOND)).toEqual([['loss', 1, 2, 3, 4, 5]]);
  expect(say(desk, FIRST, 'renew', [7])).toEqual([['refused', 7, 2, OP.renew, 0, 0]]);
  expect(takeHeard(desk, SECOND)).toEqual([]);
});

test('[CAP2] a capability that is sent moves: the sender has it no more', () => {
  const desk = createDesk();
  const port = givePort(desk.kernel, FIRST, SECOND);
  const weak = addCapability(tableOf(desk, FIRST), WEAK_CONTAINER, 4, 9);
  desk.kernel.state.account = FIRST;
  expect(sendCapability(desk.kernel, FIRST, port, OP.store, weak, 5, 6, 0)).toBe(true);
  deliverAll(desk.kernel);
  const [heard] = takeHeard(desk, SECOND);
  expect(heard).toEqual(['store with capability', 2, 5, 6, 0, 0]);
  const table = tableOf(desk, SECOND);
  expect([table.kind[2], table.object[2], table.generation[2]]).toEqual([WEAK_CONTAINER, 4, 9]);
  expect(sendCapability(desk.kernel, FIRST, port, OP.store, weak, 5, 6, 0)).toBe(false);
});

test('[CAP2] where it cannot go it stays: no such slot, no port, a full table, nobody there', () => {
  const desk = createDesk();
  const port = givePort(desk.kernel, FIRST, SECOND);
  const mine = tableOf(desk, FIRST);
  const weak = addCapability(mine, WEAK_CONTAINER, 4, 9);
  const go = (through: number, capability: number) =>
    sendCapability(desk.kernel, FIRST, through, OP.store, capability, 0, 0, 0);
  const theirs = tableOf(desk, SECOND);
  const before = hashState([mine, theirs]);
  for (const slot of [weak + 1, -1, 64, 0.5, Number.NaN]) expect(go(port, slot)).toBe(false);
  expect(go(weak, weak)).toBe(false);
  expect(hashState([mine, theirs])).toBe(before);
  while (theirs.objects < 64) addCapability(theirs, PORT, MEMORY, 0);
  expect(go(port, weak)).toBe(false);
  for (let slot = 2; slot < 64; slot++) removeCapability(theirs, slot);
  killTask(desk.kernel, SECOND);
  expect(go(port, weak)).toBe(false);
  expect(theirs.objects).toBe(2);
  expect(mine.kind[weak]).toBe(WEAK_CONTAINER);
});

test('[TIME5] each message costs one messageNs, the sender pays, a dead receiver costs nothing', () => {
  const desk = createDesk({ costs: { messageNs: 400 } });
  say(desk, FIRST, 'contract', [2, 0, 0, 0]);
  expect(messageTime(desk, FIRST)).toBe(800);
  expect(desk.kernel.state.nowNs).toBe(800);
  killTask(desk.kernel, SECOND);
  const now = desk.kernel.state.nowNs;
  expect(reply(desk.kernel, MEMORY, SECOND, OP.notice, 0, 0, 0, 0, 0)).toBe(false);
  expect(desk.kernel.state.nowNs).toBe(now);
});

test('[TIME2] a server works on the time of its caller, a client on its own', () => {
  const desk = createDesk({ frames: 4, costs: { messageNs: 400 } });
  settleIn(desk, FIRST, 0, 4, 4);
  say(desk, SECOND, 'contract', [1, 0, 0, 0]);
  const before = [messageTime(desk, FIRST), messageTime(desk, SECOND), messageTime(desk, MEMORY)];
  // The request and the notice it causes are both on the second client.
  say(desk, SECOND, 'allocate', [0, 0, 0]);
  const after = [messageTime(desk, FIRST), messageTime(desk, SECOND), messageTime(desk, MEMORY)];
  expect(after.map((time, i) => time - (before[i] as number))).toEqual([0, 800, 0]);
});

test('[REV4] a send with zero time-out needs a receiver that waits', () => {
  const desk = createDesk();
  expect(sendNow(desk.kernel, MEMORY, FIRST, OP.notice, 1, 2, 0, 0, 0)).toBe(true);
  (desk.kernel.state.tasks[FIRST] as TaskState).receiving = false;
  expect(sendNow(desk.kernel, MEMORY, FIRST, OP.notice, 1, 2, 0, 0, 0)).toBe(false);
  expect(desk.kernel.state.queue.count).toBe(1);
});

test('[CAP6] messages that beget messages for ever are a defect, not a hang', () => {
  const desk = createDesk();
  const port = givePort(desk.kernel, FIRST, SECOND);
  (desk.kernel.receivers as unknown[])[SECOND] = {
    step: () => send(desk.kernel, FIRST, port, OP.renew, 0, 0, 0, 0, 0),
    state: {},
  };
  expect(() => say(desk, FIRST, 'renew', [0], port)).toThrow('without end');
});

test('[TIME7] a cloned kernel goes its own way and shares no state', () => {
  const desk = createDesk({ frames: 4 });
  settleIn(desk, FIRST, 2, 0, 1);
  const copy = cloneKernel(desk.kernel);
  const before = hashState(desk.kernel.state);
  expect(hashState(copy.state)).toBe(before);
  send(copy, FIRST, 0, OP.allocate, 0, 0, 0, 0, 0);
  deliverAll(copy);
  expect(hashState(desk.kernel.state)).toBe(before);
  expect(hashState(copy.state)).not.toBe(before);
  expect(copy.receivers[SWAP]?.state).not.toBe(desk.kernel.receivers[SWAP]?.state);
});

test('what is on its way to the dead is never heard', () => {
  const desk = createDesk();
  const port = givePort(desk.kernel, FIRST, SECOND);
  const heardBy = (dies: boolean) => {
    send(desk.kernel, FIRST, port, OP.renew, 7, 0, 0, 0, 0);
    if (dies) killTask(desk.kernel, SECOND);
    deliverAll(desk.kernel);
    return takeHeard(desk, SECOND).length;
  };
  expect([heardBy(false), heardBy(true)]).toEqual([1, 0]);
});
