/**
 * Laundry: pages that pagers have been sent, and have not let go of [EMMI9]. They are the pager's memory,
 * held for it by the kernel. Of one that holds on to them they go to the default pager, which pays for
 * them twice; one that holds on to too many is not heard any more.
 */

import { timerAt } from '../../../../nucleus/clock.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { mapOf, vmDeallocate } from '../vm/index.ts';
import { pageOut } from '../vm/pageout.ts';
import { residentPage } from '../vm/resident-pages.ts';
import { destroyObject, pagersOf } from './memory-objects.ts';
import { type Emmi, NONE, recordOfTask, removeFrom } from './state.ts';

/** `task` has been sent `object` of the virtual memory, at `address` of its own, in pages. */
export function sent(
  kernel: Kernel,
  { state, parameters }: Emmi,
  task: number,
  address: number,
  object: number,
): void {
  const id = state.nextId++;
  const since = kernel.state.nowNs;
  state.laundry.push({ id, task, address, object, since });
  timerAt(kernel, since + parameters.laundryNs, state.id, id * 2 + 1);
}

/** A task lets go of memory of its own. */
export function hearDeallocate(emmi: Emmi, from: number, address: number, length: number): void {
  const { vm, state } = emmi;
  const record = recordOfTask(emmi, from);
  if (record === undefined || typeof mapOf(vm, record.vmTask) === 'string') return;
  const { pageBytes } = vm.parameters;
  const refusal = vmDeallocate(vm, record.vmTask, address * pageBytes, length * pageBytes);
  if (refusal !== undefined) return;
  removeFrom(
    state.laundry,
    (one) => one.task === from && one.address >= address && one.address < address + length,
  );
}

/** The pager has had its time. */
export function laundryOverdue(kernel: Kernel, emmi: Emmi, id: number): void {
  const { vm, state, parameters } = emmi;
  const late = state.laundry.find((one) => one.id === id);
  if (late === undefined) return;
  const page = residentPage(vm, late.object, 0);
  if (page !== NONE && vm.state.resident.wirings[page] === 0 && pageOut(vm, page))
    state.counts.paidTwice++;
  const limit = kernel.state.nowNs - parameters.laundryNs;
  const overdue = state.laundry.filter(({ task, since }) => task === late.task && since <= limit);
  if (overdue.length <= parameters.laundryMax) return;
  for (const pager of pagersOf(emmi, late.task)) destroyObject(kernel, emmi, pager, false);
  const held = state.laundry.filter(({ task }) => task === late.task);
  for (const { address } of held) hearDeallocate(emmi, late.task, address, 1);
}
