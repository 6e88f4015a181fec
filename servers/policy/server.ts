/**
 * The policy server: decides how large a guarantee each task may have and who may borrow, for a
 * memory server that is mechanism alone (Walfield 2003, VMM: physmem and the memory policy server).
 * It writes two fields of a table that both see, and may be replaced while everything runs.
 *
 *   ARRIVE --getControl--> policyIs --usePolicy--> asked, asked, ..., policyIs: decides
 *   asked, DEATH of a task -> shares.ts -> the table -> decided, for each that changed
 *   PERIOD -> eligibility, pressure.ts, advice, swap-quotas.ts
 *   REPLACE -> handControl with the capability -> its successor: usePolicy -> decides
 *   DIE    -> first come, first served, unless a successor stands by and asks
 */

import { OP } from '../../contracts/messages.ts';
import { MALFORMED } from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import {
  type CapabilityTable,
  POLICY_CONTROL,
  QUOTA_CONTROL,
  removeCapability,
} from '../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { reply, send, sendCapability } from '../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { killServer } from '../../nucleus/life.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import { beginLooking, look } from './pressure.ts';
import { sharesOf } from './shares.ts';
import { createPolicyTask, NO_CONTROL, type PolicyServerState, type PolicyTask } from './state.ts';
import { askQuotas, decideQuotas, hearQuotas, takeQuotas } from './swap-quotas.ts';

/** Timer words. */
export const PERIOD = 1;
export const REPLACE = 2;
export const DIE = 3;
export const ARRIVE = 4;
/** Tags of its calls. */
const GET = 1;
const USE = 2;
/** Looks at a machine on which nothing runs before it waits to be woken by a message. */
const IDLE_MAX = 4096;

/** Receiver step of a policy server. */
export function policyServerStep(kernel: Kernel, state: object, message: Message): void {
  const policy = state as PolicyServerState;
  if (isOver(kernel.state.tasks[policy.id] as TaskState)) return;
  const { op, from, w0 } = message;
  if (from === NUCLEUS) {
    if (op === TIMER) timerRanOut(kernel, policy, w0);
    else if (op === DEATH) buried(kernel, policy, w0);
  } else if (from === policy.memory && isValid(message)) hear(kernel, policy, message);
  else if (from === policy.swap?.id && isValid(message)) hearQuotas(kernel, policy, message);
  else if (isValid(message)) serve(kernel, policy, message);
  else refuse(kernel, policy, message);
}

/** Of the policy and of contracts only the memory server is believed. */
function hear(kernel: Kernel, policy: PolicyServerState, message: Message): void {
  const { op, w0, w1, w2 } = message;
  if (op === OP.policyIs) {
    policy.control = w1;
    policy.frames = w2;
    if (w0 === GET) call(kernel, policy, OP.usePolicy, w1, USE);
    else takeOver(kernel, policy);
  } else if (op === OP.asked) {
    // What has no place in the table could be decided about for ever, and never differently.
    if (w0 >= policy.table.guaranteed.length) return;
    const task = taskOf(policy, w0);
    task.want = w1;
    if (policy.decides) decide(kernel, policy, task);
  } else if (op === OP.refused && w2 === OP.usePolicy && policy.control !== NO_CONTROL) {
    removeCapability(tableOf(kernel, policy), policy.control);
    policy.control = NO_CONTROL;
  }
}

function serve(kernel: Kernel, policy: PolicyServerState, message: Message): void {
  const { op, from, w0, cameAlong } = message;
  if (op === OP.subscribe && !cameAlong) {
    if (isOver(kernel.state.tasks[from] as TaskState)) return;
    const place = policy.subscribers.indexOf(from);
    if (w0 === 1 && place < 0) policy.subscribers.push(from);
    if (w0 === 0 && place >= 0) policy.subscribers.splice(place, 1);
    if (w0 === 1) wake(kernel, policy);
  } else if (op === OP.handControl && cameAlong) {
    const table = tableOf(kernel, policy);
    if (table.kind[w0] === QUOTA_CONTROL && takeQuotas(kernel, policy, w0)) return;
    if (policy.control !== NO_CONTROL || table.kind[w0] !== POLICY_CONTROL)
      return removeCapability(table, w0);
    policy.control = w0;
    call(kernel, policy, OP.usePolicy, w0, USE);
  } else refuse(kernel, policy, message);
}

function timerRanOut(kernel: Kernel, policy: PolicyServerState, word: number): void {
  switch (word) {
    case ARRIVE:
      return arrive(kernel, policy);
    case PERIOD:
      return periodOver(kernel, policy);
    case REPLACE:
      return handOver(kernel, policy);
    case DIE:
      policy.decides = false;
      return killServer(kernel, policy.id);
  }
}

