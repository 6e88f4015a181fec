/** What the CPUs of a machine with several have counted, as the results document has it. */

import type { Kernel } from '../../nucleus/kernel.ts';
import { HELD_UP, IDLE, INTERRUPTED, type ProcessorState } from '../../nucleus/processors.ts';
import { MESSAGE, PROGRAM, SCAN, TRANSLATION, TRAP, ZERO } from '../../nucleus/tasks.ts';
import type { ProcessorsResult, ProcessorTimeNs } from '../results.ts';

/** Nothing where there is one CPU. */
export function processorsResult({ state }: Kernel): { processors?: ProcessorsResult } {
  const { processors } = state;
  if (processors === null) return {};
  const { counts, list, consistency } = processors;
  const sum = (of: (cpu: ProcessorState) => number) => list.reduce((all, cpu) => all + of(cpu), 0);
  const result = {
    consistency,
    shootdowns: counts.shootdowns,
    interrupted: counts.interrupted,
    shotPages: counts.units,
    shootdownNs: counts.initiatorNs,
    respondNs: sum(({ times }) => times[INTERRUPTED] as number),
    leftToTick: counts.ticks,
    staleHits: sum(({ mmu }) => mmu.stale?.hits ?? 0),
    staleWrites: sum(({ mmu }) => mmu.stale?.writes ?? 0),
    leftToReturn: counts.deferred,
    lazyDrops: counts.lazyDrops,
    rises: counts.rises,
    cpus: list.map(timesOf),
  };
  return { processors: result };
}

function timesOf({ times }: ProcessorState): ProcessorTimeNs {
  const part = (index: number) => times[index] as number;
  return {
    program: part(PROGRAM),
    translation: part(TRANSLATION),
    trap: part(TRAP),
    message: part(MESSAGE),
    scan: part(SCAN),
    zero: part(ZERO),
    interrupted: part(INTERRUPTED),
    heldUp: part(HELD_UP),
    idle: part(IDLE),
  };
}
