/**
 * Processors: the CPUs of a machine that has several, each with a clock, a TLB, a task and a slice.
 *
 * What one CPU works with at a moment stands in the kernel's state as it does on a machine with one
 * (`nowNs`, `mmu`, `current`, `lastRun`, `sliceLeft`): taking a CPU up puts its own there, laying it
 * down takes them back. So all of the nucleus, and every server, is the same for 1 CPU and for 64.
 *
 * Each nanosecond of each clock is in one part, and the parts sum to the clock exactly [CPU2]:
 *
 *   PROGRAM ... ZERO   what the CPU was charged for, whoever pays; servers' work where it is done
 *   INTERRUPTED        it dropped a translation because another CPU asked
 *   HELD_UP            it waited for the nucleus, in which one CPU is at a time, or for another CPU
 *   IDLE               nobody was ready
 */

import type { InterruptCosts } from '../sim-hw/costs/interrupts.ts';
import { holdingDoubles } from '../sim-hw/shape.ts';
import { createStaleEntries } from '../sim-hw/stale-entries.ts';
import { createTlb } from '../sim-hw/tlb.ts';
import type { TlbGeometry } from '../sim-hw/tlb-geometry.ts';
import type { MmuState } from '../sim-hw/translation.ts';
import { type KernelState, NUCLEUS } from './kernel.ts';
import type { Message } from './messages.ts';
import { enterStatus, READY, type TaskState, ZERO } from './tasks.ts';

/** How a change reaches CPUs that may hold what it takes away (tlb-consistency.ts). */
export type Consistency = 'interrupt' | 'tick' | 'tolerate';

/** Parts of a CPU's time after those that it is charged for. */
export const INTERRUPTED = ZERO + 1;
export const HELD_UP = ZERO + 2;
export const IDLE = ZERO + 3;
export const PROCESSOR_PARTS = ZERO + 4;

/** `ended` of a CPU whose program goes on. */
export const GOES_ON = -1;

export interface ProcessorState {
  readonly id: number;
  readonly mmu: MmuState;
  nowNs: number;
  /** Where its turns have come to. */
  current: number;
  lastRun: number;
  sliceLeft: number;
  /** The task that it runs; NUCLEUS while it is idle, or in the nucleus. */
  running: number;
  /** How the last batch ended, until the nucleus has heard of it; GOES_ON when there is nothing. */
  ended: number;
  /** By part, in nanoseconds. */
  readonly times: Float64Array;
  /** By space: which generation of its translations the TLB holds. */
  readonly generations: Uint32Array;
  /** Units to drop when it is in the nucleus next. */
  readonly drops: number[];
  /** Times it was interrupted for a shootdown. */
  interruptions: number;
}

/** A message that waits for a tick, with the moment of it. */
export interface HeldMessage {
  readonly untilNs: number;
  readonly message: Message;
}

export interface Processors {
  readonly consistency: Consistency;
  readonly costs: InterruptCosts;
  readonly list: ProcessorState[];
  /** No CPU: whoever does something between two decisions of the scheduler. It runs nothing. */
  readonly outside: ProcessorState;
  /** The CPU that is taken up; that of `outside` between two decisions. */
  acting: number;
  /** When the CPU that was in the nucleus last left it. */
  freeNs: number;
  /** By space: raised whenever something is taken away from its translations. */
  readonly generations: Uint32Array;
  /** Changes that go together: how deep, and which CPUs have to be interrupted at the end. */
  batchDepth: number;
  readonly batch: Uint8Array;
  batchUnits: number;
  /** Of a tick: the receiver whose step is under way; by task, until when what it sends is held. */
  stepping: number;
  readonly quietNs: number[];
  readonly held: HeldMessage[];
  /** Messages at the head of the queue that have waited already. */
  passing: number;
  /** By task, when a fault that was settled early lets it go on; by frame, when it may be used. */
  readonly usableNs: number[];
  readonly frameQuietNs: Float64Array;
  readonly counts: ProcessorCounts;
}

export interface ProcessorCounts {
  /** Rounds in which CPUs were interrupted; units dropped in them; CPUs, summed over rounds. */
  shootdowns: number;
  units: number;
  interrupted: number;
  /** What the initiators were charged. */
  initiatorNs: number;
  /** Changes that no CPU had to be told of at once, though one had the space in its TLB. */
  deferred: number;
  /** Times a CPU took a space up again and dropped all it had of it. */
  lazyDrops: number;
  /** Rises of access: nobody is ever told. */
  rises: number;
  /** Changes left to the next tick of those concerned. */
  ticks: number;
}

