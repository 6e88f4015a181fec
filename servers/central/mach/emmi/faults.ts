/**
 * Faults that wait for a pager [EMMI3] [EMMI8] [EMMI12].
 *
 *   machFault --> anything needed? --no--> answered
 *                    |  ^
 *          asked, once  '-- whenever the pager says something
 *                    v
 *                  waits ----patience over----> a memory exception, for this task alone
 */

import { type MachResult, resultOf } from '../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../contracts/messages.ts';
import { timerAt } from '../../../../nucleus/clock.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { type Need, needOf } from '../vm/external-pagers.ts';
import { faultPage } from '../vm/fault.ts';
import { replaceByCopy } from '../vm/file-mapping.ts';
import { mapOf, READ, vmDeallocate } from '../vm/index.ts';
import { reservePages } from '../vm/pageout.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { residentPage } from '../vm/resident-pages.ts';
import { closesCircle } from './circles.ts';
import { answerMap } from './mapping.ts';
import { keepPrivate } from './memory-objects.ts';
import {
  type Emmi,
  type ManagedObject,
  managedOf,
  NONE,
  recordOfTask,
  removeFrom,
  type Wait,
} from './state.ts';
import { tellNews } from './telling.ts';
import { dropUnasked } from './unasked.ts';

/** Frames that one fault takes at most. */
const PAGES_OF_A_FAULT = 3;
/** Requests that one access makes: a page may have left before it can be mapped. */
const MISSES_MAX = 32;
/** Accesses of one task that wait at a time: it has no more threads than that. */
const WAITS_MAX = 64;

