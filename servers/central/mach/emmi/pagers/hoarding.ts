/** Hoarding pager: keeps what it is sent in memory, and never lets go of it (Young et al. 1987, 6.1). */

import type { PagerModule } from '../pager.ts';
import { createStoreState, hearAsStore, type StoreState } from './store.ts';

const RETURNS = ['memoryObjectDataReturn', 'memoryObjectDataWrite', 'memoryObjectDataInitialize'];

export const hoardingPager: PagerModule<StoreState> = {
  name: 'hoarding',
  summary: 'never lets go of what it is sent',
  create: createStoreState,
  hear: (state, message, kernel) => {
    const isReturn = RETURNS.includes(message.name);
    hearAsStore(state, message, isReturn ? { ...kernel, free: () => {} } : kernel);
  },
};
