/**
 * Table frames: where page tables are charged, all of them are, each to the task that maps by them
 * (SPEC [MEM15]). Pure: what is wrong, or undefined.
 */

import { type CapabilityTable, frameAt, LOCKED_OUT } from '../../nucleus/capabilities.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { isOver } from '../../nucleus/tasks.ts';

export function checkTableFrames({ format, state }: Kernel): string | undefined {
  const { tables, table, tasks, capabilities } = state;
  if (tables === null) return undefined;
  let used = 0;
  for (const [space, slots] of tables.given.entries()) {
    const task = tasks.find((one) => one.space === space);
    if (task === undefined) continue;
    const taken = tables.used[space] as number;
    used += taken;
    if (taken > slots.length)
      return `tables of ${task.name} take ${taken} frames and ${slots.length} were given`;
    const owner = capabilities[task.pager] as CapabilityTable;
    // Its slots are with whoever buries it.
    if (isOver(task)) continue;
    if (new Set(slots).size < slots.length) return `${task.name} gave a frame twice`;
    for (const slot of slots)
      if (frameAt(owner, slot) < 0 || ((owner.slotOrder[slot] as number) & LOCKED_OUT) === 0)
        return `${task.name} gave the frame in slot ${slot}, which is none or in use`;
  }
  const grown = format.growth === undefined ? 0 : table.tableFrames;
  return used === grown ? undefined : `${used} table frames are charged, ${grown} are in use`;
}
