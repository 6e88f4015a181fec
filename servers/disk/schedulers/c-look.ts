/**
 * C-LOOK (after Merten 1970; Worthington, Ganger and Patt 1994): the arm sweeps upwards as far as
 * there are requests, then returns to the lowest. Nobody waits longer than two sweeps, unless others
 * keep it where they are. No contract counts.
 */

import type { DiskQueue } from '../state.ts';
import type { Scheduler } from './scheduler.ts';
import { leastBy } from './waiting.ts';

export const cLook: Scheduler = {
  name: 'c-look',
  summary: 'circular LOOK, upwards (Worthington, Ganger and Patt 1994)',
  choose,
};

function choose(queue: DiskQueue): number {
  const { head } = queue;
  // What lies behind the arm comes after all that lies before it.
  const behind = Number.MAX_SAFE_INTEGER / 2;
  return leastBy(queue, ({ block }) => (block >= head ? block : block + behind));
}
