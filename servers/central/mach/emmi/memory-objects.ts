/**
 * Memory objects of pagers: from the first mapping to the last [EMMI2] [EMMI7]. What they may be in is
 * drawn in state.ts.
 */

import { STRATEGIES } from '../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { createExternalPager } from '../vm/external-pagers.ts';
import { entryAt, findEntry } from '../vm/maps.ts';
import { discardPage, objectAt } from '../vm/objects.ts';
import { firstPlace } from '../vm/page-index.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { removeFromAll } from '../vm/pmap.ts';
import { bottomOf } from '../vm/resolve.ts';
import { failWaits, retry } from './faults.ts';
import { type Emmi, type ManagedObject, managedOf, NONE, removeFrom } from './state.ts';

/** The pager of the virtual memory that stands for `object` of `task`. */
export function pagerFor(emmi: Emmi, task: number, object: number): number {
  const { managed } = emmi.state;
  const found = managed.findIndex((one) => one?.task === task && one.object === object);
  if (found >= 0) return found;
  const pager = createExternalPager(emmi.vm, NONE);
  managed[pager] = createManaged(task, object);
  return pager;
}

export function createManaged(task: number, object: number): ManagedObject {
  return { task, object, status: 'new', isOld: false, isReadOnly: false, initialized: null };
}

/** Numbers of the pagers that `task` is. */
export function pagersOf({ state }: Emmi, task: number): number[] {
  return [...state.managed.keys()].filter((pager) => state.managed[pager]?.task === task);
}

/** Tells the pager that its object is mapped, if it has not heard. */
export function beginObject(kernel: Kernel, emmi: Emmi, pager: number): void {
  const managed = managedOf(emmi, pager);
  if (managed === undefined || managed.status !== 'new') return;
  managed.status = 'asked';
  const { id } = emmi.state;
  reply(kernel, id, managed.task, OP.memoryObjectInit, managed.object, pager, pager, 0, 0);
}

/** The pager that `control` is of, if `from` may speak for it. */
export function controlled(emmi: Emmi, from: number, control: number): ManagedObject | undefined {
  const managed = managedOf(emmi, control);
  if (managed === undefined || managed.task !== from) return undefined;
  return managed.status === 'asked' || managed.status === 'ready' ? managed : undefined;
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
  const pager = pagerOf(emmi.vm, control);
  pager.mayCache = mayCache === 1;
  pager.strategy = STRATEGIES[strategy] as (typeof STRATEGIES)[number];
  if (isOld !== undefined) managed.isOld = isOld;
  if (isReady) managed.status = 'ready';
  const op = OP.memoryObjectChangeCompleted;
  if (wantsReply) reply(kernel, emmi.state.id, from, op, managed.object, mayCache, strategy, 0, 0);
  if (isReady) retry(kernel, emmi, control);
}

/** 1987: from now on whoever writes has pages of his own; who has written goes on seeing what he wrote. */
export function hearReadonly(emmi: Emmi, from: number, control: number): void {
  const managed = controlled(emmi, from, control);
  if (managed === undefined) return;
  managed.isReadOnly = true;
  const { object } = pagerOf(emmi.vm, control);
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
  if (controlled(emmi, from, control) !== undefined) destroyObject(kernel, emmi, control, false);
}

/**
 * Nothing of the object is in memory any more, and nothing is sent back; who waits for it, or touches it,
 * has a memory exception. The pager is told that it is over, unless it is dead.
 */
export function destroyObject(kernel: Kernel, emmi: Emmi, pager: number, isDead: boolean): void {
  const managed = managedOf(emmi, pager);
  if (managed === undefined || managed.status === 'destroyed') return;
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
  if (wasMapped && !isDead)
    reply(kernel, state.id, managed.task, op, managed.object, pager, pager, 0, 0);
  if (!isDead && record.object === NONE) managed.status = 'new';
}

/** Nothing is asked of the pager any more, or known of what it has not. */
export function forgetTraffic({ state, vm }: Emmi, pager: number): void {
  removeFrom(state.requests, (one) => one.pager === pager);
  removeFrom(state.unasked, (one) => one.pager === pager);
  pagerOf(vm, pager).absent.length = 0;
}
