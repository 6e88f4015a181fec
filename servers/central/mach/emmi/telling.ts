/**
 * Telling: what the virtual memory has decided and pagers have to hear [EMMI6] [EMMI7], and the daemon's
 * turn after each message, so that pagers are asked to take pages back before memory is short.
 */

import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { isOver, type TaskState } from '../../../../nucleus/tasks.ts';
import type { PagerNews } from '../vm/external-pagers.ts';
import { copyOut, discardCopy, mapOf } from '../vm/index.ts';
import { objectAt } from '../vm/objects.ts';
import { balancePages } from '../vm/pageout.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { askAnew } from './faults.ts';
import { sent } from './laundry.ts';
import { beginObject, createManaged, destroyObject } from './memory-objects.ts';
import {
  type Emmi,
  type ManagedObject,
  managedOf,
  NONE,
  recordOfTask,
  removeFrom,
} from './state.ts';
import { dropUnasked } from './unasked.ts';

/** Numbers that the kernel gives to objects, beyond those of pagers. */
const KERNEL_OBJECTS = 2 ** 23;

/** After each message: everybody has heard, and memory is in balance. */
export function settle(kernel: Kernel, emmi: Emmi): void {
  tellNews(kernel, emmi);
  dropUnasked(emmi);
  balancePages(emmi.vm);
  askAnew(kernel, emmi);
  tellNews(kernel, emmi);
}

export function tellNews(kernel: Kernel, emmi: Emmi): void {
  const { news } = emmi.vm.state;
  for (let one = news.shift(); one !== undefined; one = news.shift()) tell(kernel, emmi, one);
}

function tell(kernel: Kernel, emmi: Emmi, news: PagerNews): void {
  switch (news.kind) {
    case 'return':
      return tellReturn(kernel, emmi, news);
    case 'copy':
      return tellCopy(kernel, emmi, news);
    case 'create':
      return tellCreate(kernel, emmi, news.pager);
    case 'terminate':
      return tellTerminate(kernel, emmi, news.pager);
  }
}

function tellReturn(
  kernel: Kernel,
  emmi: Emmi,
  news: Extract<PagerNews, { kind: 'return' }>,
): void {
  const { vm, state } = emmi;
  const { pager, memory, object, flags } = news;
  const managed = managedOf(emmi, pager);
  const map = mapOf(vm, recordOfTask(emmi, managed?.task ?? 0)?.vmTask ?? NONE);
  const isHeard =
    managed !== undefined && managed.status !== 'destroyed' && typeof map === 'number';
  const address = isHeard ? copyOut(vm, map, memory) : 'INVALID_TASK';
  if (managed === undefined || typeof address === 'string') {
    discardCopy(vm, memory);
    // Data is lost: nobody may believe that it is there.
    if (managed !== undefined) destroyObject(kernel, emmi, pager, false);
    return;
  }
  const { pageBytes } = vm.parameters;
  const at = address / pageBytes;
  const page = news.offset / pageBytes;
  state.counts.returned++;
  sent(kernel, emmi, managed.task, at, object);
  const op = opOfReturn(managed, page);
  const last = op === OP.memoryObjectDataReturn ? flags : 1;
  reply(kernel, state.id, managed.task, op, managed.object, page, at, last, 0);
}

/** Which of the three messages a page goes back by. Old pagers hear nothing of unchanged pages. */
function opOfReturn({ isOld, initialized }: ManagedObject, page: number): number {
  if (initialized !== null && !initialized.includes(page)) {
    initialized.push(page);
    return OP.memoryObjectDataInitialize;
  }
  return isOld ? OP.memoryObjectDataWrite : OP.memoryObjectDataReturn;
}

function tellCopy(kernel: Kernel, emmi: Emmi, news: Extract<PagerNews, { kind: 'copy' }>): void {
  const { state, vm } = emmi;
  const { pager, copy, offset, size } = news;
  const managed = managedOf(emmi, pager);
  if (managed === undefined) return;
  const { pageBytes } = vm.parameters;
  const object = KERNEL_OBJECTS + copy;
  state.managed[copy] = createManaged(managed.task, object);
  const op = OP.memoryObjectCopy;
  const [first, length] = [offset / pageBytes, size / pageBytes];
  reply(kernel, state.id, managed.task, op, managed.object, first, length, object, 0);
  beginObject(kernel, emmi, copy);
}

/** An object of the kernel's own gets the default pager; nothing has to be awaited. */
function tellCreate(kernel: Kernel, emmi: Emmi, pager: number): void {
  const { state, vm } = emmi;
  const object = KERNEL_OBJECTS + pager;
  const managed = createManaged(state.defaultPager, object);
  state.managed[pager] = { ...managed, status: 'ready', initialized: [] };
  const { size } = objectAt(vm, pagerOf(vm, pager).object);
  const length = size / vm.parameters.pageBytes;
  const op = OP.memoryObjectCreate;
  reply(kernel, state.id, state.defaultPager, op, object, pager, length, 0, 0);
}

/** Nobody maps the object any more. One of a task's pager may be mapped again. */
function tellTerminate(kernel: Kernel, emmi: Emmi, pager: number): void {
  const { state, vm } = emmi;
  const managed = managedOf(emmi, pager);
  if (managed === undefined) return;
  removeFrom(state.requests, (one) => one.pager === pager);
  removeFrom(state.unasked, (one) => one.pager === pager);
  const op = OP.memoryObjectTerminate;
  if (managed.status === 'asked' || managed.status === 'ready')
    reply(kernel, state.id, managed.task, op, managed.object, pager, pager, 0, 0);
  const isGone = isOver(kernel.state.tasks[managed.task] as TaskState);
  if (managed.initialized !== null) state.managed[pager] = null;
  else {
    managed.status = isGone ? 'destroyed' : 'new';
    managed.isReadOnly = false;
    pagerOf(vm, pager).absent.length = 0;
  }
}
