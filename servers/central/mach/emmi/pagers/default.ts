/**
 * Default pager: pages objects of the kernel's own, which it is told of when the first page of one is to
 * leave memory [EMMI14]. Golub and Draves, "Moving the Default Memory Manager out of the Mach Kernel"
 * (1991). It is trusted and waits for nobody: what it is sent it takes at once, and what it sends off
 * the kernel keeps in its own swap until it has arrived.
 */

import type { PagerModule } from '../pager.ts';
import { hearAsStore, type StoreState } from './store.ts';

export const defaultPager: PagerModule<StoreState> = {
  name: 'default',
  summary: "pages objects of the kernel's own",
  create: () => ({ objects: {} }),
  hear: (state, message, kernel) => {
    const { object = 0, control = 0, offset = 0, address = 0 } = message.fields;
    const kept = state.objects[object];
    switch (message.name) {
      case 'memoryObjectCreate':
        state.objects[object] = { control, pages: [] };
        return;
      case 'memoryObjectTerminate':
        delete state.objects[object];
        return;
      case 'memoryObjectDataInitialize':
        // A second one tells of older contents.
        if (kept !== undefined && (kept.pages[offset] ?? null) !== null) kernel.free(address, 1);
        else hearAsStore(state, message, kernel);
        return;
      default:
        hearAsStore(state, message, kernel);
    }
  },
};
