/**
 * The kernel as a task of the nucleus, "mach-vm": it owns the memory objects of external pagers and speaks
 * with them [EMMI1] to [EMMI12]. One message, one step; whatever has to wait is a record (state.ts).
 *
 *   task ---- machFault ----> mach-vm ---- data_request ----> pager
 *   task <-- machFaultDone -- mach-vm <---- data_supply ----- pager
 *
 * Young et al. 1987; "Kernel Principles" of Mach 3 (1992). Left out: migration of objects between hosts,
 * fork over memory whose pager wants it copied at once and which is not all there, clusters of pages.
 */

import { OP } from '../../../../contracts/messages.ts';
import { MALFORMED } from '../../../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../../../contracts/validator.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS, type Step, TIMER } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import type { PageTableFormat } from '../../../../sim-hw/page-table/format.ts';
import { discardCopy, endTask } from '../vm/index.ts';
import type { VmParameters } from '../vm/state.ts';
import { hearFault } from './faults.ts';
import { hearDeallocate, laundryOverdue } from './laundry.ts';
import { hearLockRequest } from './locking.ts';
import { hearMap } from './mapping.ts';
import { destroyObject, hearAttributes, hearDestroy, hearReadonly } from './memory-objects.ts';
import { recordsOf } from './records.ts';
import {
  type Emmi,
  type EmmiParameters,
  type EmmiState,
  recordOfTask,
  removeFrom,
  WAITING,
} from './state.ts';
import { hearError, hearSupply, hearUnavailable } from './supply.ts';
import { settle } from './telling.ts';
import { patienceOver } from './waits.ts';

/** What does not change in a run. */
export interface EmmiWiring {
  readonly format: PageTableFormat;
  readonly vm: VmParameters;
  readonly emmi: EmmiParameters;
}

export function emmiOf(wiring: EmmiWiring, state: EmmiState): Emmi {
  const vm = { state: state.vm, format: wiring.format, parameters: wiring.vm };
  return { state, vm, parameters: wiring.emmi };
}

export function emmiStep(wiring: EmmiWiring): Step {
  return (kernel, state, message) => {
    const emmi = emmiOf(wiring, state as EmmiState);
    if (message.from === NUCLEUS) hearNucleus(kernel, emmi, message);
    else if (isValid(message)) hear(kernel, emmi, message);
    else refuse(kernel, emmi, message);
    settle(kernel, emmi);
  };
}

function hearNucleus(kernel: Kernel, emmi: Emmi, { op, w0 }: Message): void {
  if (op === DEATH) endOf(kernel, emmi, w0);
  else if (op === TIMER && w0 === WAITING) patienceOver(kernel, emmi);
  else if (op === TIMER) laundryOverdue(kernel, emmi);
}

function hear(kernel: Kernel, emmi: Emmi, message: Message): void {
  const { op, from, w0, w1, w2, w3 } = message;
  switch (op) {
    case OP.machFault:
      return hearFault(kernel, emmi, from, w0, w1, w2);
    case OP.machMap:
      return hearMap(kernel, emmi, from, w0, w1, w2, w3 === 1);
    case OP.machDeallocate:
      return hearDeallocate(emmi, from, w0, w1);
    case OP.memoryObjectSetAttributes:
      return hearAttributes(kernel, emmi, from, w0, w2, w3, { isOld: true, isReady: w1 === 1 });
    case OP.memoryObjectReady:
      return hearAttributes(kernel, emmi, from, w0, w1, w2, { isOld: false, isReady: true });
    case OP.memoryObjectChangeAttributes:
      return hearAttributes(kernel, emmi, from, w0, w1, w2, { wantsReply: w3 === 1 });
    case OP.memoryObjectDataProvided:
    case OP.memoryObjectDataSupply:
      return hearSupply(kernel, emmi, message);
    case OP.memoryObjectDataUnavailable:
      return hearUnavailable(kernel, emmi, from, w0, w1, w2);
    case OP.memoryObjectDataError:
      return hearError(kernel, emmi, from, w0, w1, w2);
    case OP.memoryObjectLockRequest:
      return hearLockRequest(kernel, emmi, from, w0, w1, w2, w3);
    case OP.memoryObjectDestroy:
      return hearDestroy(kernel, emmi, from, w0);
    case OP.pagerReadonly:
      return hearReadonly(emmi, from, w0);
    default:
      return refuse(kernel, emmi, message);
  }
}

function refuse(kernel: Kernel, { state }: Emmi, message: Message): void {
  if (isRefusal(message)) return;
  reply(kernel, state.id, message.from, OP.refused, 0, MALFORMED, message.op & 255, 0, 0);
}

/** A task is gone: what it waited for, the objects that it paged, its space. */
function endOf(kernel: Kernel, emmi: Emmi, task: number): void {
  const { state, vm } = emmi;
  removeFrom(state.waits, (wait) => wait.task === task);
  for (const record of recordsOf(emmi, task)) destroyObject(kernel, emmi, record, true);
  for (const record of state.managed) if (record?.mapper === task) record.mapper = 0;
  for (const { memory, from } of state.underWay) if (from === task) discardCopy(vm, memory);
  removeFrom(state.underWay, ({ from }) => from === task);
  const record = recordOfTask(emmi, task);
  if (record === undefined) return;
  endTask(vm, record.vmTask);
  state.tasks[task] = null;
  removeFrom(state.laundry, (one) => one.task === task);
}
