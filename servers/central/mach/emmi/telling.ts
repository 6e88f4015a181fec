/**
 * Telling: what the virtual memory has decided and pagers have to hear [EMMI6] [EMMI7], and the daemon's
 * turn after each message, so that pagers are asked to take pages back before memory is short.
 */

import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { PagerNews } from '../vm/external-pagers.ts';
import { copyOut, discardCopy, mapOf } from '../vm/index.ts';
import { objectAt } from '../vm/objects.ts';
import { balancePages } from '../vm/pageout.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { askAnew } from './asking.ts';
import { sent } from './laundry.ts';
import { beginObject, destroyObject } from './memory-objects.ts';
import { forgetRecord, keepRecord } from './records.ts';
import { type Emmi, type ManagedObject, managedOf, NONE, recordOfTask } from './state.ts';
import { dropUnasked } from './unasked.ts';

/** After each message: everybody has heard, and memory is in balance. */
export function settle(kernel: Kernel, emmi: Emmi): void {
  tellNews(kernel, emmi);
  dropUnasked(emmi);
  balancePages(emmi.vm);
  askAnew(kernel, emmi);
  tellNews(kernel, emmi);
}

/** Tells everybody; `mapper`, if anybody, maps the copies of which there are news. */
export function tellNews(kernel: Kernel, emmi: Emmi, mapper = 0): void {
  const { news } = emmi.vm.state;
  for (let one = news.shift(); one !== undefined; one = news.shift())
    tell(kernel, emmi, one, mapper);
}

function tell(kernel: Kernel, emmi: Emmi, news: PagerNews, mapper: number): void {
  switch (news.kind) {
    case 'return':
      return tellReturn(kernel, emmi, news);
    case 'copy':
      return tellCopy(kernel, emmi, news, mapper);
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
    if (managed !== undefined) destroyObject(kernel, emmi, managed, false);
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

function tellCopy(
  kernel: Kernel,
  emmi: Emmi,
  news: Extract<PagerNews, { kind: 'copy' }>,
  mapper: number,
): void {
  const { state, vm } = emmi;
  const { pager, copy, offset, size } = news;
  const managed = managedOf(emmi, pager);
  if (managed === undefined) return;
  const { pageBytes } = vm.parameters;
  const made = keepRecord(emmi, copy, { task: managed.task, mapper });
  const op = OP.memoryObjectCopy;
  const [first, length] = [offset / pageBytes, size / pageBytes];
  reply(kernel, state.id, managed.task, op, managed.object, first, length, made.object, 0);
  beginObject(kernel, emmi, made);
}

/** An object of the kernel's own gets the default pager; nothing has to be awaited. */
function tellCreate(kernel: Kernel, emmi: Emmi, pager: number): void {
  const { state, vm } = emmi;
  const managed = keepRecord(emmi, pager, { task: state.defaultPager, mapper: 0 });
  managed.status = 'ready';
  managed.initialized = [];
  const { object, control } = managed;
  const { size } = objectAt(vm, pagerOf(vm, pager).object);
  const length = size / vm.parameters.pageBytes;
  const op = OP.memoryObjectCreate;
  reply(kernel, state.id, state.defaultPager, op, object, control, length, 0, 0);
}

/** Nobody maps the object any more: the pager is told, and the record is gone. */
function tellTerminate(kernel: Kernel, emmi: Emmi, pager: number): void {
  const managed = managedOf(emmi, pager);
  if (managed === undefined) return;
  const { status, task, object, control } = managed;
  const op = OP.memoryObjectTerminate;
  if (status === 'asked' || status === 'ready')
    reply(kernel, emmi.state.id, task, op, object, control, control, 0, 0);
  forgetRecord(kernel, emmi, managed);
}
