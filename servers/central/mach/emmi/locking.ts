/**
 * Lock requests: a pager has pages cleaned, flushed, or given other rights [EMMI4]. Of what is in memory
 * now: a lock says nothing of a page that comes later, and replaces the lock before it. Wired pages
 * stay, and are neither flushed nor locked.
 */

import { type LockOrder, lockOrderIs } from '../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { lockPage, returnPage } from '../vm/external-pagers.ts';
import { discardPage } from '../vm/objects.ts';
import { offsetsWithin } from '../vm/page-index.ts';
import { reservePages } from '../vm/pageout.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { residentPage } from '../vm/resident-pages.ts';
import { controlled } from './records.ts';
import { type Emmi, NONE, removeFrom } from './state.ts';
import { tellNews } from './telling.ts';
import { retry } from './waits.ts';

export function hearLockRequest(
  kernel: Kernel,
  emmi: Emmi,
  from: number,
  control: number,
  first: number,
  length: number,
  order: number,
): void {
  const managed = controlled(emmi, from, control);
  if (managed === undefined) return;
  const { vm, state } = emmi;
  const { pageBytes } = vm.parameters;
  const { object } = pagerOf(vm, managed.pager);
  const start = first * pageBytes;
  const end = start + length * pageBytes;
  const asked = lockOrderIs(order);
  const offsets = object === NONE ? [] : offsetsWithin(vm.state.resident.index, object, start, end);
  for (const offset of offsets.sort((a, b) => a - b)) obey(emmi, object, offset, asked);
  if (asked.lock !== undefined) allowed(emmi, managed.pager, start, end, asked.lock);
  // What is sent comes before the news that all is done.
  tellNews(kernel, emmi);
  const done = OP.memoryObjectLockCompleted;
  if (asked.wantsReply) reply(kernel, state.id, from, done, managed.object, first, length, 0, 0);
  retry(kernel, emmi, managed.pager);
}

function obey({ vm }: Emmi, object: number, offset: number, order: LockOrder): void {
  const { returns, flush, lock } = order;
  // A copy takes a frame, and finding one may take this page out.
  if (returns !== 'none' && !flush && !reservePages(vm, 1)) return;
  const page = residentPage(vm, object, offset);
  if (page === NONE || vm.state.resident.wirings[page] > 0) return;
  const isSent = returns !== 'none' && returnPage(vm, page, flush, returns === 'all');
  if (flush) {
    if (!isSent) discardPage(vm, page);
  } else if (lock !== undefined) lockPage(vm, page, lock);
}

/** Requests that the lock fulfils are answered; what it still withholds has been asked for already. */
function allowed({ state }: Emmi, pager: number, start: number, end: number, lock: number): void {
  removeFrom(
    state.requests,
    ({ kind, pager: of, offset, access }) =>
      kind === 'unlock' && of === pager && offset >= start && offset < end && (access & lock) === 0,
  );
}
