/** Parts of a kernel: all that is fixed about one before its run begins. */

import type { SpaceState } from '../sim-hw/address-space.ts';
import type { Costs } from '../sim-hw/costs/profile.ts';
import type { Executor } from '../sim-hw/executor.ts';
import type { FramesState } from '../sim-hw/frames.ts';
import type { PageTableFormat, PageTableState } from '../sim-hw/page-table/format.ts';
import type { ReferenceString } from '../sim-hw/references.ts';
import type { MmuState } from '../sim-hw/translation.ts';
import type { Processors } from './processors.ts';

export interface Schedule {
  readonly kind: 'slices' | 'lockstep';
  /** Length of a slice, in nanoseconds or references as the scenario counts. */
  readonly slice: number;
  /** Tasks differ in CPU priority. */
  readonly ranked: boolean;
  /** A task that waits for a device gives the CPU away (false: it keeps its turn). */
  readonly overlap: boolean;
  /** What a program that has reached its end does. */
  readonly atEnd: readonly ('exit' | 'restart')[];
}

/** Which parts of the system share an address space: between these a message is a call, for free. */
export interface AddressSpaces {
  /** Tasks up to this id are one kernel; 0: the nucleus alone. */
  readonly kernelMax: number;
  /** A pager of others is a task like others: each of their faults is two messages more. */
  readonly pagerApart: boolean;
}

export const NUCLEUS_ALONE: AddressSpaces = { kernelMax: 0, pagerApart: false };

/** Everything fixed about a kernel, for `createKernel`. */
export interface KernelParts {
  readonly costs: Costs;
  readonly format: PageTableFormat;
  readonly programs: readonly ReferenceString[];
  readonly schedule: Schedule;
  readonly frames: FramesState;
  readonly mmu: MmuState;
  readonly table: PageTableState;
  readonly spaces: SpaceState[];
  readonly countsReferences: boolean;
  /** Absent: one CPU. */
  readonly processors?: Processors;
  readonly windows: number;
  readonly messagesMax: number;
  readonly logsSegments: boolean;
  readonly planted?: string;
  readonly address?: AddressSpaces;
  /** Of the hot loop; absent: the machine's own loop. */
  readonly executor?: Executor | null;
}
