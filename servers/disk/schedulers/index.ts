/** Schedulers by the name that scenarios use. */

import { cLook } from './c-look.ts';
import { contracts } from './contracts.ts';
import { fair } from './fair.ts';
import { fcfs } from './fcfs.ts';
import type { Scheduler } from './scheduler.ts';
import { sstf } from './sstf.ts';

export type { Scheduler } from './scheduler.ts';

export const schedulers: Record<'contracts' | 'fcfs' | 'sstf' | 'c-look' | 'fair', Scheduler> = {
  contracts,
  fcfs,
  sstf,
  'c-look': cLook,
  fair,
};
