/**
 * The virtual memory server: Mach's operations on address spaces, as messages [VM19] [VM20].
 *
 * Who makes a space has a capability to it, which may be handed on: whoever has one may work on the
 * space, be it its owner's own or another's, and nobody else may (the task port of Rashid et al. 1987,
 * section 2). The kinds of a capability's fate:
 *
 *   vmCreate, vmFork --> vmSpaceIs: one in the sender's table, to hand on as it likes
 *   vmEnd, its owner's death --> the space's generation rises: all capabilities to it are dead
 *
 * What the work costs is charged to the sender: mappings, pages copied and zeroed; entries of maps are
 * not, for want of a figure. Left out: tasks' own faults and programs, which the nucleus serves
 * elsewhere; mapped files, wiring and the questions of vm_regions.
 */

import { OP } from '../../../contracts/messages.ts';
import * as refusals from '../../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../../contracts/validator.ts';
import { VM_EAGER, VM_LEND, VM_MAXIMUM } from '../../../contracts/vm-messages.ts';
import {
  addCapability,
  type CapabilityTable,
  removeCapability,
  VM_SPACE,
} from '../../../nucleus/capabilities.ts';
import { charge } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS } from '../../../nucleus/kernel.ts';
import type { Message } from '../../../nucleus/messages.ts';
import { isOver, MESSAGE, type TaskState, ZERO } from '../../../nucleus/tasks.ts';
import * as mach from './vm/index.ts';

export interface VmServerState {
  readonly id: number;
  readonly vm: mach.VmState;
  readonly parameters: mach.VmParameters;
  /** By space: the task of the virtual memory or NONE, who made it, and its generation. */
  readonly tasks: number[];
  readonly owners: number[];
  readonly generations: number[];
}

const inheritances: readonly mach.Inheritance[] = ['copy', 'share', 'none'];

export function createVmServerState(id: number, options: mach.VmOptions): VmServerState {
  const { state: vm, parameters } = mach.createVm(options);
  return { id, vm, parameters, tasks: [], owners: [], generations: [] };
}

/** The virtual memory that the server works on, with the format of the machine's page tables. */
export function memoryOf(kernel: Kernel, { vm, parameters }: VmServerState): mach.Vm {
  return { state: vm, parameters, format: kernel.format };
}

/** Receiver step of a virtual memory server. */
export function vmServerStep(kernel: Kernel, state: object, message: Message): void {
  const server = state as VmServerState;
  const { op, from, w0, cameAlong } = message;
  if (from === NUCLEUS) {
    if (op === DEATH) bury(kernel, server, w0);
    return;
  }
  if (isOver(kernel.state.tasks[from] as TaskState) || isRefusal(message)) return;
  if (cameAlong) removeCapability(tableOf(kernel, server.id), w0);
  const before = { ...server.vm.counts };
  const reason =
    cameAlong || !isValid(message) ? refusals.MALFORMED : serve(kernel, server, message);
  const done = mach.workSince(memoryOf(kernel, server), before, kernel.costs, 0);
  if (done.pmapNs > 0) charge(kernel, MESSAGE, done.pmapNs);
  if (done.memoryNs > 0) charge(kernel, ZERO, done.memoryNs);
  if (reason === refusals.DONE) return;
  const named = op === OP.vmFork ? message.w2 : w0;
  const tag = reason === refusals.MALFORMED ? 0 : named;
  reply(kernel, server.id, from, OP.refused, tag, reason, op, 0, 0);
}

/** Serves a well-formed message; returns why not, or DONE. */
function serve(kernel: Kernel, server: VmServerState, message: Message): number {
  const { op, from, w0, w1 } = message;
  const vm = memoryOf(kernel, server);
  if (op === OP.vmCreate) {
    if (server.vm.freeSpaces.length === 0) return refusals.NO_PLACE;
    return give(kernel, server, from, w0, () => mach.createTask(vm));
  }
  if (!servedOps.includes(op)) return refusals.MALFORMED;
  const task = taskNamed(kernel, server, from, w0);
  if (task === mach.NONE) return refusals.NO_SUCH_TASK;
  if (op === OP.vmFork) return fork(kernel, server, message, task);
  if (op === OP.vmEnd) {
    const refusal = mach.endTask(vm, task);
    if (refusal === undefined) endSpace(server, server.tasks.indexOf(task));
    return refusal === undefined ? answer(kernel, server, message, 0) : reasons[refusal];
  }
  const result = work(kernel, server, message, task);
  if (typeof result === 'string') return reasons[result];
  return answer(kernel, server, message, result ?? w1);
}

