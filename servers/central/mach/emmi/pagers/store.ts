/**
 * Store pager: keeps pages, and does all that is asked of it. It answers each request, takes back what
 * it is sent at once, and gives whatever right is asked for.
 */

import { type Contents, copyContents, createContents } from '../../../../../sim-hw/contents.ts';
import type { PagerKernel, PagerMessage, PagerModule } from '../pager.ts';

export interface StoreObject {
  /** The kernel's number, or -1: nobody maps it. */
  control: number;
  /** By page; null: nothing was ever written there. */
  readonly pages: (Contents | null)[];
}

export interface StoreState {
  readonly objects: Record<number, StoreObject>;
}

export const storePager: PagerModule<StoreState> = {
  name: 'store',
  summary: 'keeps pages, and does all that is asked of it',
  create: createStoreState,
  hear: hearAsStore,
};

export function createStoreState(objects: number, pages: number): StoreState {
  const state: StoreState = { objects: {} };
  for (let object = 0; object < objects; object++)
    state.objects[object] = { control: -1, pages: Array.from({ length: pages }, () => null) };
  return state;
}

export function hearAsStore(state: StoreState, message: PagerMessage, kernel: PagerKernel): void {
  const { name, fields } = message;
  const { object = 0, offset = 0, address = 0, control = 0 } = fields;
  const kept = state.objects[object];
  if (kept === undefined) return;
  switch (name) {
    case 'memoryObjectInit':
      kept.control = control;
      kernel.send('memoryObjectReady', { control, mayCache: 0, strategy: 1 });
      return;
    case 'memoryObjectDataRequest': {
      const page = kept.pages[offset] ?? null;
      if (page !== null) kernel.supply(kept.control, offset, [page]);
      else kernel.send('memoryObjectDataUnavailable', { control: kept.control, offset, length: 1 });
      return;
    }
    case 'memoryObjectDataReturn':
    case 'memoryObjectDataWrite':
    case 'memoryObjectDataInitialize':
      keepPage(kept, offset, kernel.read(address));
      kernel.free(address, 1);
      return;
    case 'memoryObjectDataUnlock':
      kernel.send('memoryObjectLockRequest', {
        control: kept.control,
        offset,
        length: 1,
        order: NO_LOCK,
      });
      return;
    case 'memoryObjectCopy':
      copyObject(state, kept, fields);
      return;
    case 'memoryObjectTerminate':
      kept.control = -1;
      return;
  }
}

/** lockOrder of no return, no flush, lock 0. */
const NO_LOCK = 0;

function keepPage(kept: StoreObject, offset: number, contents: Contents | undefined): void {
  if (contents === undefined) return;
  const page = createContents(contents.bytes.length > 0);
  copyContents(page, contents);
  // No holes: what is not there is null.
  while (kept.pages.length < offset) kept.pages.push(null);
  kept.pages[offset] = page;
}

/** Of a copy that it is told of the pager keeps the pages itself. */
function copyObject(
  state: StoreState,
  { pages }: StoreObject,
  { copy = 0, offset = 0, length = 0 }: Readonly<Record<string, number>>,
): void {
  state.objects[copy] = { control: -1, pages: pages.slice(offset, offset + length) };
}