/** `first` is the kernel's own MMU: the first CPU's. */
export function createProcessors(
  count: number,
  consistency: Consistency,
  costs: InterruptCosts,
  geometry: TlbGeometry,
  first: MmuState,
  pages: number,
  spaces: number,
  frames: number,
): Processors {
  return holdingDoubles<Processors>(
    {
      consistency,
      costs,
      list: Array.from({ length: count }, (_, id) =>
        createProcessor(id, id === 0 ? first : anotherMmu(first, geometry, pages), spaces),
      ),
      outside: createProcessor(count, anotherMmu(first, geometry, pages), spaces),
      acting: 0,
      freeNs: 0,
      generations: new Uint32Array(spaces),
      batchDepth: 0,
      batch: new Uint8Array(count),
      batchUnits: 0,
      stepping: 0,
      quietNs: [],
      held: [],
      passing: 0,
      usableNs: [],
      frameQuietNs: new Float64Array(consistency === 'tick' ? frames : 0),
      counts: {
        shootdowns: 0,
        units: 0,
        interrupted: 0,
        initiatorNs: 0,
        deferred: 0,
        lazyDrops: 0,
        rises: 0,
        ticks: 0,
      },
    },
    'freeNs',
  );
}

function createProcessor(id: number, mmu: MmuState, spaces: number): ProcessorState {
  return holdingDoubles<ProcessorState>(
    {
      id,
      mmu,
      nowNs: 0,
      current: 0,
      lastRun: 0,
      sliceLeft: 0,
      running: 0,
      ended: GOES_ON,
      times: new Float64Array(PROCESSOR_PARTS),
      generations: new Uint32Array(spaces),
      drops: [],
      interruptions: 0,
    },
    'nowNs',
    'sliceLeft',
  );
}

/** An MMU like `first` with a TLB of its own. Which pages are one large mapping holds for all. */
function anotherMmu(first: MmuState, geometry: TlbGeometry, pages: number): MmuState {
  const tlb = { ...createTlb(geometry, pages), spans: first.tlb.spans };
  return { ...first, tlb, stale: createStaleEntries() };
}

/** Makes `cpu` the one that acts. */
export function takeUp(state: KernelState, processors: Processors, cpu: ProcessorState): void {
  processors.acting = cpu.id;
  state.mmu = cpu.mmu;
  state.nowNs = cpu.nowNs;
  state.current = cpu.current;
  state.lastRun = cpu.lastRun;
  state.sliceLeft = cpu.sliceLeft;
}

/** Puts down what the acting CPU has come to. */
export function layDown(state: KernelState, processors: Processors): ProcessorState {
  const cpu = actingOne(processors);
  cpu.nowNs = state.nowNs;
  cpu.current = state.current;
  cpu.lastRun = state.lastRun;
  cpu.sliceLeft = state.sliceLeft;
  return cpu;
}

/**
 * Between decisions no CPU acts: one may run a task, which would live through what is done for
 * others, or be elsewhere in time. It is as late as it is in the nucleus: that never goes back.
 */
export function stepOut(state: KernelState, processors: Processors): void {
  processors.outside.nowNs = processors.freeNs;
  takeUp(state, processors, processors.outside);
}

/** What was done between two decisions kept the nucleus busy; at boot the first CPU did it. */
export function noteBetween(state: KernelState, processors: Processors): void {
  layDown(state, processors);
  processors.freeNs = state.nowNs;
}

/** The acting CPU does nothing until `untilNs`; `part` says why. */
export function passTime(
  state: KernelState,
  processors: Processors,
  untilNs: number,
  part: number,
): void {
  if (untilNs <= state.nowNs) return;
  const { times } = actingOne(processors);
  times[part] = (times[part] as number) + untilNs - state.nowNs;
  state.nowNs = untilNs;
}

/** The CPU that runs `task`, null when none does. */
export function processorOf({ list }: Processors, task: number): ProcessorState | null {
  for (const cpu of list) if (cpu.running === task) return cpu;
  return null;
}

/** The CPU acting; what it runs is NUCLEUS while it is in the nucleus. */
export function actingOne({ list, outside, acting }: Processors): ProcessorState {
  return list[acting] ?? outside;
}

/** Every clock goes on to the latest: the run is over. Who runs still, as a restarted task does, stops. */
export function endTogether(state: KernelState, processors: Processors): void {
  let latest = processors.freeNs;
  for (const { nowNs } of processors.list) latest = Math.max(latest, nowNs);
  for (const cpu of processors.list) {
    takeUp(state, processors, cpu);
    if (cpu.running !== NUCLEUS)
      enterStatus(state.tasks[cpu.running] as TaskState, READY, cpu.nowNs);
    cpu.running = NUCLEUS;
    cpu.ended = GOES_ON;
    passTime(state, processors, latest, IDLE);
    layDown(state, processors);
  }
  processors.freeNs = latest;
  stepOut(state, processors);
}
