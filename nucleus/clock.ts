/**
 * The clock: whatever the CPU does is charged to a task and moves it; timers and device events are
 * due on it. Terms, graces and deadlines have a clock of their own, which in scenarios that count
 * references is the number of references executed.
 */

import { type EventQueueState, peekTime, popEvent, pushEvent } from '../sim-hw/event-queue.ts';
import { type Kernel, type KernelState, NUCLEUS, type Receiver } from './kernel.ts';
import { actingOne, type Processors } from './processors.ts';
import { enterStatus, isAlive, isOver, RUNNING, type TaskState } from './tasks.ts';

/** Charges CPU time to the account of what is being done, and moves the clock. */
export function charge(kernel: Kernel, part: number, ns: number): void {
  const { state } = kernel;
  let task = state.tasks[state.account] as TaskState;
  if (!isAlive(task)) task = state.tasks[NUCLEUS] as TaskState;
  if (state.processors !== null) task = payer(state, state.processors, task, part, ns);
  task.times[part] = (task.times[part] as number) + ns;
  if (task.status !== RUNNING) task.chargedNs += ns;
  state.nowNs += ns;
}

/**
 * Of several CPUs the one that acts spends the time. A task that runs on another one meanwhile lives
 * no longer for it: the nucleus bears what is done for it here.
 */
function payer(
  state: KernelState,
  processors: Processors,
  task: TaskState,
  part: number,
  ns: number,
): TaskState {
  const { times, running } = actingOne(processors);
  times[part] = (times[part] as number) + ns;
  const elsewhere = task.status === RUNNING && running !== task.id;
  return elsewhere ? (state.tasks[NUCLEUS] as TaskState) : task;
}

/** Now on the clock of terms, graces and deadlines. */
export function termNow(kernel: Kernel): number {
  const { state } = kernel;
  return state.countsReferences ? state.references : state.nowNs;
}

/** Whether the time of a timer, or of a device's completion, has come. */
export function isDue(kernel: Kernel): boolean {
  const { timers, deviceEvents, nowNs } = kernel.state;
  return peekTime(timers) <= termNow(kernel) || peekTime(deviceEvents) <= nowNs;
}

/** Sends TIMER to `receiver` at `time` on the clock of terms. */
export function timerAt(kernel: Kernel, time: number, receiver: number, word: number): void {
  pushEvent(kernel.state.timers, time, kernel.state.account, receiver, word);
}

/** Sends DEVICE_DONE to `receiver` at `timeNs`; the account of now pays for its handling. */
export function deviceEventAt(
  kernel: Kernel,
  timeNs: number,
  receiver: number,
  word: number,
): void {
  pushEvent(kernel.state.deviceEvents, timeNs, kernel.state.account, receiver, word);
}

/** Takes the event at the head of `queue` and hands it to its receiver, unless that is dead. */
export function fireEvent(kernel: Kernel, queue: EventQueueState, op: number): void {
  popEvent(queue);
  const { message, state } = kernel;
  if (isOver(state.tasks[queue.a] as TaskState)) return;
  message.op = op;
  message.from = NUCLEUS;
  message.to = queue.a;
  message.account = queue.kind;
  message.w0 = queue.b;
  state.account = queue.kind;
  if (state.processors !== null) state.processors.stepping = message.to;
  const receiver = kernel.receivers[message.to] as Receiver;
  receiver.step(kernel, receiver.state, message);
}

export function setStatus(kernel: Kernel, task: TaskState, status: number): void {
  enterStatus(task, status, kernel.state.nowNs);
}
