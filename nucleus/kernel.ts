/**
 * The kernel: L4-like and minimal. It owns the clock, the CPU, tasks, capabilities, messages,
 * mappings and DMA windows; it knows nothing of contracts, policies or swap.
 *
 * A `Kernel` is fixed wiring (costs, code, programs) around one `KernelState`, which is plain data:
 * cloning a run is cloning that state and the receivers' states (`cloneKernel`).
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import type { Costs } from '../sim-hw/costs/profile.ts';
import { createEventQueue, type EventQueueState } from '../sim-hw/event-queue.ts';
import type { Executor } from '../sim-hw/executor.ts';
import type { FramesState } from '../sim-hw/frames.ts';
import type { PageTableFormat, PageTableState } from '../sim-hw/page-table/format.ts';
import type { ReferenceString } from '../sim-hw/references.ts';
import { holdingDoubles } from '../sim-hw/shape.ts';
import { cloneState } from '../sim-hw/state.ts';
import type { MmuState, Translation } from '../sim-hw/translation.ts';
import {
  addCapability,
  type CapabilityTable,
  createCapabilityTable,
  PORT,
} from './capabilities.ts';
import type { WindowList } from './dma-lists.ts';
import {
  type AddressSpaces,
  type KernelParts,
  NUCLEUS_ALONE,
  type Schedule,
} from './kernel-parts.ts';
import {
  createMessage,
  createMessageQueue,
  type Message,
  type MessageQueueState,
} from './messages.ts';
import type { Probe } from './probe.ts';
import type { Processors } from './processors.ts';
import { createReverseMap, type ReverseMap } from './reverse-map.ts';
import type { Drops } from './soft-state.ts';
import type { StallState } from './stall.ts';
import type { TableFrames } from './table-frames.ts';
import { createTask, type TaskState } from './tasks.ts';
import type { ThreadGroup } from './threads.ts';

/** Messages that the nucleus itself sends; `from` is then NUCLEUS. Protocol ops start at 16. */
export const NUCLEUS = 0;
/** Task `from` faulted. w0 page, w1 kind of reference, w2 1 = mapped but not writable. */
export const FAULT = 1;
/** A device finished. w0 as given to `deviceEventAt`. */
export const DEVICE_DONE = 2;
/** A timer ran out. w0 as given to `timerAt`. */
export const TIMER = 3;
/** A task is gone. w0 the task. */
export const DEATH = 4;

/** One protocol step: changes `state` and the kernel, sends messages, never waits, never throws. */
export type Step = (kernel: Kernel, state: object, message: Message) => void;

export interface Receiver {
  readonly step: Step;
  readonly state: object;
  /**
   * Of a server that lends frames on: the run of 2^order frames at `first` has been taken from it,
   * and is to leave the hands of whoever has any of it through this server, now.
   */
  readonly reclaim?: (kernel: Kernel, state: object, first: number, order: number) => void;
}

export interface KernelState {
  /** Test only: the rule of the nucleus or of pagers that is off, or ''. */
  readonly planted: string;
  nowNs: number;
  /** References executed by all tasks: the clock of terms where scenarios count in references. */
  references: number;
  /** True when slices, terms and deadlines count references rather than nanoseconds. */
  readonly countsReferences: boolean;
  /** The task that pays for what is being done. */
  account: number;
  readonly frames: FramesState;
  /** Pages beyond the first that map a frame (reverse-map.ts). */
  readonly reverse: ReverseMap;
  /** Of the CPU that acts, like all that is said of a CPU here. */
  mmu: MmuState;
  /** Where there are several CPUs; else null. */
  processors: Processors | null;
  readonly table: PageTableState;
  readonly spaces: SpaceState[];
  readonly tasks: TaskState[];
  /** Tasks with several threads, and where each thread beside the first is in its program. */
  readonly groups: ThreadGroup[];
  readonly places: SpaceState[];
  readonly capabilities: CapabilityTable[];
  readonly queue: MessageQueueState;
  /** Messages to tasks that cannot run now, in the order sent (starvation.ts). */
  readonly deferred: Message[];
  /** Completions of devices, in nanoseconds; event kind = account, a = receiver, b = word. */
  readonly deviceEvents: EventQueueState;
  /** Timers on the clock of terms; the same fields. */
  readonly timers: EventQueueState;
  /** DMA windows: frame and holding server of each, -1 when closed (SPEC [CONT6]). */
  readonly windowFrame: Int32Array;
  readonly windowHolder: Int32Array;
  /** Times each window was opened: a transfer is let through the opening it was begun for only. */
  readonly windowSerial: Uint32Array;
  /** Windows of several frames each; their numbers follow those of the others (dma-lists.ts). */
  readonly windowLists: WindowList[];
  /** Scheduler: the task on the CPU, references or nanoseconds left of its slice. */
  current: number;
  lastRun: number;
  sliceLeft: number;
  /** Client tasks still to end. */
  unfinished: number;
  /** What is reported of each task, frozen when its program ended; null until then. */
  readonly finished: (TaskState | null)[];
  /** Where a central pager has oracle sight: task, first and last run of each dispatch. */
  readonly segments: number[] | null;
  /** Tasks told of deaths. */
  readonly watchers: number[];
  /** Frames given for page tables, where these are charged (table-frames.ts). */
  tables: TableFrames | null;
  /** Mappings dropped at random, where a scenario wants that (soft-state.ts). */
  drops: Drops | null;
  /** Sums of stalls, where somebody asked for them (stall.ts). */
  stall: StallState | null;
}

