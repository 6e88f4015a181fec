/**
 * Fickle pager: gives other contents each time that it is asked for a page that nobody has changed
 * (Young et al. 1987, section 6.1). What it is sent it keeps.
 */

import { stamped } from '../../../../../sim-hw/contents.ts';
import type { PagerModule } from '../pager.ts';
import { createStoreState, hearAsStore, type StoreState } from './store.ts';

export interface FickleState extends StoreState {
  answers: number;
}

export const ficklePager: PagerModule<FickleState> = {
  name: 'fickle',
  summary: 'gives other contents each time',
  create: (objects, pages) => ({ ...createStoreState(objects, pages), answers: 0 }),
  hear: (state, message, kernel) => {
    const { object = 0, offset = 0 } = message.fields;
    const kept = state.objects[object];
    const isAsked = message.name === 'memoryObjectDataRequest';
    if (isAsked && kept !== undefined && (kept.pages[offset] ?? null) === null)
      kernel.supply(kept.control, offset, [stamped(1000 + state.answers++, 1)]);
    else hearAsStore(state, message, kernel);
  },
};
