/**
 * Threads: a task whose address space several programs share, each a thread with a place, a status,
 * a slice and an account of time of its own. They run on any CPUs, at once where there are several.
 *
 *   a thread faults --> no fault of the task is with its pager --FAULT--> resumed --> it goes on
 *                   --> one is: in line --> that one has run: each in its order looks again
 *                                             the page is there by now --> goes on, soft
 *                                             it is not --> its FAULT is told, the rest waits on
 *
 * The pager knows the task and not its threads: it has one fault of a task at a time, as a
 * memory-control thread serves one after the other [CPU11]. The first thread is the task itself; the
 * others are records of the same kind that nobody sends to. The task ends with its last thread.
 *
 * Left out: several faults of one task with its pager at once, threads that start or wait for each
 * other by themselves, threads that begin again.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import type { ReferenceString } from '../sim-hw/references.ts';
import { addTask, type Kernel, type KernelState } from './kernel.ts';
import type { TaskState } from './tasks.ts';

/** Of a task that is one thread; and no thread at all. */
export const NONE = -1;

/** A task with several threads. */
export interface ThreadGroup {
  /** Its first thread: what everybody else knows as the task. */
  readonly leader: number;
  /** The others. */
  readonly threads: number[];
  /** Whose fault its pager has, or who has not run since that was settled; or NONE. */
  serving: number;
  /** Who faulted meanwhile, in their order, and how each wanted its page. */
  readonly line: number[];
  readonly kinds: number[];
  /** Threads that have not come to their end. */
  left: number;
  /** Faults that found their page mapped when their turn came. */
  foundMapped: number;
}

/** One thread more for a task that is one thread, or has several. Its pages are the task's. */
export function addThread(kernel: Kernel, leader: number, program: ReferenceString): number {
  const { state } = kernel;
  const task = state.tasks[leader] as TaskState;
  if (task.group === NONE) {
    task.group = state.groups.length;
    const counts = { serving: NONE, left: 1, foundMapped: 0 };
    state.groups.push({ leader, threads: [], line: [], kinds: [], ...counts });
  }
  const group = state.groups[task.group] as ThreadGroup;
  const name = `${task.name}.${group.threads.length + 2}`;
  const id = addTask(kernel, name, task.space, { step: () => {}, state: {} }, 1);
  // The task ends once.
  state.unfinished--;
  const thread = state.tasks[id] as TaskState;
  thread.group = task.group;
  thread.place = state.places.length;
  thread.cpu = task.cpu;
  thread.pager = leader;
  group.threads.push(id);
  group.left++;
  const space = state.spaces[task.space] as SpaceState;
  state.places.push({ ...space, cursor: 0, offset: 0 });
  kernel.threadPrograms.push(program);
  return id;
}

/** The address space of `task`, with the place where it is in its program. */
export function placeIn(state: KernelState, task: TaskState): SpaceState {
  const { place, space } = task;
  return (place === NONE ? state.spaces[space] : state.places[place]) as SpaceState;
}

/** What `task` runs. */
export function programOf(kernel: Kernel, { place, space }: TaskState): ReferenceString {
  return (
    place === NONE ? kernel.programs[space] : kernel.threadPrograms[place]
  ) as ReferenceString;
}

/** The threads of `task` beside its first one. */
export function otherThreads(state: KernelState, { group }: TaskState): TaskState[] {
  if (group === NONE) return [];
  const { threads } = state.groups[group] as ThreadGroup;
  return threads.map((id) => state.tasks[id] as TaskState);
}

/** Nobody's fault is waited for any more. */
export function forgetLine(group: ThreadGroup): void {
  group.serving = NONE;
  group.line.length = 0;
  group.kinds.length = 0;
}

/** What everybody else knows `task` as. */
export function leaderOf(state: KernelState, { id, group }: TaskState): number {
  return group === NONE ? id : (state.groups[group] as ThreadGroup).leader;
}

/** Of the task that a pager names: the thread whose fault it has. */
export function faulterOf(state: KernelState, target: number): TaskState | undefined {
  const task = state.tasks[target];
  if (task === undefined || task.group === NONE) return task;
  const { serving } = state.groups[task.group] as ThreadGroup;
  return serving === NONE ? task : state.tasks[serving];
}

/** Whether the fault of `task` may be told now; else it is in line. */
export function takesTurn(state: KernelState, task: TaskState, kind: number): boolean {
  const group = state.groups[task.group] as ThreadGroup;
  if (group.serving === NONE) {
    group.serving = task.id;
    return true;
  }
  group.line.push(task.id);
  group.kinds.push(kind);
  return false;
}
