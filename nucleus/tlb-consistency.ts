/**
 * TLB consistency: no CPU can reach into another one's TLB, so whoever takes something away from an
 * address space has to see to it that the others drop it (Rashid et al., ASPLOS 1987, section 5;
 * Black, Rashid, Golub, Hill & Baron, ASPLOS 1989).
 *
 *   who     runs the space now               -> told by one of the three ways below
 *           ran it before (idle, or another) -> not told: a new address-space id when it comes back
 *
 *   interrupt   shootdown: all who run the space are interrupted, the initiator waits for them
 *   tick        nobody is: the change is used when every CPU has taken a tick. Until then what the
 *               unmapping server sends is held, and so is whoever gets the frame
 *   tolerate    as interrupt, but rights that are lowered reach the others with their next tick; not
 *               those to a page that is lent, whose lender answers for them to somebody else
 *
 * A rise of access needs none of it: an entry that is too strict faults, and the fault finds the
 * table in order. A cleared REFERENCED bit is no matter of life and death: the others drop the entry
 * when they are in the nucleus next (Linux on x86 leaves it there altogether (recalled)).
 *
 * With one CPU all this is one entry dropped. Left out: queues of single drops for CPUs that do not
 * run the space (they drop all of it), and flushing all where the changes of a batch are many.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { LENT } from '../sim-hw/page-table/format.ts';
import { dropStale, makeStale, makeValid } from '../sim-hw/stale-entries.ts';
import { clearWriteReady, dropSpace, holds, invalidate, KEY_MASK } from '../sim-hw/tlb.ts';
import { charge } from './clock.ts';
import { type Kernel, NUCLEUS } from './kernel.ts';
import {
  actingOne,
  GOES_ON,
  INTERRUPTED,
  type ProcessorState,
  type Processors,
} from './processors.ts';
import { keepFrames, waitForFrame } from './quiet-frames.ts';
import { type TaskState, TRAP } from './tasks.ts';
import { bringUpTo } from './user-time.ts';

/** What a change takes away. */
export const MAPPING = 0;
/** The page stays where it is; it is clean, or may not be written, from here on. */
export const RIGHTS = 1;
/** The page is in another frame. */
export const PLACE = 2;
/** The note that it was used. */
export const USE = 3;
/** Rights to a page that is lent: its lender tells others that nobody writes, so nobody may. */
export const LOAN = 4;

/** What lowering the rights of `entry`, as it was, takes away. */
export function rightsOf(entry: number): number {
  return (entry & LENT) === 0 ? RIGHTS : LOAN;
}

/** Before something is taken away from `space`: whoever runs it elsewhere comes up to this moment. */
export function beforeChange(kernel: Kernel, space: SpaceState): void {
  const { processors } = kernel.state;
  if (processors === null) return;
  for (const cpu of processors.list)
    if (cpu.id !== processors.acting && runs(kernel, cpu, space))
      bringUpTo(kernel, processors, cpu, kernel.state.nowNs);
}

/**
 * The page table has changed for `page`, which was mapped to `frame`: no TLB translates it as before
 * once the change may be used. Call it while `written` still says whether the page was dirty.
 */
export function dropTranslation(
  kernel: Kernel,
  space: SpaceState,
  page: number,
  what: number,
  frame: number,
): void {
  const { mmu, processors } = kernel.state;
  const unit = space.unitOf[page] as number;
  invalidate(mmu.tlb, unit);
  if (processors === null) return;
  if (what === USE) return dropLater(processors, unit);
  const { generations, counts } = processors;
  const before = generations[space.id] as number;
  generations[space.id] = before + 1;
  for (const cpu of processors.list) {
    const isNow = cpu.generations[space.id] === before;
    if (cpu.id === processors.acting) {
      dropOwnStale(cpu, unit);
      if (isNow) cpu.generations[space.id] = before + 1;
    } else if (runs(kernel, cpu, space)) {
      tell(kernel, processors, cpu, space, page, what, frame);
      cpu.generations[space.id] = before + 1;
    } else if (isNow && before > 0) counts.deferred++;
  }
  if (processors.batchDepth === 0) interruptAll(kernel, processors);
}

/** A large mapping has come or gone: translations are what they were, by other entries. */
export function regroup(kernel: Kernel, unit: number): void {
  const { mmu, processors } = kernel.state;
  if (processors === null) invalidate(mmu.tlb, unit);
  else for (const { mmu: each } of processors.list) invalidate(each.tlb, unit);
}

/** What is written to the page from here on is told of, on whichever CPU: a note, nothing is lost. */
export function endWriting(kernel: Kernel, key: number): void {
  const { mmu, processors } = kernel.state;
  if (processors === null) clearWriteReady(mmu.tlb, key);
  else for (const { mmu: each } of processors.list) clearWriteReady(each.tlb, key);
}

/** Changes from here to the matching `closeBatch` are told of in one round. */
export function openBatch(kernel: Kernel): void {
  const { processors } = kernel.state;
  if (processors !== null) processors.batchDepth++;
}

/** The changes of the batch must not be used before. */
export function closeBatch(kernel: Kernel): void {
  const { processors } = kernel.state;
  if (processors !== null && --processors.batchDepth === 0) interruptAll(kernel, processors);
}

