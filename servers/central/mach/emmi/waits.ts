/**
 * Waits: accesses and copies that cannot pass yet, from when they begin to how they end [EMMI3] [EMMI8].
 *
 *   begun --> anything needed? --no--> answered
 *                |  ^
 *      asked, once  '-- whenever the pager says something
 *                v
 *              waits ----patience over----> a memory exception, for this task alone
 *
 * One timer is set at a time, for whoever waits longest: a task that asks and asks again makes nothing grow.
 */

import type { MachResult } from '../../../../contracts/emmi-messages.ts';
import { timerAt } from '../../../../nucleus/clock.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { READ, vmDeallocate } from '../vm/index.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { forgetRequests } from './asking.ts';
import { tryCopy } from './copying.ts';
import { answerFault, tryFault } from './faults.ts';
import { answerMap } from './mapping.ts';
import { type Emmi, NONE, recordOfTask, removeFrom, WAITING, type Wait } from './state.ts';

/** Accesses and copies of one task that wait at a time: it has no more threads than that. */
const WAITS_MAX = 64;

export function mayWait({ state }: Emmi, task: number): boolean {
  return state.waits.filter((wait) => wait.task === task).length < WAITS_MAX;
}

type WaitFor = Pick<Wait, 'what' | 'task' | 'tag' | 'address' | 'size'> & {
  readonly access?: number;
  /** Of a copy: whose object it is to be of. */
  readonly pager?: number;
};

/** Answers at once, or when a pager has made it possible. */
export function startWait(kernel: Kernel, emmi: Emmi, what: WaitFor): void {
  const { state } = emmi;
  const now = kernel.state.nowNs;
  const id = state.nextId++;
  const wait: Wait = {
    access: READ,
    pager: NONE,
    ...what,
    id,
    since: now,
    offset: NONE,
    asked: now,
    misses: 0,
  };
  state.waits.push(wait);
  attempt(kernel, emmi, wait);
}

/** Tries again whatever waits for `pager`. */
export function retry(kernel: Kernel, emmi: Emmi, pager: number): void {
  for (const wait of emmi.state.waits.filter((one) => one.pager === pager))
    attempt(kernel, emmi, wait);
  // It may have ended meanwhile, with a copy that its last mapping gave way to.
  if ((emmi.vm.state.store.pagers.records[pager] ?? null) === null) return;
  // What the pager has said that it has not was said to those who asked, and wait for it.
  const { waits } = emmi.state;
  removeFrom(pagerOf(emmi.vm, pager).absent, (offset) =>
    waits.every((one) => one.pager !== pager || (one.what === 'access' && one.offset !== offset)),
  );
}

/** Tries again whatever waited for `pager`, which has no object any more. */
export function abandon(kernel: Kernel, emmi: Emmi, pager: number): void {
  for (const wait of emmi.state.waits.filter((one) => one.pager === pager)) {
    wait.pager = NONE;
    attempt(kernel, emmi, wait);
  }
}

/** Whatever waits for `pager` within the range, or for any of it, ends with `result`. */
export function failWaits(
  kernel: Kernel,
  emmi: Emmi,
  pager: number,
  result: MachResult,
  start = NONE,
  end = Number.MAX_SAFE_INTEGER,
): void {
  for (const wait of emmi.state.waits.slice())
    if (wait.pager === pager && wait.offset >= start && wait.offset < end)
      finish(kernel, emmi, wait, result);
}

/** Patience with somebody is over: who has waited so long is told, and the timer set for the next. */
export function patienceOver(kernel: Kernel, emmi: Emmi): void {
  const { state, parameters } = emmi;
  state.patienceUntil = NONE;
  if (parameters.onSilence === 'wait') return;
  const due = kernel.state.nowNs - parameters.patienceNs;
  for (const wait of state.waits.filter(({ pager, asked }) => pager !== NONE && asked <= due))
    if (state.waits.includes(wait) && wait.asked <= due) {
      waitedTooLong(kernel, emmi, wait);
      // Who waits on all the same has new patience.
      if (wait.asked <= due) wait.asked = kernel.state.nowNs;
    }
  setPatience(kernel, emmi);
}

/** Sets the timer for the wait that is due first, unless it is set: it never is for later than that. */
export function setPatience(kernel: Kernel, { state, parameters }: Emmi): void {
  if (state.patienceUntil !== NONE || parameters.onSilence === 'wait') return;
  const asked = state.waits.filter(({ pager }) => pager !== NONE).map((wait) => wait.asked);
  if (asked.length === 0) return;
  state.patienceUntil = Math.min(...asked) + parameters.patienceNs;
  timerAt(kernel, state.patienceUntil, state.id, WAITING);
}

function waitedTooLong(kernel: Kernel, emmi: Emmi, wait: Wait): void {
  const { state, parameters } = emmi;
  state.counts.silences++;
  const { pager, offset } = wait;
  const isContents = state.requests.some(
    (one) => one.kind === 'data' && one.pager === pager && one.offset === offset,
  );
  if (parameters.onSilence === 'zeros' && isContents) {
    forgetRequests(emmi, pager, offset);
    pagerOf(emmi.vm, pager).absent.push(offset);
    retry(kernel, emmi, pager);
    return;
  }
  finish(kernel, emmi, wait, 'MEMORY_ERROR');
  if (!state.waits.some((one) => one.pager === pager && one.offset === offset))
    forgetRequests(emmi, pager, offset);
}

function attempt(kernel: Kernel, emmi: Emmi, wait: Wait): void {
  if (!emmi.state.waits.includes(wait)) return;
  const outcome = wait.what === 'copy' ? tryCopy(kernel, emmi, wait) : tryFault(kernel, emmi, wait);
  if (outcome !== 'waits') finish(kernel, emmi, wait, outcome);
}

function finish(kernel: Kernel, emmi: Emmi, wait: Wait, result: MachResult): void {
  const { state, vm } = emmi;
  state.waits.splice(state.waits.indexOf(wait), 1);
  const record = recordOfTask(emmi, wait.task);
  if (record !== undefined) {
    record.waitedNs += kernel.state.nowNs - wait.since;
    if (result !== 'SUCCESS') record.errors++;
  }
  if (wait.what === 'access') {
    answerFault(kernel, emmi, wait.task, wait.tag, result);
    return;
  }
  // A copy that cannot be had leaves no mapping of what it was to be a copy of.
  if (result !== 'SUCCESS' && record !== undefined)
    vmDeallocate(vm, record.vmTask, wait.address, wait.size);
  const answer = result === 'SUCCESS' ? wait.address : result;
  answerMap(kernel, emmi, wait.task, wait.tag, answer);
}
