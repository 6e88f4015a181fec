/**
 * Self-faulting pager: maps its own object, and before it answers a request it touches the page there: a
 * fault that it would have to answer itself (Young et al. 1987, section 6.1). When it is told that
 * there is no memory, it answers.
 */

import type { PagerMessage, PagerModule } from '../pager.ts';
import { createStoreState, hearAsStore, type StoreState } from './store.ts';

export interface SelfFaultingState extends StoreState {
  /** Page at which it has its own object, or -1. */
  at: number;
  /** What it has been asked for, or null. */
  asked: PagerMessage | null;
}

export const selfFaultingPager: PagerModule<SelfFaultingState> = {
  name: 'self-faulting',
  summary: 'touches its own object before it answers',
  create: (objects, pages) => ({ ...createStoreState(objects, pages), at: -1, asked: null }),
  hear: (state, message, kernel) => {
    const { name, fields } = message;
    const { offset = 0, object = 0, address = 0, result = 0 } = fields;
    const kept = state.objects[object];
    if (name === 'memoryObjectInit' && kept !== undefined) {
      hearAsStore(state, message, kernel);
      kernel.map(kernel.task, object, kept.pages.length);
    } else if (name === 'machMapped') {
      if (result === 0) state.at = address;
    } else if (name === 'memoryObjectDataRequest' && state.at >= 0) {
      state.asked = message;
      if (kernel.touch(state.at + offset, 1)) hearAsStore(state, message, kernel);
    } else if (name === 'machFaultDone' && state.asked !== null) {
      hearAsStore(state, state.asked, kernel);
      state.asked = null;
    } else hearAsStore(state, message, kernel);
  },
};
