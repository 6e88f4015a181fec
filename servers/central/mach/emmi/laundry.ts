/**
 * Laundry: pages that pagers have been sent, and have not let go of [EMMI9]. They are the pager's memory,
 * held for it by the kernel. Of one that holds on to them they go to the default pager, which pays for
 * them twice; one that holds on to too many is not heard any more.
 */

import { timerAt } from '../../../../nucleus/clock.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { mapOf, vmDeallocate } from '../vm/index.ts';
import { entryAt, findEntry, mapAt } from '../vm/maps.ts';
import { pageOut } from '../vm/pageout.ts';
import { residentPage } from '../vm/resident-pages.ts';
import { destroyObject } from './memory-objects.ts';
import { recordsOf } from './records.ts';
import { type Emmi, LAUNDRY, type Laundry, NONE, recordOfTask, removeFrom } from './state.ts';

/** `task` has been sent `object` of the virtual memory, at `address` of its own, in pages. */
export function sent(
  kernel: Kernel,
  emmi: Emmi,
  task: number,
  address: number,
  object: number,
): void {
  const { state } = emmi;
  const id = state.nextId++;
  const since = kernel.state.nowNs;
  state.laundry.push({ id, task, address, object, since, isLate: false });
  setLaundryTimer(kernel, emmi);
}

/** A task lets go of memory of its own. */
export function hearDeallocate(emmi: Emmi, from: number, address: number, length: number): void {
  const { vm, state } = emmi;
  const record = recordOfTask(emmi, from);
  if (record === undefined || typeof mapOf(vm, record.vmTask) === 'string') return;
  const { pageBytes } = vm.parameters;
  const [start, size] = [address * pageBytes, length * pageBytes];
  if (makesTooMany(emmi, record.vmTask, start, start + size)) return;
  const refusal = vmDeallocate(vm, record.vmTask, start, size);
  if (refusal !== undefined) return;
  removeFrom(
    state.laundry,
    (one) => one.task === from && one.address >= address && one.address < address + length,
  );
}

/** A hole in the midst of an entry leaves two, and of those a task may have so many. */
function makesTooMany(
  { vm, parameters }: Emmi,
  vmTask: number,
  start: number,
  end: number,
): boolean {
  const map = mapOf(vm, vmTask) as number;
  if (mapAt(vm, map).entries < parameters.mappingsMax) return false;
  const found = findEntry(vm, map, start);
  return found !== NONE && start > entryAt(vm, found).start && end < entryAt(vm, found).end;
}

/** Pagers have had their time with what is oldest. */
export function laundryOverdue(kernel: Kernel, emmi: Emmi): void {
  const { state, parameters } = emmi;
  state.laundryUntil = NONE;
  const limit = kernel.state.nowNs - parameters.laundryNs;
  for (const late of state.laundry.filter(({ isLate, since }) => !isLate && since <= limit)) {
    late.isLate = true;
    if (state.laundry.includes(late)) takeLate(kernel, emmi, late);
  }
  setLaundryTimer(kernel, emmi);
}

/** The page goes to swap; of a pager that has too many such all is taken, but for the trusted one's. */
function takeLate(kernel: Kernel, emmi: Emmi, { task, object }: Laundry): void {
  const { vm, state, parameters } = emmi;
  const page = residentPage(vm, object, 0);
  if (page !== NONE && vm.state.resident.wirings[page] === 0 && pageOut(vm, page))
    state.counts.paidTwice++;
  const held = state.laundry.filter((one) => one.task === task);
  if (task === state.defaultPager) return;
  if (held.filter(({ isLate }) => isLate).length <= parameters.laundryMax) return;
  for (const record of recordsOf(emmi, task)) destroyObject(kernel, emmi, record, false);
  for (const { address } of held) hearDeallocate(emmi, task, address, 1);
}

/** One timer, for the page that is due first. */
function setLaundryTimer(kernel: Kernel, { state, parameters }: Emmi): void {
  const first = state.laundry.find(({ isLate }) => !isLate);
  if (first === undefined || state.laundryUntil !== NONE) return;
  state.laundryUntil = first.since + parameters.laundryNs;
  timerAt(kernel, state.laundryUntil, state.id, LAUNDRY);
}
