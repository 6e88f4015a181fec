/**
 * The virtual memory server: Mach's operations on address spaces, as messages [VM19] to [VM26].
 *
 * Who makes a space has a capability to it, which may be handed on: whoever has one may work on the
 * space, be it its owner's own or another's, and nobody else may (the task port of Rashid et al. 1987,
 * section 2, table 2-1; vm_map, vm_wire and vm_machine_attribute of "Kernel Principles"). Memory objects
 * and memory under way are named by capabilities too (task-port/names.ts).
 *
 *   vmCreate, vmFork --> vmSpaceIs: one in the sender's table, to hand on as it likes
 *   vmEnd, its owner's death --> the space's generation rises: all capabilities to it are dead
 *
 * What the work costs is charged to the sender: entries of maps, mappings, pages copied and zeroed
 * (vm/costs.ts). Left out: what paging costs that an operation leads to; tasks' own faults and programs,
 * which the nucleus serves elsewhere; objects of pagers that are tasks (emmi/).
 */

import { OP } from '../../../contracts/messages.ts';
import * as refusals from '../../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../../contracts/validator.ts';
import { removeCapability } from '../../../nucleus/capabilities.ts';
import { charge } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS, TIMER } from '../../../nucleus/kernel.ts';
import type { Message } from '../../../nucleus/messages.ts';
import { isOver, MESSAGE, type TaskState, ZERO } from '../../../nucleus/tasks.ts';
import { answer, reasons } from './task-port/answers.ts';
import { tellRegion, tellStatistics } from './task-port/inquiries.ts';
import { drop, sweepMemory, take, takeOut } from './task-port/memory-under-way.ts';
import { tableOf } from './task-port/names.ts';
import {
  createMemoryObject,
  endMemoryObject,
  endObjectsOf,
  mapMemoryObject,
  sweepObjects,
} from './task-port/objects.ts';
import { rangeOps, workOnRange } from './task-port/ranges.ts';
import { createSpace, endSpace, endSpacesOf, forkSpace, taskNamed } from './task-port/spaces.ts';
import { memoryOf, type VmServerState } from './task-port/state.ts';
import { beginToWait, forgetWaiting, givenUp, tryWaiting } from './task-port/waiting.ts';
import * as mach from './vm/index.ts';

export {
  createVmServerState,
  memoryOf,
  type VmServerLimits,
  type VmServerState,
} from './task-port/state.ts';

/** Receiver step of a virtual memory server. */
export function vmServerStep(kernel: Kernel, state: object, message: Message): void {
  const server = state as VmServerState;
  const { op, from, w0, cameAlong } = message;
  if (from === NUCLEUS) hearNucleus(kernel, server, message);
  else {
    if (isOver(kernel.state.tasks[from] as TaskState) || isRefusal(message)) return;
    if (cameAlong) {
      removeCapability(tableOf(kernel, server.id), w0);
      sweepMemory(kernel, server);
    }
    const isServed = !cameAlong && isValid(message);
    const reason = isServed ? attempt(kernel, server, message) : refusals.MALFORMED;
    if (!beginToWait(kernel, server, message, reason)) refuse(kernel, server, message, reason);
  }
  if (server.waiting.length > 0 && op !== TIMER)
    tryWaiting(kernel, server, (waited) => {
      const reason = attempt(kernel, server, waited);
      if (reason !== refusals.NO_FREE_FRAMES) refuse(kernel, server, waited, reason);
      return reason;
    });
}

/** A task is dead, or the patience for a request over. */
function hearNucleus(kernel: Kernel, server: VmServerState, { op, w0 }: Message): void {
  if (op === DEATH) bury(kernel, server, w0);
  if (op !== TIMER) return;
  const message = givenUp(server, w0);
  if (message !== undefined) refuse(kernel, server, message, refusals.NO_FREE_FRAMES);
}

/** Serves the message, and charges what that took; returns why not, or DONE. */
function attempt(kernel: Kernel, server: VmServerState, message: Message): number {
  const before = { ...server.vm.counts };
  const reason = serve(kernel, server, message);
  sweepObjects(kernel, server);
  const entryNs = mach.entryNsOf(kernel.costs);
  const done = mach.workSince(memoryOf(kernel, server), before, kernel.costs, entryNs);
  const spent = done.mapNs + done.pmapNs;
  if (spent > 0) charge(kernel, MESSAGE, spent);
  if (done.memoryNs > 0) charge(kernel, ZERO, done.memoryNs);
  return reason;
}

/** Says why not; DONE has been said. */
function refuse(kernel: Kernel, { id }: VmServerState, message: Message, reason: number): void {
  if (reason === refusals.DONE) return;
  const tag = reason === refusals.MALFORMED ? 0 : tagOf(message);
  reply(kernel, id, message.from, OP.refused, tag, reason, message.op, 0, 0);
}

/** What a refusal names: the tag where there is one, else the capability. */
function tagOf({ op, w0, w2, w3 }: Message): number {
  if (op === OP.vmFork || op === OP.vmObject) return w2;
  return op === OP.vmTake ? w3 : w0;
}

/** Serves a well-formed message; returns why not, or DONE. */
function serve(kernel: Kernel, server: VmServerState, message: Message): number {
  const { op, from, w0 } = message;
  if (op === OP.vmCreate) return createSpace(kernel, server, message);
  if (op === OP.vmObject) return createMemoryObject(kernel, server, message);
  if (op === OP.vmObjectEnd) return endMemoryObject(kernel, server, message);
  if (op === OP.vmDrop) return drop(kernel, server, message);
  if (!spaceOps.includes(op)) return refusals.MALFORMED;
  const task = taskNamed(kernel, server, from, w0);
  return task === mach.NONE ? refusals.NO_SUCH_TASK : serveSpace(kernel, server, message, task);
}

/** Serves a message about a space that is there. */
function serveSpace(kernel: Kernel, server: VmServerState, message: Message, task: number): number {
  switch (message.op) {
    case OP.vmFork:
      return forkSpace(kernel, server, message, task);
    case OP.vmEnd: {
      const refusal = endSpace(kernel, server, message);
      return refusal === undefined ? answer(kernel, server, message, 0) : reasons[refusal];
    }
    case OP.vmMap:
      return mapMemoryObject(kernel, server, message, task);
    case OP.vmTake:
      return take(kernel, server, message, task);
    case OP.vmReceive:
    case OP.vmWrite:
      return takeOut(kernel, server, message, task);
    case OP.vmRegions:
      return tellRegion(kernel, server, message, task);
    case OP.vmStatistics:
      return tellStatistics(kernel, server, message);
    default:
      return workOnRange(kernel, server, message, task);
  }
}

/** Ops whose first word is a capability to a space. */
const spaceOps: readonly number[] = [
  ...rangeOps,
  OP.vmFork,
  OP.vmEnd,
  OP.vmMap,
  OP.vmTake,
  OP.vmReceive,
  OP.vmWrite,
  OP.vmRegions,
  OP.vmStatistics,
];

/** What the dead task has made ends, and what only it could have taken out. */
function bury(kernel: Kernel, server: VmServerState, dead: number): void {
  forgetWaiting(server, dead);
  endSpacesOf(kernel, server, dead);
  endObjectsOf(kernel, server, dead);
  sweepMemory(kernel, server);
  sweepObjects(kernel, server);
}
