/**
 * IPC: one-way send, reply and delivery. A call is a send whose answer comes back as a message with
 * the caller's tag; the caller keeps the pending call as a record and never blocks in here.
 *
 * A send names a port slot of the sender's own table. Nobody ever waits for a receiver.
 */

import { assert } from '../sim-hw/assert.ts';
import {
  addCapability,
  type CapabilityTable,
  holdsKind,
  NOTHING,
  PORT,
  removeCapability,
} from './capabilities.ts';
import { charge } from './clock.ts';
import { isHeld } from './held-messages.ts';
import { FAULT, type Kernel, type Receiver } from './kernel.ts';
import { isTurnOver, LONG } from './message-turns.ts';
import { dequeue, enqueue, type Message, newest } from './messages.ts';
import { defer, isStarved } from './starvation.ts';
import { isAlive, isOver, MESSAGE, type TaskState } from './tasks.ts';

/** Deliveries in one go before the nucleus takes it for a message loop between servers. */
const DELIVERIES_MAX = 1_000_000;

/** Sends through a port of `from`'s own table. False: no such port, or nobody is listening. */
export function send(
  kernel: Kernel,
  from: number,
  port: number,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  time: number,
): boolean {
  const table = kernel.state.capabilities[from] as CapabilityTable;
  if (!holdsKind(table, port, PORT)) return false;
  return reply(kernel, from, table.object[port] as number, op, w0, w1, w2, w3, time);
}

/**
 * One-way send with zero time-out: false when the receiver's memory-control thread is not waiting
 * for messages at this moment, and then nothing is sent.
 */
export function sendNow(
  kernel: Kernel,
  from: number,
  to: number,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  time: number,
): boolean {
  const receiver = kernel.state.tasks[to] as TaskState;
  return receiver.receiving && reply(kernel, from, to, op, w0, w1, w2, w3, time);
}

/**
 * Sends to a task directly: servers answer a caller so, and the nucleus reports. False when the
 * receiver is dead.
 */
export function reply(
  kernel: Kernel,
  from: number,
  to: number,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  time: number,
): boolean {
  const { state } = kernel;
  const receiver = state.tasks[to] as TaskState;
  if (isOver(receiver)) return false;
  const { kernelMax } = kernel.address;
  if (from > kernelMax || to > kernelMax) charge(kernel, MESSAGE, kernel.costs.messageNs);
  const sender = state.tasks[from] as TaskState;
  sender.messages++;
  // A client's own thread pays for itself; a server works on its caller's time.
  const account = receiver.space >= 0 ? to : state.account;
  enqueue(state.queue, op, from, to, account, w0, w1, w2, w3, time);
  if (kernel.tap !== null) kernel.tap(kernel);
  return true;
}

/**
 * Grants an object capability along with a message: it moves from `from`'s table into the
 * receiver's, whose slot becomes w0, and the message says so, which no sender can [CAP2]. False: no
 * such port or capability, the receiver's table is full, or nobody is listening; then the
 * capability stays where it was.
 */
export function sendCapability(
  kernel: Kernel,
  from: number,
  port: number,
  op: number,
  capability: number,
  w1: number,
  w2: number,
  w3: number,
): boolean {
  const source = kernel.state.capabilities[from] as CapabilityTable;
  if (!holdsKind(source, port, PORT)) return false;
  const kind = source.kind[capability];
  if (kind === undefined || kind === NOTHING) return false;
  const to = source.object[port] as number;
  const target = kernel.state.capabilities[to] as CapabilityTable;
  const object = source.object[capability] as number;
  const slot = addCapability(target, kind, object, source.generation[capability] as number);
  if (slot < 0) return false;
  if (!reply(kernel, from, to, op, slot, w1, w2, w3, 0)) {
    removeCapability(target, slot);
    return false;
  }
  newest(kernel.state.queue).cameAlong = true;
  removeCapability(source, capability);
  return true;
}

/** Delivers messages until none is under way. */
export function deliverAll(kernel: Kernel): void {
  deliver(kernel, DELIVERIES_MAX, null);
  assert(kernel.state.queue.count === 0, 'ipc: messages beget messages without end');
}

/** The same, but a client's thread that sends and hears for long has to wait for its next turn. */
export function deliverInTurn(kernel: Kernel): void {
  const { queue, tasks } = kernel.state;
  deliver(kernel, LONG, null);
  if (queue.count === 0) return;
  deliver(kernel, DELIVERIES_MAX, new Uint32Array(tasks.length));
  assert(queue.count === 0, 'ipc: servers beget messages without end');
}

/** `heard`: how many messages each task has had, where turns are counted. */
function deliver(kernel: Kernel, most: number, heard: Uint32Array | null): void {
  const { state } = kernel;
  const { queue, tasks, deferred, processors } = state;
  const { ranked } = kernel.schedule;
  for (let left = most; queue.count > 0 && left > 0; left--) {
    const message = dequeue(queue);
    const { op, from, to } = message;
    if (processors !== null && isHeld(kernel, processors, message)) continue;
    // The dead hear nothing, not even what was on its way.
    if (isOver(tasks[to] as TaskState)) continue;
    // A fault dies with its task: no central pager may map a page for the dead.
    if (op === FAULT && !isAlive(tasks[from] as TaskState)) continue;
    if ((ranked || deferred.length > 0) && isStarved(kernel, tasks[to] as TaskState)) {
      defer(kernel, message, tasks[to] as TaskState, true);
      continue;
    }
    if (heard !== null && isTurnOver(kernel, heard, tasks[to] as TaskState)) {
      defer(kernel, message, tasks[to] as TaskState, false);
      continue;
    }
    state.account = message.account;
    if (processors !== null) processors.stepping = to;
    const receiver = kernel.receivers[to] as Receiver;
    hand(kernel, receiver, to, message);
  }
}

/**
 * The receiver's step. The nucleus knows nobody by number; but with a call for each of those that came
 * first, who get most messages, V8 sees one function at each, and needs not look up whom to call.
 */
function hand(kernel: Kernel, receiver: Receiver, to: number, message: Message): void {
  const { state } = receiver;
  if (to === 1) receiver.step(kernel, state, message);
  else if (to === 2) receiver.step(kernel, state, message);
  else if (to === 3) receiver.step(kernel, state, message);
  else if (to === 4) receiver.step(kernel, state, message);
  else receiver.step(kernel, state, message);
}
