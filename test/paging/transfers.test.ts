import { expect, test } from 'vitest';
import { OP } from '../../contracts/messages.ts';
import { LOCK_LOST } from '../../contracts/refusals.ts';
import { boot, type World } from '../../lab/run/boot.ts';
import {
  addCapability,
  type CapabilityTable,
  PORT,
  removeCapability,
} from '../../nucleus/capabilities.ts';
import { newest } from '../../nucleus/messages.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import type { PagerState } from '../../paging/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop } from '../support/reference-strings.ts';

const GRACE = 10_000;
const terms = { graceExtra: GRACE, graceShrink: 1e8, penalty: 'repossess' } as const;

function world(): World {
  const tasks = [task('reader', writing(loop(7, 4)), 'lru', 5)];
  return boot(cell(8, tasks, { clock: 'ns', slice: 50_000, terms, oracles: true }));
}

/** The moments at which a container was asked for. */
function listen({ kernel }: World): number[] {
  const moments: number[] = [];
  kernel.tap = () => {
    if (newest(kernel.state.queue).op === OP.createContainer) moments.push(kernel.state.nowNs);
  };
  return moments;
}

/** Fills a table of capabilities, but for `room` places; returns the slots. */
function crowd({ kernel }: World, id: number, room: number): number[] {
  const table = kernel.state.capabilities[id] as CapabilityTable;
  const slots: number[] = [];
  for (let left = table.kind.length - table.objects - room; left > 0; left--)
    slots.push(addCapability(table, PORT, 1, 0));
  return slots;
}

function until(world: World, ns: number): boolean {
  const { state } = world.kernel;
  for (let steps = 0; steps < 10_000 && state.nowNs < ns; steps++)
    if (!stepKernel(world.kernel)) return false;
  return state.nowNs >= ns;
}

test.each([
  ['has no place for the container', true],
  ['hands it to a server that can take no more', false],
])('[FAULT12] a pager that %s waits, longer each time, and goes on then', (_, isOwn) => {
  const refused = world();
  const id = refused.clients[0] as number;
  const who = isOwn ? id : refused.swap;
  const slots = crowd(refused, who, isOwn ? 1 : 0);
  const moments = listen(refused);
  expect(until(refused, 100 * GRACE)).toBe(true);
  expect(moments.length).toBeGreaterThan(3);
  expect(moments.length).toBeLessThan(10);
  const waits = moments.slice(1).map((moment, at) => moment - (moments[at] as number));
  for (const [at, wait] of waits.slice(1).entries())
    expect(wait).toBeGreaterThan(1.5 * (waits[at] as number));
  // Of what nobody took nothing is left.
  const table = refused.kernel.state.capabilities[id] as CapabilityTable;
  if (!isOwn) expect(table.objects).toBeLessThan(5);
  for (const slot of slots)
    removeCapability(refused.kernel.state.capabilities[who] as CapabilityTable, slot);
  while (stepKernel(refused.kernel));
  expect((refused.kernel.state.tasks[id] as TaskState).references).toBe(28);
});

test('[FAULT12] who was heard in between waits no longer than the first time', () => {
  const refused = world();
  const { kernel, swap } = refused;
  const table = kernel.state.capabilities[swap] as CapabilityTable;
  const id = refused.clients[0] as number;
  const pager = kernel.receivers[id]?.state as PagerState;
  const moments = listen(refused);
  const free = (slots: readonly number[]) => {
    for (const slot of slots) removeCapability(table, slot);
  };
  const task = kernel.state.tasks[id] as TaskState;
  const until = (moved: number) => {
    while (task.pageIns + task.pageOuts < moved) stepKernel(kernel);
  };
  // Past the last grant, which would make it ask at once as well.
  until(4);
  const first = crowd(refused, swap, 0);
  const begun = moments.length;
  while (moments.length < begun + 4) stepKernel(kernel);
  free(first);
  until(task.pageIns + task.pageOuts + 1);
  const heard = moments.length;
  const again = crowd(refused, swap, 0);
  while (moments.length < heard + 3) stepKernel(kernel);
  free(again);
  const [from = 0, to = 0] = moments.slice(-2);
  expect(to - from).toBeLessThan(4 * pager.retryAfter);
  while (stepKernel(kernel));
  expect(task.references).toBe(28);
});

test('[FAULT12] one whose lock was lost begins again at once', () => {
  const lost = world();
  const { kernel, clients, swap } = lost;
  const moments = listen(lost);
  const id = clients[0] as number;
  while (moments.length === 0) stepKernel(kernel);
  const pager = kernel.receivers[id]?.state as PagerState;
  const [transfer] = pager.transfers.records;
  expect(transfer?.page).toBe(0);
  const message = { op: OP.swapped, from: swap, to: id, account: id, w0: 0, w1: LOCK_LOST, w2: 0 };
  const before = moments.length;
  kernel.receivers[id]?.step(kernel, pager, { ...message, w3: 0, time: 0, cameAlong: false });
  expect(moments).toHaveLength(before + 1);
});
