/**
 * A pager as a task: what it says becomes messages, what it hears waits while the pager does.
 *
 * Its memory is an address space of the virtual memory like anybody's. What it supplies is written into
 * pages of its own and sent off as memory under way, so that nothing is copied but what the kernel
 * takes; what it is sent stands in its space until it lets go of it.
 */

import { resultOf, supplyIs, supplyOf } from '../../../../contracts/emmi-messages.ts';
import { fieldsOf, wordsOf } from '../../../../contracts/message-fields.ts';
import { messageName, OP } from '../../../../contracts/messages.ts';
import { timerAt } from '../../../../nucleus/clock.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import { addTask, type Kernel, NUCLEUS, type Step, TIMER } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import { assert } from '../../../../sim-hw/assert.ts';
import { type Contents, createContents } from '../../../../sim-hw/contents.ts';
import { frameAt } from '../vm/access.ts';
import { createTask, readMemory } from '../vm/index.ts';
import { messageMeant, nameOf1987 } from './names.ts';
import type { PagerKernel, PagerMessage, PagerModule, SupplyOptions } from './pager.ts';
import { answerOf, serverCalls } from './pager-servers.ts';
import { controlledBy } from './records.ts';
import { isWelcome, maySendOff, sendOff } from './sending.ts';
import { type EmmiWiring, emmiOf } from './server.ts';
import type { Emmi, EmmiState, TaskRecord } from './state.ts';

export interface PagerTaskState {
  readonly id: number;
  /** The task that is the kernel, and what it has of the virtual memory. */
  readonly kernelTask: number;
  readonly own: object;
  /** It waits for memory of its own; what has come since, or while `outbox` could not go. */
  isWaiting: boolean;
  readonly backlog: PagerMessage[];
  /** What it has said and cannot be sent yet, in order. */
  readonly outbox: Outgoing[];
}

interface Outgoing {
  readonly name: string;
  readonly fields: Readonly<Record<string, number>>;
  /** Contents that go along as memory, or null. */
  readonly pages: readonly Contents[] | null;
}

/** Messages that a pager may be behind with before more are dropped: nothing grows without bound. */
const BACKLOG_MAX = 1024;

/** Gives a task of the nucleus an address space, and a record with the kernel. */
export function adoptTask(emmi: Emmi, task: number): TaskRecord {
  const vmTask = createTask(emmi.vm);
  assert(typeof vmTask === 'number', 'pager task: no address space is left');
  const record: TaskRecord = { vmTask, faults: 0, errors: 0, waitedNs: 0, isHeldUp: false };
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
    outbox: [],
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
    const { backlog, outbox } = task;
    const calls = callsOf(kernel, wiring, task);
    const { storage } = module;
    const answer = storage && answerOf(kernel, task.id, storage, message);
    const heard = answer === undefined ? messageHeard(task, module, message) : undefined;
    if (answer !== undefined) module.hearServer?.(task.own, answer, calls);
    else if (heard === undefined) return;
    else if (heard.name === 'machTaken') sendAll(kernel, wiring, task);
    else if (heard.name === 'machFaultDone') {
      task.isWaiting = false;
      // What it waited for goes before whatever has come since.
      backlog.unshift(heard);
    } else if (backlog.length < BACKLOG_MAX) backlog.push(heard);
    const isFull = () => module.isFull?.(task.own) ?? false;
    while (!task.isWaiting && outbox.length === 0 && backlog.length > 0 && !isFull()) {
      const next = backlog.shift() as PagerMessage;
      module.hear(task.own, next, calls);
      speakAsIn1987(module, next, calls);
    }
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
  const { vm, state } = emmiOfTask(kernel, wiring, kernelTask);
  const vmTask = (state.tasks[id] as TaskRecord).vmTask;
  const { pageBytes } = vm.parameters;
  const say = (name: string, fields: Outgoing['fields'], pages: Outgoing['pages'] = null) => {
    task.outbox.push({ name, fields, pages });
    sendAll(kernel, wiring, task);
  };
  return {
    task: id,
    nowNs: kernel.state.nowNs,
    send: (name, fields) => say(name, fields),
    supply: (control, offset, pages, how = {}) =>
      say('memoryObjectDataSupply', supplyFields(control, offset, pages.length, how), pages),
    read: (address) => {
      const contents = createContents(vm.state.store.transfer.bytes.length > 0);
      const refusal = readMemory(vm, vmTask, address * pageBytes, contents);
      return refusal === undefined ? contents : undefined;
    },
    free: (address, length) => say('machDeallocate', { address, length }),
    map: (pager, object, length) => say('machMap', { pager, object, length }),
    touch: (address, access) => {
      if (frameAt(vm, vmTask, address * pageBytes, access) >= 0) return true;
      task.isWaiting = true;
      say('machFault', { tag: 0, address, access });
      return false;
    },
    alarm: (ns, word) => timerAt(kernel, kernel.state.nowNs + ns, id, word),
    ...serverCalls(kernel, id, vm.state.store.transfer.bytes.length > 0),
  };
}

/** Sends what can be sent now. While memory is short a pager has one page under way at a time. */
function sendAll(kernel: Kernel, wiring: EmmiWiring, task: PagerTaskState): void {
  const { id, kernelTask, outbox } = task;
  const emmi = emmiOfTask(kernel, wiring, kernelTask);
  for (let next = outbox[0]; next !== undefined; next = outbox[0]) {
    const { name, pages } = next;
    const { control = 0, offset = 0 } = next.fields;
    if (pages !== null && !isWelcome(emmi, control, offset, pages.length)) {
      outbox.shift();
      tellRefused(kernel, emmi, id, next);
      continue;
    }
    if (pages !== null && !maySendOff(emmi, id, pages.length)) return;
    outbox.shift();
    const memory = pages === null ? 0 : sendOff(emmi, id, pages);
    const fields = pages === null ? next.fields : { ...next.fields, memory };
    const meant = messageMeant(name, fields);
    const where = 'see contracts/emmi-messages.ts';
    assert(meant !== undefined, `pager task: ${name} is no message; ${where}`);
    // What cannot be sent for want of memory the kernel hears of as of a pager's silence.
    if (memory < 0) continue;
    const { w0, w1, w2, w3, time } = wordsOf(meant.name, meant.fields);
    reply(kernel, id, kernelTask, OP[meant.name], w0, w1, w2, w3, time);
  }
}

/** A supply that was not taken is over, for a pager that wants to know. */
function tellRefused(kernel: Kernel, emmi: Emmi, id: number, { fields }: Outgoing): void {
  const { control = 0, offset = 0, how = 0 } = fields;
  const { wantsReply, length } = supplyIs(how);
  if (!wantsReply) return;
  const object = controlledBy(emmi, control)?.object ?? 0;
  const result = resultOf('RESOURCE_SHORTAGE');
  const op = OP.memoryObjectSupplyCompleted;
  reply(kernel, emmi.state.id, id, op, object, offset, length, result, 0);
}

function supplyFields(
  control: number,
  offset: number,
  length: number,
  { lock = 0, isPrecious = false, wantsReply = false }: SupplyOptions,
): Record<string, number> {
  return { control, offset, how: supplyOf({ length, lock, isPrecious, wantsReply }) };
}
