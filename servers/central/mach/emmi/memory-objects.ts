/**
 * Memory objects of pagers: from the first mapping to the last [EMMI2] [EMMI7]. What they may be in is
 * drawn in state.ts.
 */

import { STRATEGIES } from '../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { entryAt, findEntry } from '../vm/maps.ts';
import { discardPage, endCached, objectAt } from '../vm/objects.ts';
import { firstPlace } from '../vm/page-index.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { removeFromAll } from '../vm/pmap.ts';
import { bottomOf } from '../vm/resolve.ts';
import { controlled, forgetTraffic } from './records.ts';
import { type Emmi, type ManagedObject, managedOf, NONE } from './state.ts';
import { failWaits, retry } from './waits.ts';

/** Tells the pager that its object is mapped, if it has not heard. */
export function beginObject(kernel: Kernel, { state }: Emmi, managed: ManagedObject): void {
  if (managed.status !== 'new') return;
  managed.status = 'asked';
  const { task, object, control } = managed;
  reply(kernel, state.id, task, OP.memoryObjectInit, object, control, control, 0, 0);
}

export interface HowSet {
  /** The old way; absent: as before. */
  readonly isOld?: boolean;
  readonly isReady?: boolean;
  readonly wantsReply?: boolean;
}

export function hearAttributes(
  kernel: Kernel,
  emmi: Emmi,
  from: number,
  control: number,
  mayCache: number,
  strategy: number,
  { isOld, isReady, wantsReply }: HowSet,
): void {
  const managed = controlled(emmi, from, control);
  if (managed === undefined) return;
  const pager = pagerOf(emmi.vm, managed.pager);
  pager.mayCache = mayCache === 1;
  pager.strategy = STRATEGIES[strategy] as (typeof STRATEGIES)[number];
  if (isOld !== undefined) managed.isOld = isOld;
  if (isReady) managed.status = 'ready';
  const op = OP.memoryObjectChangeCompleted;
  if (wantsReply) reply(kernel, emmi.state.id, from, op, managed.object, mayCache, strategy, 0, 0);
  // What is kept though nobody maps it ends when it may not be kept.
  if (mayCache === 0) endCached(emmi.vm, pager.object);
  if (isReady) retry(kernel, emmi, managed.pager);
}

/** 1987: from now on whoever writes has pages of his own; who has written goes on seeing what he wrote. */
export function hearReadonly(emmi: Emmi, from: number, control: number): void {
  const managed = controlled(emmi, from, control);
  if (managed === undefined) return;
  managed.isReadOnly = true;
  const { object } = pagerOf(emmi.vm, managed.pager);
  const { index } = emmi.vm.state.resident;
  for (let page = firstPlace(index, object); page !== NONE; page = index.next[page])
    removeFromAll(emmi.vm, page);
}

/** Memory at `address` that is of a read-only pager is copied when it is written. */
export function keepPrivate(emmi: Emmi, map: number, address: number): void {
  const { vm } = emmi;
  const found = findEntry(vm, map, address);
  if (found === NONE) return;
  const [bottom] = bottomOf(vm, entryAt(vm, found), address);
  if (bottom.object === NONE) return;
  const object = objectAt(vm, bottom.object);
  if (object.isInternal || managedOf(emmi, object.pager)?.isReadOnly !== true) return;
  bottom.needsCopy = true;
}

export function hearDestroy(kernel: Kernel, emmi: Emmi, from: number, control: number): void {
  const managed = controlled(emmi, from, control);
  if (managed !== undefined) destroyObject(kernel, emmi, managed, false);
}

/**
 * Nothing of the object is in memory any more, and nothing is sent back; who waits for it, or touches it,
 * has a memory exception. The pager is told that it is over, unless it is dead.
 */
export function destroyObject(
  kernel: Kernel,
  emmi: Emmi,
  managed: ManagedObject,
  isDead: boolean,
): void {
  const { pager, control, object, task } = managed;
  if (managed.status === 'destroyed') return;
  const wasMapped = managed.status !== 'new';
  managed.status = 'destroyed';
  const { vm, state } = emmi;
  state.counts.destroyed++;
  const record = pagerOf(vm, pager);
  record.mayCache = false;
  const { index, wirings } = vm.state.resident;
  for (let page = firstPlace(index, record.object); page !== NONE; ) {
    const next = index.next[page];
    if (wirings[page] === 0) discardPage(vm, page);
    page = next;
  }
  forgetTraffic(emmi, pager);
  failWaits(kernel, emmi, pager, 'MEMORY_ERROR');
  const op = OP.memoryObjectTerminate;
  if (wasMapped && !isDead) reply(kernel, state.id, task, op, object, control, control, 0, 0);
  endCached(vm, record.object);
}
