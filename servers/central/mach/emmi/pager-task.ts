/**
 * A pager as a task: what it says becomes messages, what it hears waits while the pager does.
 *
 * Its memory is an address space of the virtual memory like anybody's. What it supplies is written into
 * pages of its own and sent off as memory under way, so that nothing is copied but what the kernel
 * takes; what it is sent stands in its space until it lets go of it.
 */

import { supplyOf } from '../../../../contracts/emmi-messages.ts';
import { fieldsOf, wordsOf } from '../../../../contracts/message-fields.ts';
import { messageName, OP } from '../../../../contracts/messages.ts';
import { timerAt } from '../../../../nucleus/clock.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import { addTask, type Kernel, NUCLEUS, type Step, TIMER } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import { assert } from '../../../../sim-hw/assert.ts';
import { type Contents, createContents } from '../../../../sim-hw/contents.ts';
import { frameAt } from '../vm/access.ts';
import {
  copyIn,
  createTask,
  mapOf,
  readMemory,
  vmAllocate,
  vmDeallocate,
  writeMemory,
} from '../vm/index.ts';
import { messageMeant, nameOf1987 } from './names.ts';
import type { PagerKernel, PagerMessage, PagerModule, SupplyOptions } from './pager.ts';
import { type EmmiWiring, emmiOf } from './server.ts';
import type { Emmi, EmmiState, TaskRecord } from './state.ts';

export interface PagerTaskState {
  readonly id: number;
  /** The task that is the kernel, and what it has of the virtual memory. */
  readonly kernelTask: number;
  readonly own: object;
  /** It waits for memory of its own; what has come since. */
  isWaiting: boolean;
  readonly backlog: PagerMessage[];
}

/** Messages that a pager may be behind with before more are dropped: nothing grows without bound. */
const BACKLOG_MAX = 1024;

/** Gives a task of the nucleus an address space, and a record with the kernel. */
export function adoptTask(emmi: Emmi, task: number): TaskRecord {
  const vmTask = createTask(emmi.vm);
  assert(typeof vmTask === 'number', 'pager task: no address space is left');
  const record: TaskRecord = { vmTask, faults: 0, errors: 0, waitedNs: 0 };
  emmi.state.tasks[task] = record;
  return record;
}

/** Adds a pager that has `objects` of `pages` pages each; returns its task. */
export function addPager(
  kernel: Kernel,
  wiring: EmmiWiring,
  kernelTask: number,
  module: PagerModule,
  objects: number,
  pages: number,
): number {
  const state: { -readonly [K in keyof PagerTaskState]: PagerTaskState[K] } = {
    id: 0,
    kernelTask,
    own: module.create(objects, pages),
    isWaiting: false,
    backlog: [],
  };
  state.id = addTask(kernel, module.name, -1, { step: pagerStep(wiring, module), state });
  adoptTask(emmiOfTask(kernel, wiring, kernelTask), state.id);
  return state.id;
}

function emmiOfTask(kernel: Kernel, wiring: EmmiWiring, task: number): Emmi {
  return emmiOf(wiring, kernel.receivers[task]?.state as EmmiState);
}

function pagerStep(wiring: EmmiWiring, module: PagerModule): Step {
  return (kernel, state, message) => {
    const task = state as PagerTaskState;
    const heard = messageHeard(task, module, message);
    if (heard === undefined) return;
    if (heard.name === 'machFaultDone') task.isWaiting = false;
    else if (task.isWaiting) {
      if (task.backlog.length < BACKLOG_MAX) task.backlog.push(heard);
      return;
    }
    const calls = callsOf(kernel, wiring, task);
    module.hear(task.own, heard, calls);
    while (!task.isWaiting && task.backlog.length > 0)
      module.hear(task.own, task.backlog.shift() as PagerMessage, calls);
    speakAsIn1987(module, heard, calls);
  };
}

