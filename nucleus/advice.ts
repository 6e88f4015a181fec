/**
 * Advice: what a program says of its pages to its pager, its own or a central one, at a stop
 * (sim-hw/references.ts): as in Subramanian's discardable memory (Mach 1991), where it sets bits in
 * memory that both share. So it costs nothing, unless something is to be done about it now: that is
 * a call.
 */

import { type Advice, GARBAGE_NOW, NOTHING_SAID, WANTED } from '../sim-hw/references.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { enqueue } from './messages.ts';
import { type TaskState, TRAP } from './tasks.ts';

/** The nucleus passes on what a task says of its pages: from, to, what. */
export const ADVICE = 6;

export function advise(kernel: Kernel, task: TaskState, says: Advice, stop: number): void {
  const what = says.what[stop] as number;
  if (what === NOTHING_SAID) return;
  if (what === GARBAGE_NOW) charge(kernel, TRAP, kernel.costs.trapNs);
  tell(kernel, task, says.from[stop] as number, says.to[stop] as number, what);
}

/**
 * A program that begins again has forgotten what it said of its `pages` [GARB5]: it writes again what
 * it called garbage at its end, and says of no page that it wants it before it knows the page.
 */
export function wantAll(kernel: Kernel, task: TaskState, pages: number): void {
  tell(kernel, task, 0, pages, WANTED);
}

function tell(kernel: Kernel, { id, pager }: TaskState, from: number, to: number, what: number) {
  kernel.probe?.advised?.(kernel, id, from, to, what);
  enqueue(kernel.state.queue, ADVICE, id, pager, id, from, to, what, 0, 0);
}
