/**
 * Faults: an access that no mapping lets pass is answered, or waits for a pager [EMMI3].
 */

import { type MachResult, resultOf } from '../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { needOf } from '../vm/external-pagers.ts';
import { faultPage } from '../vm/fault.ts';
import { mapOf } from '../vm/index.ts';
import { reservePages } from '../vm/pageout.ts';
import { ask } from './asking.ts';
import { keepPrivate } from './memory-objects.ts';
import { type Emmi, NONE, recordOfTask, type Wait } from './state.ts';
import { tellNews } from './telling.ts';
import { dropUnasked } from './unasked.ts';
import { mayWait, startWait } from './waits.ts';

/** Frames that one fault takes at most. */
const PAGES_OF_A_FAULT = 3;

export function hearFault(
  kernel: Kernel,
  emmi: Emmi,
  from: number,
  tag: number,
  page: number,
  access: number,
): void {
  const record = recordOfTask(emmi, from);
  if (record === undefined) {
    answerFault(kernel, emmi, from, tag, 'INVALID_TASK');
    return;
  }
  record.faults++;
  if (!mayWait(emmi, from)) {
    answerFault(kernel, emmi, from, tag, 'RESOURCE_SHORTAGE');
    return;
  }
  const address = page * emmi.vm.parameters.pageBytes;
  startWait(kernel, emmi, { what: 'access', task: from, tag, address, size: 0, access });
}

export function tryFault(kernel: Kernel, emmi: Emmi, wait: Wait): MachResult | 'waits' {
  const { vm } = emmi;
  const map = mapOf(vm, recordOfTask(emmi, wait.task)?.vmTask ?? NONE);
  if (typeof map === 'string') return map;
  dropUnasked(emmi);
  reservePages(vm, PAGES_OF_A_FAULT);
  keepPrivate(emmi, map, wait.address);
  for (;;) {
    // An object may have got a pager while frames were set free.
    tellNews(kernel, emmi);
    const need = needOf(vm, map, wait.address, wait.access);
    if (typeof need === 'string') return need;
    if (need !== undefined) return ask(kernel, emmi, wait, need);
    const refusal = faultPage(vm, map, wait.address, wait.access);
    if (refusal !== 'MEMORY_ERROR') return refusal ?? 'SUCCESS';
    // The page may have left while frames were set free; else its own pager fails.
    if (needOf(vm, map, wait.address, wait.access) === undefined) return refusal;
  }
}

export function answerFault(
  kernel: Kernel,
  { state }: Emmi,
  task: number,
  tag: number,
  result: MachResult,
): void {
  reply(kernel, state.id, task, OP.machFaultDone, tag, resultOf(result), 0, 0, 0);
}
