/**
 * Fork: what it costs to make a child of a process whose memory has been touched, by Mach's virtual
 * memory: copy-on-write, by copying at once as UNIX without it did, and vfork.
 *
 * The process has five ranges, as a fresh UNIX process on the VAX had (Rashid et al. 1987): u-area,
 * code, stack, initialised data, and the rest. Printed apart: work on maps, which is by ranges, on
 * hardware mappings, which is by pages mapped, and on memory, which is by pages copied. `createNs` is
 * what a process costs beside its memory. Left out: what copy-on-write copies later.
 */

import type { Vm } from '../../servers/central/mach/vm/index.ts';
import * as mach from '../../servers/central/mach/vm/index.ts';
import { assert } from '../../sim-hw/assert.ts';
import { stamped } from '../../sim-hw/contents.ts';
import type { Measured } from '../scenario/expectations.ts';
import type { ProbedMachine } from './transfer-desk.ts';

export interface ForkSettings {
  /** Pages of the process, all of them touched. */
  readonly pages: number;
  /** A process without its memory: task, thread, ports, kernel's own bookkeeping. */
  readonly createNs: number;
  /** An entry of an address map. */
  readonly entryNs: number;
}

const PAGE = 4096;
const RANGES = 5;

const ways: Readonly<Record<string, (vm: Vm, task: number) => number | mach.VmRefusal>> = {
  cow: (vm, task) => mach.forkTask(vm, task),
  eager: (vm, task) => mach.forkTask(vm, task, true),
  vfork: (vm, task) => mach.vforkTask(vm, task),
};

/** By way, as a task of one row. */
export function fork(machine: ProbedMachine, settings: ForkSettings): Measured {
  const tasks = Object.keys(ways).map((name) => ({ name, ...forked(machine, settings, name) }));
  return { rows: [{ management: 'fork', frames: settings.pages, tasks, totals: {} }] };
}

function forked({ costs, format }: ProbedMachine, settings: ForkSettings, way: string): object {
  const { pages, createNs, entryNs } = settings;
  // Room for a copy of all, and for what the pageout daemon keeps free.
  const frames = pages * 2 + 64 + Math.ceil(pages / 20);
  const vm = mach.createVm({ format, frames, spaces: 2, blocks: 1 });
  const task = beginProcess(vm, pages);
  const before = { ...vm.state.counts };
  const child = (ways[way] as (typeof ways)[string])(vm, task);
  assert(typeof child !== 'string', `fork: ${way} is refused: ${child}`);
  const { mapNs, pmapNs, memoryNs } = mach.workSince(vm, before, costs, entryNs);
  const done = (count: keyof mach.VmCounts) => vm.state.counts[count] - before[count];
  return {
    ns: createNs + mapNs + pmapNs + memoryNs,
    mapNs,
    pmapNs,
    memoryNs,
    entries: done('entriesMade'),
    mappings: done('mappingsProtected'),
    copies: done('pageCopies'),
  };
}

function beginProcess(vm: Vm, pages: number): number {
  const task = mach.createTask(vm);
  assert(typeof task !== 'string', 'fork: no task is to be had');
  const size = Math.floor(pages / RANGES);
  let page = 0;
  for (let range = 0; range < RANGES; range++) {
    const count = range === RANGES - 1 ? pages - page : size;
    // A hole between ranges keeps each an entry of its own.
    const address = (page + range) * PAGE;
    mach.vmAllocate(vm, task, count * PAGE, address);
    for (let at = 0; at < count; at++) {
      const refusal = mach.writeMemory(vm, task, address + at * PAGE, stamped(1 + page + at, 1));
      assert(refusal === undefined, `fork: a page is refused: ${refusal}`);
    }
    page += count;
  }
  return task;
}