function arrive(kernel: Kernel, policy: PolicyServerState): void {
  call(kernel, policy, OP.getControl, GET, 0);
  askQuotas(kernel, policy);
}

function buried(kernel: Kernel, policy: PolicyServerState, id: number): void {
  if (id === policy.predecessor && policy.control === NO_CONTROL) return arrive(kernel, policy);
  const place = policy.subscribers.indexOf(id);
  if (place >= 0) policy.subscribers.splice(place, 1);
  const task = policy.tasks.find((one) => one.id === id);
  if (task === undefined) return;
  task.gone = true;
  task.want = 0;
  if (policy.decides) decide(kernel, policy, null);
  decideQuotas(kernel, policy);
}

function takeOver(kernel: Kernel, policy: PolicyServerState): void {
  policy.decides = true;
  beginLooking(kernel, policy);
  decide(kernel, policy, null);
  wake(kernel, policy);
}

/** Moves its capabilities to its successor; where that to the policy cannot go it stays, and so does this one. */
function handOver(kernel: Kernel, policy: PolicyServerState): void {
  if (policy.control === NO_CONTROL || policy.successorPort < 0) return;
  const { id, successorPort: port, control } = policy;
  if (!sendCapability(kernel, id, port, OP.handControl, control, 0, 0, 0)) return;
  policy.control = NO_CONTROL;
  policy.decides = false;
  const { swap } = policy;
  if (swap === null || swap.control === NO_CONTROL) return;
  if (sendCapability(kernel, id, port, OP.handControl, swap.control, 0, 0, 0))
    swap.control = NO_CONTROL;
}

/** Writes the table anew and tells of each task that it changed for, and of `asker`. */
function decide(kernel: Kernel, policy: PolicyServerState, asker: PolicyTask | null): void {
  const { tasks, users, table, frames } = policy;
  const quotas = users.map(({ guaranteed }) => guaranteed);
  const shares = sharesOf(tasks, quotas, frames);
  const changed: number[] = [];
  for (const [at, task] of tasks.entries()) {
    const share = shares[at] as number;
    if (table.guaranteed[task.id] === share && task !== asker) continue;
    table.guaranteed[task.id] = share;
    if (task.want > 0) changed.push(task.id);
  }
  judgeEligible(policy);
  for (const id of changed) call(kernel, policy, OP.decided, policy.control, id);
}

/** A task may borrow while its user's tasks together hold less than the user may. */
function judgeEligible({ tasks, users, table }: PolicyServerState): void {
  const held = users.map(() => 0);
  for (const { id, user } of tasks)
    held[user] = (held[user] as number) + (table.allocated[id] as number);
  for (const { id, user, gone } of tasks) {
    const below = (held[user] as number) < (users[user]?.held as number);
    table.eligible[id] = below && !gone ? 1 : 0;
  }
}

function periodOver(kernel: Kernel, policy: PolicyServerState): void {
  policy.ticking = false;
  if (!policy.decides) return;
  judgeEligible(policy);
  look(kernel, policy);
  decideQuotas(kernel, policy);
  const { references } = kernel.state;
  policy.idlePeriods = references === policy.references ? policy.idlePeriods + 1 : 0;
  policy.references = references;
  if (policy.idlePeriods < IDLE_MAX) tick(kernel, policy);
}

function wake(kernel: Kernel, policy: PolicyServerState): void {
  policy.idlePeriods = 0;
  if (policy.decides) tick(kernel, policy);
}

function tick(kernel: Kernel, policy: PolicyServerState): void {
  if (policy.ticking) return;
  policy.ticking = true;
  timerAt(kernel, termNow(kernel) + policy.period, policy.id, PERIOD);
}

/** The record of a task; one that it was not told of belongs to no user, at weight 1. */
function taskOf(policy: PolicyServerState, id: number): PolicyTask {
  const known = policy.tasks.find((task) => task.id === id);
  if (known !== undefined) return known;
  const user = policy.users.length - 1;
  const task = createPolicyTask({ id, user, weight: 1, priority: 0, least: 1 });
  policy.tasks.push(task);
  return task;
}

function call(kernel: Kernel, policy: PolicyServerState, op: number, w0: number, w1: number): void {
  send(kernel, policy.id, policy.memoryPort, op, w0, w1, 0, 0, 0);
}

/** What came along with it is dropped: no message fills the table [PS13]. */
function refuse(kernel: Kernel, policy: PolicyServerState, message: Message): void {
  const { op, from, w0, cameAlong } = message;
  if (cameAlong) removeCapability(tableOf(kernel, policy), w0);
  if (!isRefusal(message)) reply(kernel, policy.id, from, OP.refused, 0, MALFORMED, op & 255, 0, 0);
}

function tableOf({ state }: Kernel, { id }: PolicyServerState): CapabilityTable {
  return state.capabilities[id] as CapabilityTable;
}
