/** What a cell is made of: one management, one machine, one set of tasks; everything filled in. */

import type { HostileTask } from '../../clients/hostile/hostile.ts';
import type { ContractEvent } from '../../contracts/events.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { StepEvent } from '../../contracts/step-records.ts';
import type { TermsWish } from '../../contracts/terms.ts';
import type { Consistency } from '../../nucleus/processors.ts';
import type { PageKinds } from '../../paging/page-kinds.ts';
import type { PageoutDefences } from '../../servers/central/reserves.ts';
import type { PlantedBug } from '../../servers/memory/state.ts';
import type { Costs } from '../../sim-hw/costs/index.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import type { CentralName, CentralSettings } from './centrals.ts';
import type {
  ArchivePlan,
  DiskPlan,
  DiskTaskPlan,
  ExternalPagerPlan,
  FileServerPlan,
  PolicyServerPlan,
  ReadingPlan,
  StreamPlan,
  SwapPlan,
} from './server-plans.ts';
import type { WindowPlan } from './windows.ts';

/** How a task's memory is managed, its defaults filled in, its program read. */
export interface CellTask {
  readonly name: string;
  readonly program: ReferenceString;
  /** Of its threads beside the first, over the same pages; absent: it has none. */
  readonly threads?: readonly ReferenceString[];
  /** 4096 or 2097152: at 2 MiB the program has been read in units of 512 pages. */
  readonly pageBytes: number;
  readonly policy: Policy;
  readonly policyParameters: Readonly<Record<string, number>>;
  readonly guaranteed: number;
  readonly extra: number;
  /** First touch reads zeros, or the program's image from swap. */
  readonly initial: 'zero' | 'image';
  readonly atEnd: 'exit' | 'restart';
  /** Start on the clock of terms. */
  readonly start: number;
  readonly hostile: HostileTask | null;
  /** Dense page ids [from, to) that hold scratch: dropped, never swapped. */
  readonly scratch: readonly (readonly [number, number])[];
  /** First touches need no zeros (the program overwrites). */
  readonly zeroFill: boolean;
  /** Contract changes the task asks for at its own times (references it has executed). */
  readonly renegotiate: readonly { at: number; guaranteed: number; extra: number }[];
  /** Renews its contract before it runs out. */
  readonly renews: boolean;
  /** CPU priority: higher runs first, and before others' memory-control threads too. */
  readonly cpu: number;
  /** The task is killed at this moment of the clock of terms, or never (null). */
  readonly killAt: number | null;
  /** References of one operation; absent: operations are not counted. */
  readonly operation?: number | undefined;
  /** What its pager is told of parts of its pages. */
  readonly kinds: PageKinds;
  /** Follows the advice of the policy server, where there is one. */
  readonly adapts?: boolean;
  /** Frames of the final pager behind its own; absent or null: its pager's records are wired. */
  readonly finalFrames?: number | null;
  /** Pages [from, to) that it reads from archives, in a container of its own that it lends them. */
  readonly reads?: ReadingPlan | null;
  /** Its disk contract, where there is a disk server. */
  readonly disk?: DiskTaskPlan | null;
  /** A file that it reads from the disk server while its program runs. */
  readonly streams?: StreamPlan | null;
  /** The memory server that it deals with: 1 is the machine's own; absent: the deepest. */
  readonly level?: number;
}

export interface CellMachine {
  readonly costs: string;
  readonly pageTable: string;
  readonly tlb: string;
  readonly device: string;
  /** Frames of memory, before pagers' and servers' own are taken off. */
  readonly frames: number;
  /** Frames of pagers and servers are taken from `frames` ('counted') or not ('outside'). */
  readonly pagerFrames: 'counted' | 'outside';
  /** Figures of the cost profile that are others here. */
  readonly figures?: Partial<Costs>;
  /** A page is 2^k hardware pages; absent: 4096, or the hardware's own if these are larger. */
  readonly pageBytes?: number;
  /** The NS32082's. */
  readonly erratum?: boolean;
  /** Mappings dropped at random before each turn of a program; absent: none. */
  readonly drops?: number;
  /** Whether pages have bytes, or stamps alone (sim-hw/contents.ts). */
  readonly fidelity?: 'stamped' | 'bytes';
  /** CPUs, 1 if absent, and how they keep their TLBs consistent (nucleus/tlb-consistency.ts). */
  readonly cpus?: number;
  readonly tlbConsistency?: Consistency;
}

