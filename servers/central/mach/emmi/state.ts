/**
 * The kernel's side of external memory management: its state, plain data beside the state of the
 * virtual memory that it speaks for.
 *
 *   managed    by pager of the virtual memory: the task that it is, and how far the two have got
 *   waits      accesses that cannot pass yet, in the order they came
 *   requests   what pagers have been asked for, and have not answered
 *   laundry    pages that pagers have been sent, until they let go of them
 *   unasked    pages that pagers have given without being asked, until somebody touches them
 */

import type { Need } from '../vm/external-pagers.ts';
import { NONE as VM_NONE, type Vm, type VmState } from '../vm/index.ts';

export const NONE = VM_NONE;

/** Words of the two timers. */
export const WAITING = 0;
export const LAUNDRY = 1;

/**
 *   new --(somebody maps it: init is sent)--> asked --(set_attributes, ready)--> ready
 *   any --(destroy, death of the pager, laundry without end)--> destroyed
 *   any --(nobody maps it any more, and it may not be cached: terminate)--> no record (records.ts)
 */
export type ObjectStatus = 'new' | 'asked' | 'ready' | 'destroyed';

/** A memory object of a pager that somebody maps, or that is cached. */
export interface ManagedObject {
  /** Place of the record, and of the pager in the virtual memory. */
  readonly pager: number;
  /** What the pager calls it by when it speaks to the kernel. */
  readonly control: number;
  /** The task that mapped it first, and is charged for the record; 0: nobody any more. */
  mapper: number;
  /** The pager's task, and its own number of the object. */
  readonly task: number;
  readonly object: number;
  status: ObjectStatus;
  /** Attributes were set the old way: changed pages come as data_write. */
  isOld: boolean;
  /** pager_readonly: whoever writes gets an object of his own. */
  isReadOnly: boolean;
  /** Made by the kernel, and paged by the default pager: offsets that it has been sent before. */
  initialized: number[] | null;
}

/** An access, or the copy of a range, that waits for a pager. */
export interface Wait {
  readonly id: number;
  readonly what: 'access' | 'copy';
  readonly task: number;
  readonly tag: number;
  /** In bytes. */
  readonly address: number;
  readonly size: number;
  readonly access: number;
  readonly since: number;
  pager: number;
  offset: number;
  /** Since when it waits for that. */
  asked: number;
  /** Requests that it has made. */
  misses: number;
}

/** What a pager has been asked for. */
export type Request = Need;

export interface Place {
  readonly pager: number;
  readonly offset: number;
}

export interface Laundry {
  readonly id: number;
  readonly task: number;
  /** In pages, in the pager's space. */
  readonly address: number;
  /** Object of the virtual memory that it is. */
  readonly object: number;
  readonly since: number;
  /** The pager has had its time. */
  isLate: boolean;
}

/** Of a task: what its accesses came to. */
export interface TaskRecord {
  /** Task of the virtual memory, or NONE. */
  vmTask: number;
  faults: number;
  errors: number;
  waitedNs: number;
  /** It has memory to send, and waits until what it sent before has been taken. */
  isHeldUp: boolean;
}

export interface EmmiCounts {
  requests: number;
  unlocks: number;
  returned: number;
  silences: number;
  unaskedRefused: number;
  unaskedDropped: number;
  paidTwice: number;
  destroyed: number;
}

export interface EmmiState {
  readonly id: number;
  readonly vm: VmState;
  /** By pager of the virtual memory. */
  readonly managed: (ManagedObject | null)[];
  /** By the same: how many records there have been. */
  readonly generations: number[];
  readonly waits: Wait[];
  readonly requests: Request[];
  readonly laundry: Laundry[];
  readonly unasked: Place[];
  /** Memory that pagers have sent off, and to whom it belongs. */
  readonly underWay: { readonly memory: number; readonly from: number }[];
  /** By task of the nucleus. */
  readonly tasks: (TaskRecord | null)[];
  /** The task that pages objects of the kernel's own, or 0: the kernel does. */
  defaultPager: number;
  nextId: number;
  /** When the timer for waits, and that for laundry, is set for, or NONE. */
  patienceUntil: number;
  laundryUntil: number;
  readonly counts: EmmiCounts;
  /** Deadlocks that were found, by the names of their tasks: the last few. */
  readonly deadlocks: string[];
}

export interface EmmiParameters {
  /** How long a task waits for its pager before it is told that there is no memory there. */
  readonly patienceNs: number;
  /** What is done then: a memory exception, zeros, or nothing: it waits on. */
  readonly onSilence: 'error' | 'zeros' | 'wait';
  /** How long a pager may hold on to a page that it was sent. */
  readonly laundryNs: number;
  /** Pages that one pager may hold on to longer than that before its objects are destroyed. */
  readonly laundryMax: number;
  /** Untouched pages that one pager may have in memory without being asked. */
  readonly unaskedMax: number;
  /** Memory objects that one task may have been the first to map. */
  readonly objectsMax: number;
  /** Places of its space that one task may have mapped something at. */
  readonly mappingsMax: number;
}

/**
 * Chosen here. Mach leaves the time-out to whoever boots it (Young et al. 1987, section 6.2.1), and XNU
 * and GNU Mach have their flow control in counts of a burst, not in times.
 */
export const DEFAULT_EMMI: EmmiParameters = {
  patienceNs: 1_000_000_000,
  onSilence: 'error',
  laundryNs: 100_000_000,
  laundryMax: 64,
  unaskedMax: 8,
  objectsMax: 256,
  mappingsMax: 1024,
};

/** What does not change in a run, and the state: what everything here works on. */
export interface Emmi {
  readonly state: EmmiState;
  readonly vm: Vm;
  readonly parameters: EmmiParameters;
}

export function createEmmiState(id: number, vm: VmState): EmmiState {
  return {
    id,
    vm,
    managed: [],
    generations: [],
    waits: [],
    requests: [],
    laundry: [],
    unasked: [],
    underWay: [],
    tasks: [],
    defaultPager: 0,
    nextId: 1,
    patienceUntil: NONE,
    laundryUntil: NONE,
    counts: {
      requests: 0,
      unlocks: 0,
      returned: 0,
      silences: 0,
      unaskedRefused: 0,
      unaskedDropped: 0,
      paidTwice: 0,
      destroyed: 0,
    },
    deadlocks: [],
  };
}

/** The managed object of a pager of the virtual memory; undefined: there is none. */
export function managedOf({ state }: Emmi, pager: number): ManagedObject | undefined {
  return state.managed[pager] ?? undefined;
}

export function recordOfTask({ state }: Emmi, task: number): TaskRecord | undefined {
  return state.tasks[task] ?? undefined;
}

/** Takes what `isGone` says off the list. */
export function removeFrom<R>(list: R[], isGone: (one: R) => boolean): void {
  for (let at = list.length - 1; at >= 0; at--) if (isGone(list[at] as R)) list.splice(at, 1);
}
