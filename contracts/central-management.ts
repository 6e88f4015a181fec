/**
 * Central management: all that a pager for every task may see and do. It is a `Policy` (policy.ts)
 * over the pages of all tasks, and on top of it, where it says `control: 'pages'`:
 *
 *   keeps lists     takes a page from its task and leaves it in its frame: whoever touches it has it
 *                   back by a soft fault (the free and modified lists of VMS, inactive queues)
 *   cleans          has a page written while it stays in its frame; several at a time are a cluster
 *   ticks           is called once a period of the clock of terms
 *   limits          says of a fault that it must be served from the task's own pages
 *   suspends        stops a task altogether (swapper, load control)
 *
 * A management is a plugin: one file with a default export, listed in `servers/central/index.ts`.
 * Its state is plain data, as a policy's. Pages are numbered through all tasks, members in the order
 * of the scenario. All it does goes through its view, and is charged there once: a look at hardware
 * bits one scan step, `unmap` one mapping operation, `clean` that and the messages and I/O wait of a
 * transfer, a fault on a page that was unmapped one trap and one mapping operation; what a tick costs
 * is charged to nobody's task, but moves the clock for all. Lists and counts cost nothing, as in any
 * policy.
 */

import type { ParameterRanges, Policy, PolicyContext, PolicyView } from './policy.ts';

/** One task, as a central pager knows it. */
export interface CentralMember {
  readonly name: string;
  /** Its pages are firstPage to firstPage + pages - 1. */
  readonly firstPage: number;
  readonly pages: number;
  /** Settings for this task: those of `taskParameters`, the scenario's before the defaults. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Settings of its own policy, for a management that asks it (`ofTasks`). */
  readonly policyParameters?: Readonly<Record<string, number>>;
}

export interface CentralContext extends PolicyContext {
  readonly members: readonly CentralMember[];
}

/** What a management may look at and do, while it is called. Members and pages are numbers. */
export interface CentralView extends PolicyView {
  /** Frames of all tasks together, those that are free now, and those that will be when written. */
  frames(): number;
  freeFrames(): number;
  comingFrames(): number;
  /** Whose fault this call is about, or -1. */
  faulting(): number;
  memberOf(page: number): number;
  /** Frames with pages of the member, those included that are being written out. */
  framesOf(member: number): number;
  /** References that the member has executed: its own virtual time. */
  taskTime(member: number): number;
  /** False once the task has ended. */
  isLiving(member: number): boolean;
  /** Takes an evictable page from its task; it stays in its frame. No effect on one taken before. */
  unmap(page: number): void;
  isUnmapped(page: number): boolean;
  /**
   * Begins to write a modified page, which stays in its frame and is not evictable meanwhile; then
   * `cleaned` is called. False: it is not modified, not evictable, or enough is under way.
   */
  clean(page: number): boolean;
  /** The member runs no more until `resume`; what it waits for it gets then. */
  suspend(member: number): void;
  resume(member: number): void;
}

/** Frames at which the pager begins to free more, and at which it stops. */
export interface Thresholds {
  readonly freeMin: number;
  readonly freeTarget: number;
}

/** Once in how many ticks of the clock of terms: nanoseconds, or references. */
export interface Period {
  readonly ns: number;
  readonly references: number;
}

export interface CentralManagement<State = unknown>
  extends Omit<Policy<State>, 'create' | 'admitted' | 'removed' | 'victim'> {
  /** victims: names them and nothing else. pages: does all that its view offers. */
  readonly control: 'victims' | 'pages';
  /** Settings for single tasks with their defaults (scenario: `central.tasks`). */
  readonly taskParameters?: Readonly<Record<string, number>>;
  readonly taskRanges?: ParameterRanges;
  /** Mach's default pager stands before its swap. */
  readonly hasDefaultPager?: boolean;
  /** External pagers may page for its tasks, and it has the reserves for that. */
  readonly servesExternalPagers?: boolean;
  /** Pages that it writes go to slots of swap side by side, in runs of so many (uvm). */
  readonly slotRun?: number;
  /** Calls `ticked` so often. A scenario's parameter `period` goes before it. */
  readonly period?: Period;
  /**
   * The same management, made for a run in which these policies, by member, have a say. Who asks them,
   * or declares oracle sight, is no rival of self-paging in a verdict (lab/report/rivals.ts).
   */
  ofTasks?(policies: readonly Policy[]): CentralManagement;
  /** Absent: none is kept free beyond the scenario's `spareFrames`. */
  thresholds?(frames: number, parameters: Readonly<Record<string, number>>): Thresholds;
  create(context: CentralContext): State;
  /** `page` has got a frame. */
  admitted(state: State, page: number, view: CentralView): void;
  /** `page` has no frame any more. */
  removed(state: State, page: number, view: CentralView): void;
  /** A page that was unmapped has been touched, and is about to be mapped again. */
  rescued?(state: State, page: number, view: CentralView): void;
  /** What `clean` began is done: the page is clean, and evictable again. */
  cleaned?(state: State, page: number, view: CentralView): void;
  /** A member has ended; all its pages are removed but those that are in transfers. */
  ended?(state: State, member: number, view: CentralView): void;
  /** The period is over. Returns for how many pages `victim` shall be asked now. */
  ticked?(state: State, view: CentralView): number;
  /** False: a fault of `member` gets no free frame, but that of a victim (`view.faulting()`). */
  mayTakeFree?(state: State, member: number, view: CentralView): boolean;
  /** A frame is needed: name a resident, evictable page to give up. */
  victim(state: State, view: CentralView): number;
  /** What the table should tell at the end of a run. */
  counters?(state: State): Readonly<Record<string, number>>;
}
