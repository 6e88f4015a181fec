/**
 * Sole capabilities: those of which there is one at a time, in whoever's hands it is. A server makes
 * one, of the next generation, when no living task has that of the present one.
 */

import { addCapability, type CapabilityTable } from './capabilities.ts';
import type { Kernel } from './kernel.ts';
import { isOver, type TaskState } from './tasks.ts';

/** Whether `slot` of the task holds the one of that kind and generation. */
export function holdsSole(
  kernel: Kernel,
  task: number,
  slot: number,
  kind: number,
  generation: number,
): boolean {
  const table = kernel.state.capabilities[task] as CapabilityTable;
  return table.kind[slot] === kind && table.generation[slot] === generation;
}

/** Rare: every table of the living is looked through, so no lost capability is held for ever. */
export function isSoleHeld(kernel: Kernel, kind: number, generation: number): boolean {
  return kernel.state.tasks.some((task: TaskState) => {
    if (isOver(task)) return false;
    const table = kernel.state.capabilities[task.id] as CapabilityTable;
    return table.kind.some((_, slot) => holdsSole(kernel, task.id, slot, kind, generation));
  });
}

/** Gives a task the one of that generation; its slot, or -1 where there is no place. */
export function giveSole(kernel: Kernel, task: number, kind: number, generation: number): number {
  const table = kernel.state.capabilities[task] as CapabilityTable;
  return addCapability(table, kind, 0, generation);
}