/** Where the parts of a central management live (scenarios: `central`). */
export interface CentralParts extends CentralSettings {
  readonly kernel: 'servers' | 'one';
  readonly defaultPager: 'server' | 'kernel';
  readonly pager: 'kernel' | 'server';
}

/** What task `parent` splits off its contract, and who lives on it. */
export interface ContractPart {
  readonly parent: number;
  readonly tasks: readonly number[];
  readonly guaranteed: number;
  readonly extra: number;
}

export interface CellOptions {
  readonly management: 'contracts' | 'unlimited' | CentralName;
  readonly machine: CellMachine;
  readonly terms: TermsWish;
  readonly schedule: 'slices' | 'lockstep';
  /** Slice length on the clock of terms. */
  readonly slice: number;
  /** Clock of terms, slices and deadlines. */
  readonly clock: 'ns' | 'references';
  readonly tasks: readonly CellTask[];
  readonly seed: number;
  /** Who executes the hot loop, to the same results; absent: a kernel where there is much to execute. */
  readonly hotLoop?: 'compiled' | 'plain';
  readonly oracles: boolean;
  /** Results tell what the page table cost, and what the run left behind. */
  readonly tellsPageTable?: boolean;
  /** Free frames every pager keeps ahead of need (write-behind); 0 evicts at the fault. */
  readonly spareFrames: number;
  /** Decides about guarantees and extras under contracts; absent: first come, first served. */
  readonly policyServer?: PolicyServerPlan | null;
  /** By task: credits at the start and a second, where the terms name a price; null: no end of them. */
  readonly purses?: readonly { readonly budget: number | null; readonly income: number }[];
  /** Contracts that are parts of another task's, by place in `tasks`; several tasks share one. */
  readonly parts?: readonly ContractPart[];
  /** Stretches of time in which each task is counted apart. */
  readonly windows?: readonly WindowPlan[];
  readonly archives?: readonly ArchivePlan[];
  /** A disk server that swap and files share; absent: swap has the device for itself. */
  readonly disk?: DiskPlan | null;
  /** Under contracts: memory servers that stand behind one another. */
  readonly memoryServers?: { readonly depth: number };
  /** Absent or null: a plain device. */
  readonly swap?: SwapPlan | null;
  readonly files?: readonly FileServerPlan[];
  /** Under contracts: frames are moved at random, one in so many ticks (lab/run/mover.ts). */
  readonly relocate?: { readonly every: number } | null;
  /** Under contracts and Mach: pagers between tasks and swap; and whether cycles of them are let through. */
  readonly externalPagers?: readonly ExternalPagerPlan[];
  readonly backsItself?: boolean;
  /** Under Mach with external pagers: what its pageout daemon does without; absent: nothing. */
  readonly pageout?: PageoutDefences;
  readonly observer?: (event: ContractEvent) => void;
  /** Told of every protocol step; what nobody asks for costs nothing. */
  readonly stepped?: (event: StepEvent) => void;
  /** Longest a server may hold a lock, on the clock of terms; far above any transfer if absent. */
  readonly lockMax?: number;
  /** Test only: one rule is off, so that oracles can be seen to notice. */
  readonly planted?: PlantedBug;
  /** Where the parts of a central management live; absent: each is a server, entered by the trap. */
  readonly central?: CentralParts;
  /** Called now and then (every few thousand faults) with the references executed so far. */
  readonly progress?: (references: number) => void;
}
