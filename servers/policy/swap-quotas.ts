/**
 * Swap quotas: how many pages each task may have on swap, out of what its user's tasks may have there
 * together. Looked at every period and at every death, for what tasks have there changes.
 *
 *   1. what is there stays, by max-min among the tasks where it is more than the user may have
 *   2. the rest of the user's pages goes to its tasks by weight
 *
 * So the quotas of a user's tasks sum to the user's, and a task that discards pages leaves them to the
 * others. A user without a quota is left alone, and so is who belongs to no user.
 */

import { OP } from '../../contracts/messages.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { divide } from './shares.ts';
import { NO_CONTROL, type PolicyServerState, type PolicyTask } from './state.ts';

/** No quota has been told. */
const NONE = -1;

/** Asks for the control of quotas, where there is a swap server that keeps them. */
export function askQuotas(kernel: Kernel, { id, swap }: PolicyServerState): void {
  if (swap !== null) send(kernel, id, swap.port, OP.getQuotas, 0, 0, 0, 0, 0);
}

/** Of quotas only the swap server is believed. */
export function hearQuotas(kernel: Kernel, policy: PolicyServerState, message: Message): void {
  const { op, w1, w2 } = message;
  if (op === OP.quotasAre) takeQuotas(kernel, policy, w1);
  else if (op === OP.refused && w2 === OP.setQuota && policy.swap !== null)
    loseQuotas(kernel, policy);
}

/** It has the control of quotas from now on; false: it has it already, or has no use for it. */
export function takeQuotas(kernel: Kernel, policy: PolicyServerState, control: number): boolean {
  const { swap } = policy;
  if (swap === null || swap.control !== NO_CONTROL) return false;
  swap.control = control;
  swap.told.fill(NONE);
  decideQuotas(kernel, policy);
  return true;
}

/** The control that it has is none any more. */
function loseQuotas(kernel: Kernel, { id, swap }: PolicyServerState): void {
  if (swap === null || swap.control === NO_CONTROL) return;
  removeCapability(kernel.state.capabilities[id] as CapabilityTable, swap.control);
  swap.control = NO_CONTROL;
}

/** Sets the quotas that have changed; the smaller ones first, so that the sums hold at any time. */
export function decideQuotas(kernel: Kernel, policy: PolicyServerState): void {
  const { id, swap, tasks, users, table } = policy;
  if (swap === null || swap.control === NO_CONTROL) return;
  const quotas = tasks.map(() => NONE);
  for (const [user, { swap: pages }] of users.entries())
    if (pages !== undefined) divideQuota(tasks, user, pages, table.onSwap, quotas);
  for (const grows of [false, true])
    for (const [at, task] of tasks.entries()) {
      const quota = quotas[at] as number;
      const told = swap.told[at] ?? NONE;
      if (quota === NONE || quota === told || (told !== NONE && quota > told) !== grows) continue;
      send(kernel, id, swap.port, OP.setQuota, swap.control, task.id, quota, at, 0);
      swap.told[at] = quota;
    }
}

/** Fills in what each of the user's tasks may have. */
function divideQuota(
  tasks: readonly PolicyTask[],
  user: number,
  pages: number,
  onSwap: Int32Array,
  quotas: number[],
): void {
  const own = tasks.map((task) => (task.user === user && !task.gone ? 1 : 0));
  const there = tasks.map(({ id }, at) => (own[at] === 1 ? (onSwap[id] as number) : 0));
  const kept = divide(there, tasks, pages);
  const left = pages - kept.reduce((sum, one) => sum + one, 0);
  const more = divide(
    own.map((one) => one * left),
    tasks,
    left,
  );
  for (const [at, one] of own.entries())
    if (one === 1) quotas[at] = (kept[at] as number) + (more[at] as number);
}
