/**
 * Store: what the swap server keeps, a 64-bit stamp (two u32) for each 4 KiB block. A client names
 * blocks of its own *extent*, from 0; nobody can name another's. A page of 2 MiB takes 512 blocks,
 * and its contents stand in the first.
 */

export interface StoreState {
  stampLow: Uint32Array;
  stampHigh: Uint32Array;
  /** 1 where the server has said that what was, or was to be, stored is lost. */
  gone: Uint8Array;
  /** Base-2 log of the blocks that a page takes on the device. */
  order: Uint8Array;
  /** Blocks in use by extents, from 0. */
  used: number;
  readonly extents: Extent[];
}

export interface Extent {
  readonly client: number;
  readonly base: number;
  readonly blocks: number;
}

/** `stampHigh` of a block that holds nothing. */
export const EMPTY = 0xffffffff;

export function createStore(): StoreState {
  return {
    stampLow: new Uint32Array(0),
    stampHigh: new Uint32Array(0),
    gone: new Uint8Array(0),
    order: new Uint8Array(0),
    used: 0,
    extents: [],
  };
}

/** Gives `client` an extent of `pages` pages of 2^order blocks (one stamp a page is kept). */
export function addExtent(store: StoreState, client: number, pages: number, order: number): void {
  const base = store.used;
  store.used += pages;
  const low = new Uint32Array(store.used);
  low.set(store.stampLow);
  const high = new Uint32Array(store.used).fill(EMPTY);
  high.set(store.stampHigh);
  store.stampLow = low;
  store.stampHigh = high;
  const gone = new Uint8Array(store.used);
  gone.set(store.gone);
  store.gone = gone;
  const orders = new Uint8Array(store.used).fill(order);
  orders.set(store.order);
  store.order = orders;
  store.extents.push({ client, base, blocks: pages });
}

/** Place of a client's page in the store, or -1 when it is none of its extents'. */
export function placeOf(store: StoreState, client: number, page: number): number {
  let first = 0;
  for (const extent of store.extents) {
    if (extent.client !== client) continue;
    if (page >= first && page < first + extent.blocks) return extent.base + page - first;
    first += extent.blocks;
  }
  return -1;
}
