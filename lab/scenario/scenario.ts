/**
 * Scenario: what is to be compared, checked and with every default filled in, before any trace is
 * read. Times are ticks of the clock of terms (nanoseconds or references).
 */

import type { TermsWish } from '../../contracts/terms.ts';
import type { Consistency } from '../../nucleus/processors.ts';
import type { Costs } from '../../sim-hw/costs/index.ts';
import type { CellTask, CentralParts } from '../run/cell-options.ts';
import type { CentralName } from '../run/centrals.ts';
import type {
  ArchivePlan,
  DiskPlan,
  DiskTaskPlan,
  ExternalPagerPlan,
  FileServerPlan,
  ReadingPlan,
  StreamPlan,
  SwapPlan,
} from '../run/server-plans.ts';
import type { Expectation } from './expectations.ts';
import type { KindParts } from './page-kinds.ts';
import type { ProgramDescription } from './program-schema.ts';
import type { boundNames } from './schema.ts';
import type { Quantity } from './value-schemas.ts';

export type ManagementName =
  | 'contracts'
  | 'contracts-undefended'
  | 'contracts-equal'
  | 'mach-undefended'
  | CentralName;
export type BoundName = (typeof boundNames)[number];

export interface ScenarioMachine {
  readonly costs: string;
  readonly pageTable: string;
  readonly tlb: string;
  readonly device: string;
  readonly pagerFrames: 'counted' | 'outside';
  /** Figures of the cost profile that are others here. */
  readonly figures?: Partial<Costs>;
  readonly fidelity: 'stamped' | 'bytes';
  /** A page is 2^k hardware pages; absent: 4096, or the hardware's own if these are larger. */
  readonly pageBytes?: number;
  /** The NS32082's: writes that fault are reported as reads. */
  readonly erratum?: boolean;
  /** Mappings dropped at random before each turn of a program. */
  readonly drops?: number;
  readonly cpus: number;
  /** What several CPUs do about each other's TLBs. */
  readonly tlbConsistency: Consistency;
}

/** A policy of the house by name, or a file of somebody's own. */
export interface PolicyChoice {
  readonly name: string;
  /** As written, relative to the scenario; null for a policy of the house. */
  readonly file: string | null;
  readonly parameters: Readonly<Record<string, number>>;
}

/** A program of a thread beside the first: a trace, or generated. */
export interface ThreadChoice {
  readonly trace: string | null;
  readonly program: ProgramDescription | null;
  readonly limit: number | null;
}

export interface ScenarioTask {
  readonly name: string;
  /** As written, relative to the scenario; null when the program is generated. */
  readonly trace: string | null;
  readonly program: ProgramDescription | null;
  /** References to take at most. */
  readonly limit: number | null;
  /** Threads beside its first. */
  readonly threads: readonly ThreadChoice[];
  readonly policy: PolicyChoice;
  /** Frames asked for by name; null leaves the choice to the lab. */
  readonly guaranteed: Quantity | null;
  readonly extra: Quantity | null;
  /** Its contract is a part of that task's, or is shared with that one; null: its own. */
  readonly from: string | null;
  readonly sharedWith: string | null;
  readonly atEnd: 'exit' | 'restart';
  readonly initial: 'zero' | 'image';
  readonly pageBytes: number;
  /** Base-2 log of the frames a page takes. */
  readonly order: number;
  readonly scratch: readonly Scratch[];
  readonly zeroFill: boolean;
  readonly start: number;
  readonly hostile: CellTask['hostile'];
  readonly renegotiate: readonly { at: number; guaranteed: Quantity; extra: Quantity }[];
  readonly renews: boolean;
  readonly cpu: number;
  readonly killAt: number | null;
  readonly operation: number | undefined;
  /** The memory server that it deals with, or null: the deepest. */
  readonly level: number | null;
  readonly kinds: KindParts;
  /** Pages that it reads from archives, or null. */
  readonly reads: ReadingPlan | null;
  /** Its disk contract, and the file that it reads, or null. */
  readonly disk: DiskTaskPlan | null;
  readonly streams: StreamPlan | null;
  /** What it can pay for frames with; null: without end. */
  readonly budget: number | null;
  readonly income: number;
  /** For a policy server: its user or null, weight, priority. */
  readonly user: string | null;
  readonly weight: number;
  readonly priority: number;
  /** Follows its advice. */
  readonly adapts: boolean;
  /** Frames of the final pager behind its own, or null: there is none. */
  readonly finalFrames: number | null;
}

/** Dense page ids, or shares of them, from..to. */
export type Scratch = readonly [number, number] | { readonly pages: readonly [number, number] };

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly machine: ScenarioMachine;
  /** Memory sizes to compare at, in frames of 4 KiB. */
  readonly frames: readonly number[];
  readonly central: CentralParts;
  readonly schedule: 'slices' | 'lockstep';
  readonly slice: number;
  readonly clock: 'ns' | 'references';
  readonly spareFrames: number;
  readonly terms: TermsWish;
  readonly managements: readonly ManagementName[];
  readonly bounds: readonly BoundName[];
  /** Switches (switches.ts) that are set in undefended rows; empty: there is none. */
  readonly undefended: readonly string[];
  readonly guarantees: { readonly share: number; readonly from: 'curve' | 'equal' };
  readonly tasks: readonly ScenarioTask[];
  readonly expectations: readonly Expectation[];
  readonly policyServer: PolicyServerChoice | null;
  /** Stretches of time in which tasks are counted apart, on the clock of terms. */
  readonly windows: readonly {
    readonly name: string;
    readonly from: number;
    readonly to: number;
  }[];
  readonly archives: readonly ArchivePlan[];
  /** A disk server that swap and files share, or null. */
  readonly disk: DiskPlan | null;
  readonly externalPagers: readonly ExternalPagerPlan[];
  /** Memory servers behind one another. */
  readonly memoryServers: { readonly depth: number };
  /** Layers of swap, or null: a plain device. */
  readonly swap: SwapPlan | null;
  readonly files: readonly FileServerPlan[];
  /** Frames are moved at random, one in so many ticks; or null. */
  readonly relocate: { readonly every: number } | null;
}

/** Quotas of a user; a quota that is absent is all of memory. */
export interface PolicyUser {
  readonly name: string;
  readonly guaranteed?: Quantity | undefined;
  readonly held?: Quantity | undefined;
  readonly swap?: number | undefined;
}

export interface PolicyServerChoice {
  readonly start: number;
  readonly replaceAt: number | null;
  readonly diesAt: number | null;
  readonly period: number;
  readonly users: readonly PolicyUser[];
  /** The same users in the same order, with quotas of its own. */
  readonly successor: { readonly users: readonly PolicyUser[] } | null;
}

/** Frames that a quantity comes to in a memory of `memory` frames. */
export function framesOf(quantity: Quantity, memory: number): number {
  if (typeof quantity === 'number') return quantity;
  return Math.floor((memory * Number.parseFloat(quantity)) / 100);
}