export function hearFault(
  kernel: Kernel,
  emmi: Emmi,
  from: number,
  tag: number,
  page: number,
  access: number,
): void {
  const record = recordOfTask(emmi, from);
  if (record === undefined) {
    answerFault(kernel, emmi, from, tag, 'INVALID_TASK');
    return;
  }
  record.faults++;
  if (emmi.state.waits.filter((wait) => wait.task === from).length >= WAITS_MAX) {
    answerFault(kernel, emmi, from, tag, 'RESOURCE_SHORTAGE');
    return;
  }
  const address = page * emmi.vm.parameters.pageBytes;
  startWait(kernel, emmi, { what: 'access', task: from, tag, address, size: 0, access });
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
  // What the pager has said that it has not was said to those who asked, and wait for it.
  const { waits } = emmi.state;
  removeFrom(pagerOf(emmi.vm, pager).absent, (offset) =>
    waits.every((one) => one.pager !== pager || (one.what === 'access' && one.offset !== offset)),
  );
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

/** Patience is over for the wait, if it still waits for the same. */
export function waitedTooLong(kernel: Kernel, emmi: Emmi, id: number): void {
  const { state, parameters } = emmi;
  const wait = state.waits.find((one) => one.id === id);
  if (wait === undefined || kernel.state.nowNs < wait.asked + parameters.patienceNs) return;
  if (parameters.onSilence === 'wait') return;
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

/** Rights were wanted of pages that have left memory: who waits for them wants contents now. */
export function askAnew(kernel: Kernel, emmi: Emmi): void {
  const { state, vm } = emmi;
  const gone = state.requests.filter(
    ({ kind, pager, offset }) =>
      kind === 'unlock' && residentPage(vm, pagerOf(vm, pager).object, offset) === NONE,
  );
  if (gone.length === 0) return;
  removeFrom(state.requests, (one) => gone.includes(one));
  for (const { pager } of gone) retry(kernel, emmi, pager);
}

/** The pager is no longer asked for anything at `offset`. */
export function forgetRequests({ state }: Emmi, pager: number, offset: number): void {
  removeFrom(state.requests, (one) => one.pager === pager && one.offset === offset);
}

function attempt(kernel: Kernel, emmi: Emmi, wait: Wait): void {
  if (!emmi.state.waits.includes(wait)) return;
  const outcome = wait.what === 'copy' ? tryCopy(kernel, emmi, wait) : tryFault(kernel, emmi, wait);
  if (outcome !== 'waits') finish(kernel, emmi, wait, outcome);
}

function tryFault(kernel: Kernel, emmi: Emmi, wait: Wait): MachResult | 'waits' {
  const { vm } = emmi;
  const map = mapOf(vm, recordOfTask(emmi, wait.task)?.vmTask ?? NONE);
  if (typeof map === 'string') return map;
  dropUnasked(emmi);
  reservePages(vm, PAGES_OF_A_FAULT);
  keepPrivate(emmi, map, wait.address);
  for (;;) {
    // An object may have got a pager while frames were set free.
    tellNews(kernel, emmi);
    const need = needOf(vm, map, wait.address, wait.access);
    if (typeof need === 'string') return need;
    if (need !== undefined) return ask(kernel, emmi, wait, need);
    const refusal = faultPage(vm, map, wait.address, wait.access);
    if (refusal !== 'MEMORY_ERROR') return refusal ?? 'SUCCESS';
    // The page may have left while frames were set free; else its own pager fails.
    if (needOf(vm, map, wait.address, wait.access) === undefined) return refusal;
  }
}

/** A copy of the range in its place, once its pager has said how, and all is there if it has to be. */
function tryCopy(kernel: Kernel, emmi: Emmi, wait: Wait): MachResult | 'waits' {
  const { vm } = emmi;
  const map = mapOf(vm, recordOfTask(emmi, wait.task)?.vmTask ?? NONE);
  if (typeof map === 'string') return map;
  const { pageBytes } = vm.parameters;
  const { pager } = wait;
  const managed = managedOf(emmi, pager);
  if (managed !== undefined && managed.status !== 'ready')
    return ask(kernel, emmi, wait, { kind: 'data', pager, offset: 0, access: READ });
  if (managed !== undefined && pagerOf(vm, pager).strategy === 'none') {
    let missing: Need | undefined;
    for (let at = 0; at < wait.size; at += pageBytes) {
      const need = needOf(vm, map, wait.address + at, READ);
      if (need === undefined || typeof need === 'string') continue;
      missing ??= need;
      request(kernel, emmi, managed, need);
    }
    if (missing !== undefined) return ask(kernel, emmi, wait, missing);
  }
  return replaceByCopy(vm, map, wait.address, wait.size) ?? 'SUCCESS';
}

/** Has the pager asked, unless it has been; `wait` waits for it from now on. */
function ask(kernel: Kernel, emmi: Emmi, wait: Wait, need: Need): MachResult | 'waits' {
  const { state, parameters } = emmi;
  const managed = managedOf(emmi, need.pager);
  if (managed === undefined || managed.status === 'destroyed') return 'MEMORY_ERROR';
  const isNew = wait.pager !== need.pager || wait.offset !== need.offset;
  wait.pager = need.pager;
  wait.offset = need.offset;
  if (closesCircle(kernel, emmi, wait)) return 'MEMORY_ERROR';
  if (isNew) {
    wait.asked = kernel.state.nowNs;
    timerAt(kernel, wait.asked + parameters.patienceNs, state.id, wait.id * 2);
  }
  if (managed.status !== 'ready') return 'waits';
  // Where memory is so short that nothing stays until it is mapped nobody asks without end.
  const most = MISSES_MAX + (4 * wait.size) / emmi.vm.parameters.pageBytes;
  if (request(kernel, emmi, managed, need) && ++wait.misses > most) return 'RESOURCE_SHORTAGE';
  return 'waits';
}

/** True: it had not been asked. */
function request(kernel: Kernel, emmi: Emmi, managed: ManagedObject, need: Need): boolean {
  const { state, vm } = emmi;
  const { kind, pager, offset, access } = need;
  const isAsked = state.requests.some(
    (one) =>
      one.pager === pager &&
      one.offset === offset &&
      one.kind === kind &&
      (kind === 'data' || (access & ~one.access) === 0),
  );
  if (isAsked) return false;
  state.requests.push(need);
  const isData = kind === 'data';
  if (isData) state.counts.requests++;
  else state.counts.unlocks++;
  const op = isData ? OP.memoryObjectDataRequest : OP.memoryObjectDataUnlock;
  const page = offset / vm.parameters.pageBytes;
  reply(kernel, state.id, managed.task, op, managed.object, page, 1, access, 0);
  return true;
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

function answerFault(
  kernel: Kernel,
  { state }: Emmi,
  task: number,
  tag: number,
  result: MachResult,
): void {
  reply(kernel, state.id, task, OP.machFaultDone, tag, resultOf(result), 0, 0, 0);
}
