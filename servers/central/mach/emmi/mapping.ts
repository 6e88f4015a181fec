/**
 * Mapping: a task puts an object of a pager into its space (vm_map; vm_allocate_with_pager in 1987).
 * The pager hears of the first one [EMMI2]. A copy waits until the pager has said how its object may
 * be copied [EMMI5].
 */

import { type MachResult, resultOf } from '../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { isOver, type TaskState } from '../../../../nucleus/tasks.ts';
import { mapOf, vmMap } from '../vm/index.ts';
import { mapAt } from '../vm/maps.ts';
import { beginObject } from './memory-objects.ts';
import { forgetRecord, isPagersOwn, pagerFor } from './records.ts';
import { type Emmi, managedOf, NONE, recordOfTask } from './state.ts';
import { mayWait, startWait } from './waits.ts';

export function hearMap(
  kernel: Kernel,
  emmi: Emmi,
  from: number,
  manager: number,
  object: number,
  length: number,
  isCopy: boolean,
): void {
  const record = recordOfTask(emmi, from);
  const isGone =
    manager >= kernel.state.tasks.length || isOver(kernel.state.tasks[manager] as TaskState);
  if (record === undefined) return answerMap(kernel, emmi, from, object, 'INVALID_TASK');
  if (isGone || !isPagersOwn(object))
    return answerMap(kernel, emmi, from, object, 'INVALID_ARGUMENT');
  const { vm } = emmi;
  const map = mapOf(vm, record.vmTask);
  if (typeof map === 'string') return answerMap(kernel, emmi, from, object, map);
  const isFull = mapAt(vm, map).entries >= emmi.parameters.mappingsMax;
  const pager = isFull ? NONE : pagerFor(emmi, manager, object, from);
  const managed = managedOf(emmi, pager);
  if (managed === undefined || (isCopy && !mayWait(emmi, from)))
    return answerMap(kernel, emmi, from, object, 'RESOURCE_SHORTAGE');
  if (managed.status === 'destroyed') return answerMap(kernel, emmi, from, object, 'MEMORY_ERROR');
  const size = length * vm.parameters.pageBytes;
  const start = vmMap(vm, record.vmTask, pager, 0, size, false);
  if (typeof start === 'string') {
    if (managed.status === 'new') forgetRecord(kernel, emmi, managed);
    return answerMap(kernel, emmi, from, object, start);
  }
  beginObject(kernel, emmi, managed);
  if (isCopy)
    startWait(kernel, emmi, { what: 'copy', task: from, tag: object, address: start, size, pager });
  else answerMap(kernel, emmi, from, object, start);
}

/** Tells `task` where the object is, or why not. */
export function answerMap(
  kernel: Kernel,
  { state, vm }: Emmi,
  task: number,
  object: number,
  answer: number | MachResult,
): void {
  const isDone = typeof answer === 'number';
  const address = isDone ? answer / vm.parameters.pageBytes : 0;
  const result = isDone ? 0 : resultOf(answer);
  reply(kernel, state.id, task, OP.machMapped, object, address, result, 0, 0);
}
