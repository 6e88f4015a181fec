/**
 * Central: the engine's side of a management that does more than name victims (SPEC [CENT1] to
 * [CENT6]; contracts/central-management.ts). What it is told of, when it is called once a period, and
 * how members that it has suspended go on.
 */

import type { CentralManagement } from '../contracts/central-management.ts';
import { termNow, timerAt } from '../nucleus/clock.ts';
import { continueTask, stopTask } from '../nucleus/faults.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { isOver, SOFT, type TaskState } from '../nucleus/tasks.ts';
import { type CentralState, RUNS, STOPPED, STOPPED_IN_FAULT, STOPPING } from './central-state.ts';
import { CentralView } from './central-view.ts';
import { evictOne } from './eviction.ts';
import { pursueFault } from './faults.ts';
import { serveWaiters } from './frame-waiters.ts';
import { drain, faultOf, type PagerCode, point } from './policy-call.ts';
import { PolicyFault } from './policy-fault.ts';
import { type Member, NO_FAULT, type PagerState } from './state.ts';

/** Timer word: a period is over. */
export const TICK = 32;

/** Code of a pager for all tasks, and their programs. */
export function createCentralCode(
  management: CentralManagement,
  programs: PagerCode['programs'],
): PagerCode {
  const view = new CentralView();
  // A management takes a view that can do more than a policy's; this one can.
  const policy = management as unknown as PagerCode['policy'];
  return { policy, programs, view, central: management };
}

/** Begins to call the management once a period, if it wants that. */
export function armTicks(kernel: Kernel, pager: PagerState): void {
  const { central, id } = pager;
  if (central === null || central.period === 0) return;
  const { account } = kernel.state;
  kernel.state.account = id;
  timerAt(kernel, termNow(kernel) + central.period, id, TICK);
  kernel.state.account = account;
}

/** A period is over: the management looks around, and gives up pages [CENT4]. */
export function tick(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  central: CentralState,
): void {
  if (pager.members.every(({ dead }) => dead)) return;
  timerAt(kernel, termNow(kernel) + central.period, pager.id, TICK);
  const count = call(kernel, code, pager, 'ticked', (management, view) => {
    if (management.referencesSeen !== undefined) drain(kernel, code, pager);
    return management.ticked?.(pager.policy, view) ?? 0;
  });
  for (let asked = 0; asked < count; asked++)
    if (evictOne(kernel, code, pager, null) === 'nothing') break;
  serveWaiters(kernel, code, pager);
}

/** A page whose fault is about to be settled was unmapped, and in its frame still [CENT1]. */
export function noteRescue(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  central: CentralState,
  page: number,
): void {
  if (central.unmapped[page] === 0) return;
  central.unmapped[page] = 0;
  central.rescues++;
  call(kernel, code, pager, 'rescued', (management, view) =>
    management.rescued?.(pager.policy, page, view),
  );
}

/** A page that was written to stay has been written [CENT3]. */
export function tellCleaned(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
): void {
  call(kernel, code, pager, 'cleaned', (management, view) =>
    management.cleaned?.(pager.policy, page, view),
  );
}

/** A member has ended: it is suspended no more. */
export function tellEnded(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  central: CentralState,
  index: number,
): void {
  central.suspended[index] = RUNS;
  const at = central.resuming.indexOf(index);
  if (at >= 0) central.resuming.splice(at, 1);
  call(kernel, code, pager, 'ended', (management, view) =>
    management.ended?.(pager.policy, index, view),
  );
}

/** Whether the fault of `member` may have a free frame; else that of a victim alone [CENT5]. */
export function mayTakeFree(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  member: Member,
): boolean {
  if (code.central?.mayTakeFree === undefined) return true;
  const index = pager.memberOf[member.task] as number;
  return call(
    kernel,
    code,
    pager,
    'mayTakeFree',
    (management, view) => management.mayTakeFree?.(pager.policy, index, view) ?? true,
  );
}

/** A member that goes on after its fault is stopped here if it was suspended meanwhile. */
export function noteResumed(
  kernel: Kernel,
  pager: PagerState,
  central: CentralState,
  member: Member,
): void {
  const index = pager.memberOf[member.task] as number;
  if (central.suspended[index] !== STOPPING) return;
  if (stopTask(kernel, pager.id, member.task)) central.suspended[index] = STOPPED;
}

/** The management's calls of this message are over: members that it let go on do so [CENT6]. */
export function afterCall(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  central: CentralState,
): void {
  if (central.suspensions === 0) return;
  for (let index = central.resuming.shift(); index !== undefined; index = central.resuming.shift())
    letGoOn(kernel, code, pager, central, index);
  const living = pager.members.filter(({ task }) => !isOver(kernel.state.tasks[task] as TaskState));
  const isStuck = (member: Member) =>
    central.suspended[pager.memberOf[member.task] as number] !== RUNS;
  if (living.length > 0 && living.every(isStuck))
    throw new PolicyFault(code.policy.name, 'suspended every task; resume one before the last');
}

function letGoOn(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  central: CentralState,
  index: number,
): void {
  const was = central.suspended[index];
  const member = pager.members[index] as Member;
  central.suspended[index] = RUNS;
  if (was === STOPPED) continueTask(kernel, pager.id, member.task);
  if (was !== STOPPED_IN_FAULT || member.dead) return;
  member.waits = NO_FAULT;
  pursueFault(kernel, code, pager, member, index, SOFT);
}

function call<Result>(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  method: string,
  what: (management: CentralManagement, view: CentralView) => Result,
): Result {
  const view = point(kernel, code, pager) as CentralView;
  try {
    return what(code.central as CentralManagement, view);
  } catch (error) {
    throw faultOf(code, method, error);
  }
}
