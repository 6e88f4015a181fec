/**
 * Results: what a run says, as the `--json` document holds it. Data dictionary with units:
 * docs/results.md. No wall time and no path is in it: the same seed gives the same bytes.
 */

export interface TimeNs {
  program: number;
  translation: number;
  trap: number;
  message: number;
  scan: number;
  zero: number;
  ioWait: number;
  cpuWait: number;
  rest: number;
}

/** A thread beside a task's first: its part of the task's counts, and its own time. */
export interface ThreadResult {
  references: number;
  faults: number;
  stallNs: number;
  virtualNs: number;
  timeNs: TimeNs;
}

export interface TaskResult {
  name: string;
  references: number;
  faults: number;
  compulsoryFaults: number;
  hardFaults: number;
  softFaults: number;
  lostFaults: number;
  regeneratedFaults: number;
  pageIns: number;
  pageOuts: number;
  revocationsMet: number;
  revocationsMissed: number;
  revocationsPartly: number;
  messages: number;
  /** Completion: end less start. `timeNs` sums to it exactly. Blank (null) for bounds. */
  virtualNs: number | null;
  timeNs: TimeNs | null;
  stallNs: number | null;
  faultNsMean: number | null;
  faultNsP99: number | null;
  framesMean: number;
  framesMax: number;
  /** Credits charged for frames, where the terms name a price. */
  charged?: number | undefined;
  /** Bytes of the records that the memory server kept for it at most, if it kept any. */
  metadataBytesMax?: number | undefined;
  /** Frames that it had given for page tables at most, where these are charged. */
  tableFramesMax?: number | undefined;
  /** 99th percentile of the time in faults of an operation, where it says how long one is. */
  operationNsP99?: number | undefined;
  /** By name, where the scenario names windows. */
  windows?: Record<string, WindowResult> | undefined;
  /** Walks of the page table, where some task makes superpages; the rest is that task's own. */
  tlbWalks?: number | undefined;
  promotions?: number | undefined;
  demotions?: number | undefined;
  reservations?: number | undefined;
  reservationsBroken?: number | undefined;
  /** Of the disk server's device, where there is one: blocks, and nanoseconds of its time. */
  diskBlocksRead?: number | undefined;
  diskBlocksWritten?: number | undefined;
  /** Within its slices; in slack time or by best effort; held free for it. */
  diskSliceNs?: number | undefined;
  diskSlackNs?: number | undefined;
  diskLaxNs?: number | undefined;
  /** Its requests waited for the device: all, the longest. */
  diskWaitNs?: number | undefined;
  diskWaitNsMost?: number | undefined;
  /** Times that a request went beyond its slice. */
  diskOverruns?: number | undefined;
  /** Of a task with several threads: those beside the first, whose counts are in the task's own. */
  threads?: ThreadResult[] | undefined;
  /** Faults that waited for another thread's, and found their page there. */
  foundMapped?: number | undefined;
  /** Completion over completion alone with unlimited memory; null where not computed. */
  slowdown: number | null;
}

/** What befell a task in a window of time, later rounds included; averages are over the window. */
export type WindowResult = Pick<
  TaskResult,
  | 'references'
  | 'faults'
  | 'compulsoryFaults'
  | 'hardFaults'
  | 'softFaults'
  | 'lostFaults'
  | 'regeneratedFaults'
  | 'pageIns'
  | 'pageOuts'
  | 'revocationsMet'
  | 'revocationsMissed'
  | 'messages'
  | 'framesMean'
> & { stallNs: number; diskBlocks?: number | undefined };

export interface Totals extends Omit<TaskResult, 'name'> {
  /** Jain's index of 1/slowdown over the tasks: 1 is fair. */
  jain: number | null;
  /** Of several CPUs: rounds of interrupts, CPUs interrupted, what that cost. */
  shootdowns?: number;
  interrupted?: number;
  shootdownNs?: number;
  staleWrites?: number;
  /** What oracles found because defences were switched off; only where some were. */
  damage?: number;
}

/** A layer of swap: what it counted, and what must be known of that. */
export interface SwapLayerResult {
  name: string;
  counts: Record<string, number>;
  note?: string | undefined;
}

export interface Row {
  management: string;
  frames: number;
  /** Sight the managements' policies had: none, hardware, oracle, future, or mixed. */
  sight: string;
  /** Who chose G and from what; relocation of traces; frames pagers took; in words. */
  notes: string[];
  /** By task: its policy and guarantee, in words; empty where a task has neither. */
  labels: string[];
  tasks: TaskResult[];
  totals: Totals;
  /** Layers of swap from the top down, where the scenario names some. */
  swap?: SwapLayerResult[] | undefined;
  /** Where the machine has several CPUs. */
  processors?: ProcessorsResult | undefined;
  /** The same, told; only where defences were switched off. */
  damage?: string[];
}

export interface OracleResult {
  name: string;
  checks: number;
  /** The first ten, and how many more there are. */
  violations: string[];
  /** How many there are. */
  found?: number;
}

/** What a run cost its page table, and digests of what it left behind (lab/formats). */
export interface PageTableUse {
  /** Hardware pages in a page. */
  readonly hardwarePages: number;
  /** Most bytes that tables took. */
  readonly tableBytes: number;
  /** Walks of the table, or refills by software. */
  readonly tlbMisses: number;
  /** Software refills, bits set by software, mappings put back. */
  readonly traps: number;
  readonly reloads: number;
  readonly aliasFaults: number;
  readonly contextSteals: number;
  /** Groups or parts of tables taken for others. */
  readonly groupSteals: number;
  readonly misreports: number;
  readonly drops: number;
  readonly ns: number;
  /** What programs have written, and what is in whose frames. */
  readonly contents: string;
  /** What servers, pagers and policies know, times apart. */
  readonly servers: string;
  /** Each task's faults and page-ins. */
  readonly faults: string;
}

/** What several CPUs did, and what it took to keep their TLBs consistent. */
export interface ProcessorsResult {
  /** interrupt, tick or tolerate. */
  consistency: string;
  /** Rounds of interrupts, the CPUs interrupted in them, the pages they were about. */
  shootdowns: number;
  interrupted: number;
  shotPages: number;
  /** What they cost whoever asked, and those who were asked. */
  shootdownNs: number;
  respondNs: number;
  /** Changes left to the next tick of a CPU that ran the space; references made until then. */
  leftToTick: number;
  staleHits: number;
  staleWrites: number;
  /** Changes that a CPU had to know of only when it took the space up again; times it did. */
  leftToReturn: number;
  lazyDrops: number;
  /** Rises of access, of which nobody is told. */
  rises: number;
  /** Each CPU's time; its parts sum to the run's. */
  cpus: ProcessorTimeNs[];
}

export interface ProcessorTimeNs extends Omit<TimeNs, 'ioWait' | 'cpuWait' | 'rest'> {
  /** It dropped a translation because another CPU asked. */
  interrupted: number;
  /** It waited for the nucleus, in which one CPU is at a time. */
  heldUp: number;
  idle: number;
}

/** What one cell gives. */
export interface CellResult {
  readonly sight: string;
  readonly notes: readonly string[];
  /** Everything but `slowdown`, which the caller fills in. */
  readonly tasks: readonly TaskResult[];
  /** Frames all tasks held together, averaged over time from the first start to the last end. */
  readonly framesMean: number;
  readonly oracles: readonly OracleResult[];
  readonly pageTable?: PageTableUse | undefined;
  readonly swap?: readonly SwapLayerResult[] | undefined;
  readonly processors?: ProcessorsResult | undefined;
}
