/**
 * Probe: what oracles, logs and checkers are told as it happens. They change nothing; a kernel without
 * one pays a test at each place.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import type { Kernel } from './kernel.ts';

/** What oracles are told as it happens; see lab/oracles. Absent probes cost one test. */
export interface Probe {
  mapped(kernel: Kernel, task: number, page: number, frame: number): void;
  /** `entry` is the page-table entry that went; the TLB has been told. */
  unmapped(kernel: Kernel, space: SpaceState, page: number, entry: number): void;
  resumed(kernel: Kernel, task: number, page: number, how: number): void;
  /** A run of 2^order frames has come into `task`'s hands. */
  granted(kernel: Kernel, task: number, frame: number, order: number): void;
  /** It has left them: RETURNED, TAKEN, INHERITED or RECLAIMED. Its contents are still there. */
  released(kernel: Kernel, task: number, frame: number, order: number, cause: number): void;
  /** The run of 2^order frames at `frame` is `task`'s as before, and lies at `into` now. */
  moved?(kernel: Kernel, task: number, frame: number, order: number, into: number): void;
  /** A task has said of its pages [from, to) what they are to it (advice.ts). */
  advised?(kernel: Kernel, task: number, from: number, to: number, what: number): void;
  /** A device has moved data through a window. */
  transferred(kernel: Kernel, window: number, frame: number): void;
  /**
   * Where there are several CPUs: in a batch that began at `fromNs` a program of `task` wrote through
   * a translation that the table had no more since `sinceNs`.
   */
  writtenStale?(kernel: Kernel, task: number, fromNs: number, sinceNs: number): void;
  clockMoved(kernel: Kernel): void;
}

/** Why frames left their holder's hands. */
export const RETURNED = 0;
export const TAKEN = 1;
export const INHERITED = 2;
/** With a run that was taken from the server it was lent by. */
export const RECLAIMED = 3;
