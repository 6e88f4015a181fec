/**
 * Pressure: how much the tasks stand still for memory, in virtual time.
 *
 * Some and full are those of Linux's pressure stall information (Weiner 2018): shares of a period,
 * averaged over 5 periods, 30 and 150 with the kernel's own fixed-point weights (kernel/sched/psi.c:
 * 2 s periods, windows of 10, 60 and 300 s). Refaults are pages read back that a task had had
 * before; what it holds and what it read back together estimate its working set. Left out:
 * distances of refaults, looks at referenced bits.
 *
 * A look at a task's accounts costs one scanNs [PS11].
 */

import type { PressureEvent } from '../../contracts/events.ts';
import { OP } from '../../contracts/messages.ts';
import { charge, termNow } from '../../nucleus/clock.ts';
import { reply } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { createStall, noteStall } from '../../nucleus/stall.ts';
import {
  FAULTING,
  isAlive,
  RESTING,
  SCAN,
  type TaskState,
  WAITING_DEVICE,
} from '../../nucleus/tasks.ts';
import { availableTo, dampingTo, type Standing } from './advice.ts';
import type { PolicyServerState, PolicyTask } from './state.ts';

/** exp(-2/10), exp(-2/60), exp(-2/300) in 1/2048 (psi.c). */
const WEIGHTS = [1677, 1981, 2034] as const;
const ONE = 2048;

/** Has the nucleus sum stalls, from now on, and begins the first period. */
export function beginLooking(kernel: Kernel, policy: PolicyServerState): void {
  const { state } = kernel;
  if (state.stall === null) {
    const stall = createStall();
    noteStall(stall, state.nowNs, 0, 0);
    for (const task of state.tasks) {
      if (!isAlive(task) || task.space < 0 || task.status === RESTING) continue;
      const stalled = task.status === FAULTING || task.status === WAITING_DEVICE;
      noteStall(stall, state.nowNs, stalled ? 1 : 0, 1);
    }
    state.stall = stall;
  }
  noteStall(state.stall, state.nowNs, 0, 0);
  policy.atNs = state.nowNs;
  policy.someNs = state.stall.someNs;
  policy.fullNs = state.stall.fullNs;
  for (const task of policy.tasks) remember(kernel, policy, task);
}

/** The end of a period: averages, what each task is told, and what observers are. */
export function look(kernel: Kernel, policy: PolicyServerState): void {
  const { state } = kernel;
  const { stall } = state;
  if (stall === null) return;
  noteStall(stall, state.nowNs, 0, 0);
  const passed = state.nowNs - policy.atNs;
  if (passed <= 0) return;
  average(policy.some, stall.someNs - policy.someNs, passed);
  average(policy.full, stall.fullNs - policy.fullNs, passed);
  policy.atNs = state.nowNs;
  policy.someNs = stall.someNs;
  policy.fullNs = stall.fullNs;
  const living = policy.tasks.filter(({ id }) => isAlive(state.tasks[id] as TaskState));
  const standings = living.map((task) => standingOf(policy, task));
  const some = thousandths(policy.some);
  const full = thousandths(policy.full);
  for (const [at, task] of living.entries()) {
    charge(kernel, SCAN, kernel.costs.scanNs);
    const account = state.tasks[task.id] as TaskState;
    const allocated = policy.table.allocated[task.id] as number;
    const available = availableTo(standings, at, policy.frames, some[0]);
    const damping = dampingTo(available, allocated);
    const refaults = readBackOf(account) - task.readBack;
    const stalled = Math.min(
      1000,
      Math.floor((1000 * (stallOf(kernel, account) - task.stallNs)) / passed),
    );
    if (kernel.observer !== null)
      kernel.observer({
        kind: 'pressure',
        at: termNow(kernel),
        task: account.name,
        allocated,
        refaults,
        workingSet: allocated + refaults,
        stalled,
        available,
        damping,
        some,
        full,
      } satisfies PressureEvent);
    if (policy.subscribers.includes(task.id))
      advise(kernel, policy, task.id, available, damping, some[0], full[0]);
    remember(kernel, policy, task);
  }
}

/** Which way to go is for the client to see: it knows what it holds. */
function advise(
  kernel: Kernel,
  policy: PolicyServerState,
  to: number,
  available: number,
  damping: number,
  some: number,
  full: number,
): void {
  reply(kernel, policy.id, to, OP.advice, available, Math.abs(damping), some, full, 0);
}

/** Running averages: `part` of `whole` was in this period. */
export function average(averages: Float64Array, part: number, whole: number): void {
  const sample = Math.floor((Math.min(part, whole) * 1000 * ONE) / whole);
  for (const [window, weight] of WEIGHTS.entries()) {
    const old = averages[window] as number;
    averages[window] = Math.floor((old * weight + sample * (ONE - weight)) / ONE);
  }
}

/** The averages as they are told. */
export function thousandths(averages: Float64Array): [number, number, number] {
  const [short = 0, middle = 0, long = 0] = averages.map((value) => Math.round(value / ONE));
  return [short, middle, long];
}

function standingOf({ table }: PolicyServerState, task: PolicyTask): Standing {
  return {
    weight: task.weight,
    priority: task.priority,
    guaranteed: table.guaranteed[task.id] as number,
    allocated: table.allocated[task.id] as number,
    before: task.allocated,
  };
}

function remember(kernel: Kernel, { table }: PolicyServerState, task: PolicyTask): void {
  const account = kernel.state.tasks[task.id] as TaskState;
  task.allocated = table.allocated[task.id] as number;
  task.readBack = readBackOf(account);
  task.stallNs = stallOf(kernel, account);
}

function readBackOf({ hardFaults, firstReads }: TaskState): number {
  return hardFaults - firstReads;
}

/** Stall up to now, the one that runs included. */
function stallOf({ state }: Kernel, task: TaskState): number {
  const stalls = task.status === FAULTING || task.status === WAITING_DEVICE;
  return task.stallNs + (stalls ? state.nowNs - task.faultNs : 0);
}
