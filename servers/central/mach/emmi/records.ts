/**
 * Records of memory objects: one for each that somebody maps or that is cached, and no more, so that whatever
 * tasks map, unmap and name the kernel's state keeps its size [EMMI17].
 *
 *   control, 23 bits:   generation (10) | pager of the virtual memory (13)
 *
 * The record is made with the first mapping, ends with the object, and its place serves again with the
 * next generation: what was said to, or is said of, the object before names nothing any more. Whoever
 * mapped an object first is charged for its record. Left out: telling a control number apart from one of
 * 1024 generations before.
 */

import type { Kernel } from '../../../../nucleus/kernel.ts';
import { createExternalPager, EXTERNAL_MAX, hasExternalRoom } from '../vm/external-pagers.ts';
import { forget } from '../vm/pool.ts';
import { type Emmi, type ManagedObject, managedOf, NONE, removeFrom } from './state.ts';
import { abandon } from './waits.ts';

const GENERATIONS = 1024;
/** Numbers that the kernel gives to objects, beyond those of pagers: of a record each. */
const KERNEL_OBJECTS = EXTERNAL_MAX * GENERATIONS;

/** Whether a pager may have an object of this number: the others are the kernel's to give. */
export function isPagersOwn(object: number): boolean {
  return object < KERNEL_OBJECTS;
}

/** Whether one object more may be charged to `task`, and there is a place for its record. */
export function mayMapFirst({ state, vm, parameters }: Emmi, task: number): boolean {
  let charged = 0;
  for (const one of state.managed) if (one?.mapper === task) charged++;
  return charged < parameters.objectsMax && hasExternalRoom(vm);
}

/** The pager of the virtual memory that stands for `object` of `task`; NONE: `mapper` has too many. */
export function pagerFor(emmi: Emmi, task: number, object: number, mapper: number): number {
  const { managed } = emmi.state;
  const found = managed.findIndex((one) => one?.task === task && one.object === object);
  if (found >= 0) return found;
  if (!mayMapFirst(emmi, mapper)) return NONE;
  const pager = createExternalPager(emmi.vm, NONE);
  keepRecord(emmi, pager, { task, object, mapper });
  return pager;
}

type Whose = Pick<ManagedObject, 'task' | 'mapper'> & {
  /** Absent: one of the kernel's own numbers, another for each record. */
  readonly object?: number;
};

/** The record of `pager`, which has none. */
export function keepRecord({ state }: Emmi, pager: number, whose: Whose): ManagedObject {
  const { generations, managed } = state;
  while (managed.length <= pager) managed.push(null);
  while (generations.length <= pager) generations.push(0);
  const control = pager + (generations[pager] as number) * EXTERNAL_MAX;
  const record: ManagedObject = {
    object: KERNEL_OBJECTS + control,
    ...whose,
    pager,
    control,
    status: 'new',
    isOld: false,
    isReadOnly: false,
    initialized: null,
  };
  managed[pager] = record;
  return record;
}

/** The object has ended: its record is gone, and its control number names nothing. */
export function forgetRecord(kernel: Kernel, emmi: Emmi, record: ManagedObject): void {
  const { state, vm } = emmi;
  const { pager } = record;
  forgetTraffic(emmi, pager);
  state.managed[pager] = null;
  state.generations[pager] = ((state.generations[pager] as number) + 1) % GENERATIONS;
  // A pager of the kernel's own objects has gone with its object.
  if (record.initialized === null) forget(vm.state.store.pagers, pager);
  abandon(kernel, emmi, pager);
}

/** The record that `control` names, if `from` may speak of its object. */
export function controlled(emmi: Emmi, from: number, control: number): ManagedObject | undefined {
  const record = controlledBy(emmi, control);
  if (record === undefined || record.task !== from) return undefined;
  return record.status === 'asked' || record.status === 'ready' ? record : undefined;
}

/** The same, whoever speaks and however far the object has got. */
export function controlledBy(emmi: Emmi, control: number): ManagedObject | undefined {
  const record = managedOf(emmi, control % EXTERNAL_MAX);
  return record?.control === control ? record : undefined;
}

/** Records of the objects that `task` pages. */
export function recordsOf({ state }: Emmi, task: number): ManagedObject[] {
  return state.managed.filter((one) => one !== null).filter((one) => one.task === task);
}

/** Nothing is asked of the pager any more, or known of what it has not. */
export function forgetTraffic({ state, vm }: Emmi, pager: number): void {
  removeFrom(state.requests, (one) => one.pager === pager);
  removeFrom(state.unasked, (one) => one.pager === pager);
  const record = vm.state.store.pagers.records[pager] ?? null;
  if (record !== null) record.absent.length = 0;
}
