/**
 * Shortest seek time first (Denning 1967): the request nearest to where the arm stands. What is far
 * from where the others work may wait for ever. No contract counts.
 */

import type { Scheduler } from './scheduler.ts';
import { leastBy } from './waiting.ts';

export const sstf: Scheduler = {
  name: 'sstf',
  summary: 'shortest seek time first (Denning 1967)',
  choose: (queue) => leastBy(queue, ({ block }) => Math.abs(block - queue.head)),
};