export interface Kernel {
  readonly costs: Costs;
  readonly format: PageTableFormat;
  readonly programs: readonly ReferenceString[];
  /** By place: what threads beside the first run. */
  readonly threadPrograms: ReferenceString[];
  readonly schedule: Schedule;
  readonly address: AddressSpaces;
  readonly receivers: Receiver[];
  readonly state: KernelState;
  readonly translation: Translation;
  /** By CPU, where there are several. */
  readonly translations: readonly Translation[];
  readonly message: Message;
  /** Oracles; absent they cost one test. */
  probe: Probe | null;
  /** Told of each message as it is put under way: the newest of the queue. Absent: one test. */
  tap: ((kernel: Kernel) => void) | null;
  /** Notifications of servers (contracts/events.ts) to whoever observes the run. */
  observer: ((event: object) => void) | null;
}

export function createKernel(parts: KernelParts): Kernel {
  const state: KernelState = holdingDoubles<KernelState>(
    {
      planted: parts.planted ?? '',
      nowNs: 0,
      references: 0,
      countsReferences: parts.countsReferences,
      account: NUCLEUS,
      frames: parts.frames,
      reverse: createReverseMap(),
      mmu: parts.mmu,
      processors: parts.processors ?? null,
      table: parts.table,
      spaces: parts.spaces,
      tasks: [createTask(NUCLEUS, 'nucleus', -1)],
      groups: [],
      places: [],
      capabilities: [createCapabilityTable(1)],
      queue: createMessageQueue(parts.messagesMax),
      deferred: [],
      deviceEvents: createEventQueue(256),
      timers: createEventQueue(256),
      windowFrame: new Int32Array(parts.windows).fill(-1),
      windowHolder: new Int32Array(parts.windows).fill(-1),
      windowSerial: new Uint32Array(parts.windows),
      windowLists: [],
      current: NUCLEUS,
      lastRun: NUCLEUS,
      sliceLeft: 0,
      unfinished: 0,
      finished: [null],
      segments: parts.logsSegments ? [] : null,
      watchers: [],
      tables: null,
      drops: null,
      stall: null,
    },
    'nowNs',
    'references',
    'sliceLeft',
  );
  const nobody = { step: () => {}, state: {} };
  return wire({ ...parts, threadPrograms: [] }, state, [nobody], parts.executor);
}

/** A second run that continues from here on its own. Programs and code are shared, but no executor. */
export function cloneKernel(kernel: Kernel): Kernel {
  const copy = cloneState({
    kernel: kernel.state,
    receivers: kernel.receivers.map((receiver) => receiver.state),
  });
  const receivers = kernel.receivers.map((receiver, i) => ({
    ...receiver,
    state: copy.receivers[i] as object,
  }));
  return wire(kernel, copy.kernel, receivers);
}

function wire(
  parts: Pick<Kernel, 'costs' | 'format' | 'programs' | 'threadPrograms' | 'schedule'> &
    Pick<KernelParts, 'address'>,
  state: KernelState,
  receivers: Receiver[],
  executor: Executor | null = null,
): Kernel {
  const { mmu, frames, table, processors } = state;
  const { format } = parts;
  const others = processors === null ? [] : processors.list;
  return {
    costs: parts.costs,
    format: parts.format,
    programs: parts.programs,
    threadPrograms: parts.threadPrograms,
    schedule: parts.schedule,
    address: parts.address ?? NUCLEUS_ALONE,
    receivers,
    state,
    translation: { mmu, frames, format, table, executor },
    translations: others.map((cpu) => ({ mmu: cpu.mmu, frames, format, table, executor: null })),
    message: createMessage(),
    probe: null,
    tap: null,
    observer: null,
  };
}

/** Adds a task (a server when `space` is -1); returns its id. `objectSlots`: what it may name. */
export function addTask(
  kernel: Kernel,
  name: string,
  space: number,
  receiver: Receiver,
  objectSlots = space < 0 ? 1024 : 64,
): number {
  const { tasks, capabilities } = kernel.state;
  const id = tasks.length;
  tasks.push(createTask(id, name, space));
  capabilities.push(createCapabilityTable(objectSlots));
  kernel.state.finished.push(null);
  kernel.receivers.push(receiver);
  if (space >= 0) kernel.state.unfinished++;
  return id;
}

/** Gives `holder` a capability to send to `target`; returns the slot. */
export function givePort(kernel: Kernel, holder: number, target: number): number {
  const table = kernel.state.capabilities[holder] as CapabilityTable;
  return addCapability(table, PORT, target, 0);
}
