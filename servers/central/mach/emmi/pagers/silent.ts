/** Silent pager: says that it is ready, and never answers a request (Young et al. 1987, section 6.1). */

import type { PagerModule } from '../pager.ts';
import { createStoreState, hearAsStore, type StoreState } from './store.ts';

export const silentPager: PagerModule<StoreState> = {
  name: 'silent',
  summary: 'never answers a request',
  create: createStoreState,
  hear: (state, message, kernel) => {
    if (message.name === 'memoryObjectDataRequest') return;
    hearAsStore(state, message, kernel);
  },
};
