/** First come, first served: what a device without a scheduler does. No contract counts. */

import type { Scheduler } from './scheduler.ts';
import { leastBy } from './waiting.ts';

export const fcfs: Scheduler = {
  name: 'fcfs',
  summary: 'first come, first served',
  choose: (queue) => leastBy(queue, ({ sequence }) => sequence),
};
