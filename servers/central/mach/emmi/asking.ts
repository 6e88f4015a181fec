/**
 * Asking: what pagers are asked for, once however many wait for it [EMMI3].
 *
 *   data     contents of a page      memoryObjectDataRequest
 *   unlock   rights that it withholds   memoryObjectDataUnlock
 */

import type { MachResult } from '../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Need } from '../vm/external-pagers.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { residentPage } from '../vm/resident-pages.ts';
import { closesCircle } from './circles.ts';
import { type Emmi, type ManagedObject, managedOf, NONE, removeFrom, type Wait } from './state.ts';
import { retry, setPatience } from './waits.ts';

/** Requests that one access makes: a page may have left before it can be mapped. */
const MISSES_MAX = 32;

/** Has the pager asked, unless it has been; `wait` waits for it from now on. */
export function ask(kernel: Kernel, emmi: Emmi, wait: Wait, need: Need): MachResult | 'waits' {
  const managed = managedOf(emmi, need.pager);
  if (managed === undefined || managed.status === 'destroyed') return 'MEMORY_ERROR';
  const isNew = wait.pager !== need.pager || wait.offset !== need.offset;
  wait.pager = need.pager;
  wait.offset = need.offset;
  if (closesCircle(kernel, emmi, wait)) return 'MEMORY_ERROR';
  if (isNew) {
    wait.asked = kernel.state.nowNs;
    setPatience(kernel, emmi);
  }
  if (managed.status !== 'ready') return 'waits';
  // Where memory is so short that nothing stays until it is mapped nobody asks without end.
  const most = MISSES_MAX + (4 * wait.size) / emmi.vm.parameters.pageBytes;
  if (request(kernel, emmi, managed, need) && ++wait.misses > most) return 'RESOURCE_SHORTAGE';
  return 'waits';
}

/** True: it had not been asked. */
export function request(kernel: Kernel, emmi: Emmi, managed: ManagedObject, need: Need): boolean {
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

/** The pager is no longer asked for anything at `offset`. */
export function forgetRequests({ state }: Emmi, pager: number, offset: number): void {
  removeFrom(state.requests, (one) => one.pager === pager && one.offset === offset);
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
