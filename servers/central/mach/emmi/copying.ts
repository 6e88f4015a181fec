/**
 * Copying: an object that is mapped as a copy, once its pager has said how it may be copied [EMMI5].
 */

import type { MachResult } from '../../../../contracts/emmi-messages.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { type Need, needOf } from '../vm/external-pagers.ts';
import { replaceByCopy } from '../vm/file-mapping.ts';
import { mapOf, READ } from '../vm/index.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { ask, request } from './asking.ts';
import { mayMapFirst } from './records.ts';
import { type Emmi, managedOf, NONE, recordOfTask, type Wait } from './state.ts';
import { tellNews } from './telling.ts';

const FRAME_BYTES = 4096;

/** A copy of the range in its place, once its pager has said how, and all is there if it has to be. */
export function tryCopy(kernel: Kernel, emmi: Emmi, wait: Wait): MachResult | 'waits' {
  const { vm } = emmi;
  const map = mapOf(vm, recordOfTask(emmi, wait.task)?.vmTask ?? NONE);
  if (typeof map === 'string') return map;
  const { pageBytes } = vm.parameters;
  const { pager } = wait;
  const managed = managedOf(emmi, pager);
  const strategy = managed === undefined ? undefined : pagerOf(vm, pager).strategy;
  if (managed !== undefined && managed.status !== 'ready')
    return ask(kernel, emmi, wait, { kind: 'data', pager, offset: 0, access: READ });
  // No more than memory holds is copied at once, and no more asked for.
  if (strategy === 'none' && wait.size > vm.state.frames.count * FRAME_BYTES)
    return 'RESOURCE_SHORTAGE';
  if (managed !== undefined && strategy === 'none') {
    let missing: Need | undefined;
    for (let at = 0; at < wait.size; at += pageBytes) {
      const need = needOf(vm, map, wait.address + at, READ);
      if (need === undefined || typeof need === 'string') continue;
      missing ??= need;
      request(kernel, emmi, managed, need);
    }
    if (missing !== undefined) return ask(kernel, emmi, wait, missing);
  }
  // A copy that its pager makes is an object of its own, and this task is the first to map it.
  if (strategy === 'call' && !mayMapFirst(emmi, wait.task)) return 'RESOURCE_SHORTAGE';
  const refusal = replaceByCopy(vm, map, wait.address, wait.size);
  tellNews(kernel, emmi, wait.task);
  return refusal ?? 'SUCCESS';
}
