/**
 * User time: a CPU runs its program while others are wherever they are. Only here do CPUs go side by
 * side: what a batch touches is the CPU's own, the bits of the page table, and stamps of frames.
 */

import { TIME_UP } from '../sim-hw/mmu.ts';
import { dropAllStale } from '../sim-hw/stale-entries.ts';
import { charge } from './clock.ts';
import { runProgram, TICKS_MAX } from './dispatch.ts';
import { type Kernel, NUCLEUS } from './kernel.ts';
import {
  actingOne,
  GOES_ON,
  HELD_UP,
  layDown,
  type ProcessorState,
  type Processors,
  passTime,
  processorOf,
  takeUp,
} from './processors.ts';
import { quietAfter } from './quiet-frames.ts';
import { enterStatus, PROGRAM, READY, type TaskState } from './tasks.ts';

/** The CPU that acts runs its task up to `untilNs` at most, but a step at least. */
export function runUser(kernel: Kernel, processors: Processors, untilNs: number): void {
  const { state } = kernel;
  const cpu = actingOne(processors);
  const task = state.tasks[cpu.running] as TaskState;
  state.account = task.id;
  const { stale, tlb } = cpu.mmu;
  let until = untilNs;
  if (stale !== null && stale.keys.length > 0) {
    const tick = quietAfter(processors, stale.sinceNs[0] as number);
    if (tick <= state.nowNs) dropAllStale(stale, tlb);
    else until = Math.min(until, tick);
  }
  const ns = Math.max(1, Math.min(state.sliceLeft, until - state.nowNs));
  if (task.callbackNs > 0) return runCallback(kernel, task, Math.ceil(ns));
  const from = state.nowNs;
  const written = stale === null ? 0 : stale.writes;
  const at = kernel.translations[cpu.id] as Kernel['translation'];
  const result = runProgram(kernel, at, task, Math.min(ns * 1000, TICKS_MAX));
  if (result !== TIME_UP) cpu.ended = result;
  if (stale !== null && stale.writes > written)
    kernel.probe?.writtenStale?.(kernel, task.id, from, stale.lastWrittenNs);
}

function runCallback(kernel: Kernel, task: TaskState, most: number): void {
  const ns = Math.min(task.callbackNs, most);
  charge(kernel, PROGRAM, ns);
  task.callbackNs -= ns;
  kernel.state.sliceLeft -= ns;
}

/** Runs the program of `cpu`, which is not the one acting, up to `untilNs`, unless it ends before. */
export function bringUpTo(
  kernel: Kernel,
  processors: Processors,
  cpu: ProcessorState,
  untilNs: number,
): void {
  const { state } = kernel;
  if (cpu.ended !== GOES_ON || cpu.nowNs >= untilNs || cpu.sliceLeft <= 0) return;
  const { account } = state;
  const acting = layDown(state, processors);
  takeUp(state, processors, cpu);
  while (cpu.ended === GOES_ON && state.nowNs < untilNs && state.sliceLeft > 0)
    runUser(kernel, processors, untilNs);
  layDown(state, processors);
  takeUp(state, processors, acting);
  state.account = account;
}

/** Takes `task` off the CPU that runs it, if one does: the acting CPU waits until that has stopped. */
export function stopElsewhere(kernel: Kernel, processors: Processors, task: TaskState): void {
  const { state } = kernel;
  const cpu = processorOf(processors, task.id);
  if (cpu === null) return;
  bringUpTo(kernel, processors, cpu, state.nowNs);
  passTime(state, processors, cpu.nowNs, HELD_UP);
  enterStatus(task, READY, cpu.nowNs);
  cpu.running = NUCLEUS;
  cpu.ended = GOES_ON;
  cpu.sliceLeft = 0;
}
