/**
 * Flooding pager: to each request it gives the page, and every other page of its object again and
 * again (Young et al. 1987, section 6.1).
 */

import { stamped } from '../../../../../sim-hw/contents.ts';
import type { PagerModule } from '../pager.ts';
import { createStoreState, hearAsStore, type StoreState } from './store.ts';

export const floodingPager: PagerModule<StoreState> = {
  name: 'flooding',
  summary: 'gives pages that nobody has asked for',
  create: createStoreState,
  hear: (state, message, kernel) => {
    hearAsStore(state, message, kernel);
    if (message.name !== 'memoryObjectDataRequest') return;
    const kept = state.objects[message.fields.object ?? 0];
    if (kept === undefined) return;
    for (const [offset, page] of kept.pages.entries())
      kernel.supply(kept.control, offset, [page ?? stamped(0, 0)]);
  },
};