/** Works on a range; returns where if that was not said, or why not. */
function work(
  kernel: Kernel,
  server: VmServerState,
  { op, from, w1, w2, w3 }: Message,
  task: number,
): number | undefined | mach.VmRefusal {
  const vm = memoryOf(kernel, server);
  const { pageBytes } = server.parameters;
  const [address, size] = [w1 * pageBytes, w2 * pageBytes];
  switch (op) {
    case OP.vmAllocate:
      return pageOf(server, mach.vmAllocate(vm, task, size, w1 < 0 ? undefined : address));
    case OP.vmDeallocate:
      return mach.vmDeallocate(vm, task, address, size);
    case OP.vmProtect: {
      const isMaximum = (w3 & VM_MAXIMUM) !== 0;
      return mach.vmProtect(vm, task, address, size, w3 & ~VM_MAXIMUM, isMaximum);
    }
    case OP.vmInherit:
      return mach.vmInherit(vm, task, address, size, inheritances[w3] as mach.Inheritance);
    case OP.vmCopy:
      return mach.vmCopy(vm, task, address, size, w3 * pageBytes);
    default: {
      const other = taskNamed(kernel, server, from, w3);
      if (other === mach.NONE) return 'INVALID_TASK';
      return pageOf(server, mach.vmRead(vm, task, address, size, other));
    }
  }
}

const servedOps: readonly number[] = [
  OP.vmFork,
  OP.vmEnd,
  OP.vmAllocate,
  OP.vmDeallocate,
  OP.vmProtect,
  OP.vmInherit,
  OP.vmCopy,
  OP.vmRead,
];

const reasons: Readonly<Record<mach.VmRefusal, number>> = {
  INVALID_ADDRESS: refusals.NO_SUCH_PAGE,
  INVALID_ARGUMENT: refusals.MALFORMED,
  INVALID_TASK: refusals.NO_SUCH_TASK,
  PROTECTION_FAILURE: refusals.NO_RIGHT,
  NO_SPACE: refusals.NO_PLACE,
  RESOURCE_SHORTAGE: refusals.NO_FREE_FRAMES,
  MEMORY_ERROR: refusals.DEVICE_FAILED,
  TASK_SUSPENDED: refusals.BUSY,
};

function fork(kernel: Kernel, server: VmServerState, message: Message, parent: number): number {
  const { from, w1: how, w2: tag } = message;
  const vm = memoryOf(kernel, server);
  if (how === VM_LEND) return give(kernel, server, from, tag, () => mach.vforkTask(vm, parent));
  if (server.vm.freeSpaces.length === 0) return refusals.NO_PLACE;
  return give(kernel, server, from, tag, () => mach.forkTask(vm, parent, how === VM_EAGER));
}

/** Makes a space and gives `to` the capability to it: first a place for that, then the space. */
function give(
  kernel: Kernel,
  server: VmServerState,
  to: number,
  tag: number,
  make: () => number | mach.VmRefusal,
): number {
  const free = server.tasks.indexOf(mach.NONE);
  const space = free < 0 ? server.tasks.length : free;
  const generation = server.generations[space] ?? 0;
  const slot = addCapability(tableOf(kernel, to), VM_SPACE, space, generation);
  if (slot < 0) return refusals.NO_PLACE;
  const task = make();
  if (typeof task === 'string') {
    removeCapability(tableOf(kernel, to), slot);
    return reasons[task];
  }
  server.tasks[space] = task;
  server.owners[space] = to;
  server.generations[space] = generation;
  reply(kernel, server.id, to, OP.vmSpaceIs, tag, slot, 0, 0, 0);
  return refusals.DONE;
}

/** The task of the virtual memory whose space the sender's capability names, or NONE. */
function taskNamed(kernel: Kernel, server: VmServerState, from: number, slot: number): number {
  const { kind, object, generation } = tableOf(kernel, from);
  if (kind[slot] !== VM_SPACE) return mach.NONE;
  const space = object[slot] as number;
  return generation[slot] === server.generations[space] ? server.tasks[space] : mach.NONE;
}

function endSpace(server: VmServerState, space: number): void {
  server.tasks[space] = mach.NONE;
  server.generations[space]++;
}

/** Ends all spaces that the dead task has made, and before each those that have it on loan. */
function bury(kernel: Kernel, server: VmServerState, dead: number): void {
  for (const [space, owner] of server.owners.entries())
    if (owner === dead) endWhole(kernel, server, space);
}

function endWhole(kernel: Kernel, server: VmServerState, space: number): void {
  const task = server.tasks[space];
  if (task === mach.NONE) return;
  for (const [other, borrower] of server.tasks.entries())
    if (borrower !== mach.NONE && server.vm.tasks.records[borrower]?.lender === task)
      endWhole(kernel, server, other);
  mach.endTask(memoryOf(kernel, server), task);
  endSpace(server, space);
}

function answer(kernel: Kernel, server: VmServerState, message: Message, page: number): number {
  reply(kernel, server.id, message.from, OP.vmDone, message.w0, message.op, page, 0, 0);
  return refusals.DONE;
}

function pageOf(
  { parameters }: VmServerState,
  address: number | mach.VmRefusal,
): number | mach.VmRefusal {
  return typeof address === 'string' ? address : address / parameters.pageBytes;
}

function tableOf(kernel: Kernel, task: number): CapabilityTable {
  return kernel.state.capabilities[task] as CapabilityTable;
}
