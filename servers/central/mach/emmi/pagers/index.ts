/** Pagers that there are: good ones, and one for each way of being bad. */

import type { PagerModule } from '../pager.ts';
import { defaultPager } from './default.ts';
import { ficklePager } from './fickle.ts';
import { floodingPager } from './flooding.ts';
import { hoardingPager } from './hoarding.ts';
import { selfFaultingPager } from './self-faulting.ts';
import { silentPager } from './silent.ts';
import { storePager } from './store.ts';

export const goodPagers: readonly PagerModule[] = [storePager, defaultPager];

export const badPagers: readonly PagerModule[] = [
  silentPager,
  hoardingPager,
  floodingPager,
  ficklePager,
  selfFaultingPager,
];