/** `page` has more rights than before: nobody is told. */
export function noteRise(kernel: Kernel, space: SpaceState, page: number): void {
  const { processors } = kernel.state;
  if (processors === null) return;
  processors.counts.rises++;
  for (const { mmu } of processors.list)
    if (mmu.stale !== null) makeValid(mmu.stale, mmu.tlb, space.base + page + 1);
}

/**
 * `page` of `task` is mapped anew: whoever still has it from before has to drop that first. And where
 * `frame` may not be used before a tick the task waits for that.
 */
export function noteMapped(
  kernel: Kernel,
  space: SpaceState,
  page: number,
  task: number,
  frame: number,
): void {
  const { processors } = kernel.state;
  if (processors === null) return;
  if (processors.consistency === 'tick') waitForFrame(processors, task, frame);
  for (const cpu of processors.list) {
    const { stale, tlb } = cpu.mmu;
    if (stale === null || !dropStale(stale, tlb, space.base + page + 1)) continue;
    if (cpu.id !== processors.acting) mark(processors, cpu);
  }
  if (processors.batchDepth === 0) interruptAll(kernel, processors);
}

/** `cpu` turns to `space`: what it had of it is worth nothing if something was taken away since. */
export function turnTo(processors: Processors, cpu: ProcessorState, space: SpaceState): void {
  const { generations, counts } = processors;
  const now = generations[space.id] as number;
  if (cpu.generations[space.id] === now) return;
  cpu.generations[space.id] = now;
  if (dropSpace(cpu.mmu.tlb, space.base, space.pages)) counts.lazyDrops++;
}

/** `cpu` is in the nucleus: entries that were only to be looked up anew go now. */
export function dropQueued({ mmu, drops }: ProcessorState): void {
  for (const unit of drops) invalidate(mmu.tlb, unit);
  drops.length = 0;
}

/** Whether a TLB that may be used for `space` as it stands holds the page: for tests and oracles. */
export function isTranslated({ state }: Kernel, space: SpaceState, page: number): boolean {
  const unit = space.unitOf[page] as number;
  if (state.processors === null) return holds(state.mmu.tlb, unit);
  const { list, generations } = state.processors;
  const now = generations[space.id];
  return list.some((cpu) => cpu.generations[space.id] === now && holds(cpu.mmu.tlb, unit));
}

function runs(kernel: Kernel, cpu: ProcessorState, space: SpaceState): boolean {
  if (cpu.running === NUCLEUS) return false;
  return (kernel.state.tasks[cpu.running] as TaskState).space === space.id;
}

function tell(
  kernel: Kernel,
  processors: Processors,
  cpu: ProcessorState,
  space: SpaceState,
  page: number,
  what: number,
  frame: number,
): void {
  const { consistency, counts } = processors;
  const { tlb, stale } = cpu.mmu;
  const unit = space.unitOf[page] as number;
  const isLarge = tlb.spans !== null && tlb.spans[unit & KEY_MASK] !== 0;
  const waits =
    (consistency === 'tick' && what !== PLACE) || kernel.state.planted === 'no-shootdown';
  const tolerated = consistency === 'tolerate' && what === RIGHTS;
  if (stale !== null && !isLarge && (waits || tolerated)) {
    const { nowNs } = kernel.state;
    counts.ticks++;
    makeStale(stale, tlb, unit, frame, space.written[page] !== 0, nowNs);
    if (consistency === 'tick') keepFrames(processors, frame, 1 << space.order, nowNs);
    return;
  }
  invalidate(tlb, unit);
  dropOwnStale(cpu, unit);
  mark(processors, cpu);
}

function dropOwnStale({ mmu }: ProcessorState, unit: number): void {
  if (mmu.stale !== null) dropStale(mmu.stale, mmu.tlb, unit & KEY_MASK);
}

function dropLater({ list, acting }: Processors, unit: number): void {
  for (const { id, mmu, drops } of list)
    if (id !== acting && holds(mmu.tlb, unit)) drops.push(unit);
}

function mark(processors: Processors, cpu: ProcessorState): void {
  processors.batch[cpu.id] = 1;
  processors.batchUnits++;
}

/** One round: all CPUs that the batch concerns are interrupted, and the initiator waits for them. */
function interruptAll(kernel: Kernel, processors: Processors): void {
  if (processors.batchUnits === 0) return;
  const { batch, list, costs, counts } = processors;
  const { nowNs } = kernel.state;
  let count = 0;
  for (const cpu of list) {
    if (batch[cpu.id] === 0) continue;
    count++;
    respond(kernel, cpu, costs.respondNs, nowNs);
  }
  const ns = costs.shootdownBaseNs + count * costs.shootdownCpuNs;
  counts.shootdowns++;
  counts.units += processors.batchUnits;
  counts.interrupted += count;
  counts.initiatorNs += ns;
  batch.fill(0);
  processors.batchUnits = 0;
  charge(kernel, TRAP, ns);
}

/** Whoever waits for the nucleus answers while it waits; others lose the time. */
function respond(kernel: Kernel, cpu: ProcessorState, ns: number, nowNs: number): void {
  cpu.interruptions++;
  if (
    cpu.ended !== GOES_ON ||
    cpu.nowNs < nowNs ||
    cpu.id === actingOne(kernel.state.processors as Processors).id
  )
    return;
  const { times } = kernel.state.tasks[cpu.running] as TaskState;
  cpu.nowNs += ns;
  cpu.times[INTERRUPTED] = (cpu.times[INTERRUPTED] as number) + ns;
  times[TRAP] = (times[TRAP] as number) + ns;
}
