/**
 * Policy: all that a page-replacement policy may see and answer.
 *
 * A policy is a plugin: one file with a default export of type `Policy`. It imports this file, lists
 * or a heap of pages (page-lists.ts, page-heap.ts) if it needs them, and nothing else, so it runs in
 * Node, in a worker and in a browser unchanged. Its state is plain data (numbers, booleans, strings,
 * arrays, typed arrays, plain objects): a run can then be cloned in the middle and hashed. Pages are
 * dense ids 0..pages-1 of the policy's own task; time is the task's own time (references it has
 * executed), so nothing another task does can leak in.
 *
 * Real hardware shows a pager its faults and, when it scans, referenced and modified bits. Only an
 * oracle sees each reference. A policy declares the sight it needs; the table shows what it had.
 *
 *   none      admissions and removals only
 *   hardware  referenced / modified bits through `view`, each look charged as a scan
 *   oracle    every reference, in order, handed over in batches (`referencesSeen`)
 *   future    oracle sight plus the time of each page's next use (offline bounds)
 */

export type Sight = 'none' | 'hardware' | 'oracle' | 'future';

/** What `create` is told. Sizes are capacities: allocate state once, by them. */
export interface PolicyContext {
  /** Pages of the task: dense ids run from 0 to pages - 1. */
  readonly pages: number;
  /** Frames the contract guarantees; the resident set may grow beyond by extras. */
  readonly guaranteedFrames: number;
  /** Settings of this policy from the scenario (`policy: { name, ... }`). */
  readonly parameters: Readonly<Record<string, number>>;
  /** 32-bit seed of the policy's own, split by task name. */
  readonly seed: number;
}

/** What a policy may look at while it answers. Looks at hardware bits cost virtual time. */
export interface PolicyView {
  /** The task's own time: references executed so far. */
  now(): number;
  /** Hardware sight: has the page been touched since its referenced bit was last cleared? */
  referenced(page: number): boolean;
  /** Hardware sight: clear the referenced bit (drops the page's TLB entry). */
  clearReferenced(page: number): void;
  /** Hardware sight: has the page been written since it was last made clean? */
  modified(page: number): boolean;
  /** False while a page cannot be given up: its own I/O is under way, it is wired, or by priority. */
  evictable(page: number): boolean;
  /** What the task declared, -64 to 63; 0: yours to order. Free of charge. */
  priority(page: number): number;
  /**
   * In `victim`: the page whose fault the frame is for; -1 where a victim is wanted for another reason
   * (the reserve, a notice), and outside of `victim`. Free of charge: the pager was told of the fault.
   */
  wanted(): number;
  /** Declared discardable: giving it up writes nothing, having it back takes the task's own time. */
  discardable(page: number): boolean;
}

/** A batch of the task's own references, oldest first: runs[from..to) have been executed. */
export interface ReferenceBatch {
  /** Packed runs (`sim-hw/references.ts`): page = run >>> 8, write = ((run >>> 6) & 3) === 1. */
  readonly runs: Uint32Array;
  readonly from: number;
  readonly to: number;
  /**
   * Future sight only, else empty: nextUse[i] is the index of the next run (after i) that touches
   * the page of run i, or 0xffffffff when there is none.
   */
  readonly nextUse: Uint32Array;
}

/** What a parameter may be: from `least` to `most`, both included. */
export interface ParameterRange {
  readonly least: number;
  readonly most: number;
  /** Whole numbers alone. */
  readonly whole?: boolean;
  /** What it says, with its unit, for lists of parameters. */
  readonly means: string;
}

/** Parameters by name. */
export type ParameterRanges = Readonly<Record<string, ParameterRange>>;

export interface Policy<State = unknown> {
  readonly name: string;
  readonly sight: Sight;
  /** One line for the table and for --help: what it does and the paper it comes from. */
  readonly summary: string;
  /** Parameters with their defaults; a scenario may set these and no others. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** What each may be, so that `create` need not check; one that is not named may be any number. */
  readonly ranges?: ParameterRanges;
  create(context: PolicyContext): State;
  /** `page` has got a frame (its faulting reference executes right after). */
  admitted(state: State, page: number, view: PolicyView): void;
  /** `page` no longer has a frame: evicted, dropped, returned or repossessed. */
  removed(state: State, page: number, view: PolicyView): void;
  /** Oracle and future sight: references executed since the last call, in order. */
  referencesSeen?(state: State, batch: ReferenceBatch): void;
  /**
   * A frame is needed: name a resident, evictable page to give up. The pager then calls `removed`.
   * At least one page is resident and evictable whenever this is called.
   */
  victim(state: State, view: PolicyView): number;
  /**
   * Variable space: a resident, evictable page that the policy wants no longer, or -1. Asked again and
   * again once a fault has its frame, until it says -1; the pager gives each page up, and its frame back.
   */
  outside?(state: State, view: PolicyView): number;
  /**
   * Oracle sight: whether references may be shown gathered as in `batch`: each page once, in the order of
   * its last reference, as long as all of them together (64: that many or more), a write if any was. None
   * of them is a fault, and all their pages have frames. Yes only where every answer after it is what it
   * would be after the runs themselves: where hits mark a page, count its references, move it to the
   * front. Asked before the batch is shown; changes nothing. Absent: no. [POL20]
   */
  digest?(state: State, batch: ReferenceBatch): boolean;
  /** Re-sums the policy's own structures; returns what is wrong, or undefined. For tests. */
  check?(state: State): string | undefined;
}