/** Nobody but the kernel is believed. */
function messageHeard(
  { kernelTask }: PagerTaskState,
  { names }: PagerModule,
  message: Message,
): PagerMessage | undefined {
  if (message.from === NUCLEUS)
    return message.op === TIMER ? { name: 'alarm', fields: { word: message.w0 } } : undefined;
  const name = message.from === kernelTask ? messageName(message.op) : undefined;
  if (name === undefined) return undefined;
  return { name: names === '1987' ? nameOf1987(name) : name, fields: fieldsOf(message) };
}

/** In 1987 there were no attributes: a pager is ready once it has heard of its object. */
function speakAsIn1987({ names }: PagerModule, heard: PagerMessage, calls: PagerKernel): void {
  if (names !== '1987' || heard.name !== 'pager_init') return;
  const { control } = heard.fields;
  calls.send('memoryObjectSetAttributes', { control: control as number, ready: 1, strategy: 1 });
}

function callsOf(kernel: Kernel, wiring: EmmiWiring, task: PagerTaskState): PagerKernel {
  const { id, kernelTask } = task;
  const emmi = emmiOfTask(kernel, wiring, kernelTask);
  const { vm, state } = emmi;
  const vmTask = (state.tasks[id] as TaskRecord).vmTask;
  const { pageBytes } = vm.parameters;
  const send = (name: string, fields: Readonly<Record<string, number>>) => {
    const meant = messageMeant(name, fields);
    assert(
      meant !== undefined,
      `pager task: ${name} is no message, see contracts/emmi-messages.ts`,
    );
    const { w0, w1, w2, w3, time } = wordsOf(meant.name, meant.fields);
    reply(kernel, id, kernelTask, OP[meant.name], w0, w1, w2, w3, time);
  };
  return {
    task: id,
    nowNs: kernel.state.nowNs,
    send,
    supply: (control, offset, pages, how = {}) => {
      const memory = sendOff(emmi, id, vmTask, pages);
      if (memory !== undefined) send(...supplyMessage(control, offset, memory, pages.length, how));
    },
    read: (address) => {
      const contents = createContents(vm.state.store.transfer.bytes.length > 0);
      const refusal = readMemory(vm, vmTask, address * pageBytes, contents);
      return refusal === undefined ? contents : undefined;
    },
    free: (address, length) => send('machDeallocate', { address, length }),
    map: (pager, object, length) => send('machMap', { pager, object, length }),
    touch: (address, access) => {
      if (frameAt(vm, vmTask, address * pageBytes, access) >= 0) return true;
      task.isWaiting = true;
      send('machFault', { tag: 0, address, access });
      return false;
    },
    alarm: (ns, word) => timerAt(kernel, kernel.state.nowNs + ns, id, word),
  };
}

function supplyMessage(
  control: number,
  offset: number,
  memory: number,
  length: number,
  { lock = 0, isPrecious = false, wantsReply = false }: SupplyOptions,
): [string, Record<string, number>] {
  const how = supplyOf({ length, lock, isPrecious, wantsReply });
  return ['memoryObjectDataSupply', { control, offset, memory, how }];
}

/** Pages of the pager's own with these contents, under way; undefined: there is no memory for them. */
function sendOff(
  { vm, state }: Emmi,
  id: number,
  vmTask: number,
  pages: readonly Contents[],
): number | undefined {
  const { pageBytes } = vm.parameters;
  const size = pages.length * pageBytes;
  const start = vmAllocate(vm, vmTask, size);
  if (typeof start === 'string') return undefined;
  const isWritten = pages.every(
    (contents, i) => writeMemory(vm, vmTask, start + i * pageBytes, contents) === undefined,
  );
  const map = mapOf(vm, vmTask);
  const memory = isWritten && typeof map === 'number' ? copyIn(vm, map, start, size) : undefined;
  vmDeallocate(vm, vmTask, start, size);
  if (typeof memory !== 'number') return undefined;
  state.underWay.push({ memory, from: id });
  return memory;
}
