/** A desk for tests of Mach's virtual memory: pages by number, words instead of contents. */

import type { Vm, VmOptions } from '../../servers/central/mach/vm/index.ts';
import * as mach from '../../servers/central/mach/vm/index.ts';
import { createContents, stamped } from '../../sim-hw/contents.ts';
import { x8664 } from '../../sim-hw/page-table/x86-64.ts';

export const PAGE = 4096;

export function createDesk(options: Partial<VmOptions> = {}): Vm {
  return mach.createVm({ format: x8664, frames: 256, ...options });
}

/** A task with `pages` pages of zeros at address 0. */
export function taskWith(vm: Vm, pages: number): number {
  const task = given(mach.createTask(vm));
  if (pages > 0) given(mach.vmAllocate(vm, task, pages * PAGE, 0));
  return task;
}

/** Writes; returns the refusal, if it is refused. */
export function put(vm: Vm, task: number, page: number, word: number): string | undefined {
  return mach.writeMemory(vm, task, page * PAGE, stamped(word, 1));
}

/** Reads: a word, or why not. */
export function get(vm: Vm, task: number, page: number): number | string {
  const contents = createContents(false);
  return mach.readMemory(vm, task, page * PAGE, contents) ?? contents.low;
}

/** The object that the task's page is mapped from at first. */
export function topObject(vm: Vm, task: number, page = 0): number {
  const region = mach.vmRegion(vm, task, page * PAGE);
  if (region === undefined || typeof region === 'string') throw new Error(`no region: ${region}`);
  return region.name;
}

export function depthOf(vm: Vm, task: number, page = 0): number {
  return mach.chainDepth(vm, topObject(vm, task, page));
}

/** Pages in memory, of whatever object. */
export function pagesHeld(vm: Vm): number {
  const { active, inactive, wired } = mach.vmStatistics(vm);
  return active + inactive + wired;
}

/** Takes every page that can go out of memory. */
export function pageAllOut(vm: Vm): void {
  const { queue } = vm.state.resident;
  for (let page = 0; page < queue.length; page++) if (queue[page] >= 2) mach.pageOut(vm, page);
}

/** xorshift32 with shifts 13, 17, 5: what traces of the reference are drawn with. */
export function xorshift(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** What was answered, which is no refusal. */
export function given<T>(answer: T | string): T {
  if (typeof answer === 'string') throw new Error(`refused: ${answer}`);
  return answer;
}
