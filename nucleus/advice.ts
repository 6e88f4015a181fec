/**
 * Advice: what a program says of its pages to its pager, its own or a central one, at a stop
 * (sim-hw/references.ts): as in Subramanian's discardable memory (Mach 1991), where it sets bits in
 * memory that both share. So it costs nothing, unless something is to be done about it now: that is
 * a call.
 */

import { type Advice, GARBAGE_NOW, NOTHING_SAID } from '../sim-hw/references.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { enqueue } from './messages.ts';
import { type TaskState, TRAP } from './tasks.ts';

/** The nucleus passes on what a task says of its pages: from, to, what. */
export const ADVICE = 6;

export function advise(kernel: Kernel, task: TaskState, says: Advice, stop: number): void {
  const what = says.what[stop] as number;
  if (what === NOTHING_SAID) return;
  const { id, pager } = task;
  const from = says.from[stop] as number;
  const to = says.to[stop] as number;
  if (what === GARBAGE_NOW) charge(kernel, TRAP, kernel.costs.trapNs);
  kernel.probe?.advised?.(kernel, id, from, to, what);
  enqueue(kernel.state.queue, ADVICE, id, pager, id, from, to, what, 0, 0);
}
