/**
 * Page table of a model-checked world: one word for each page of each space, found by its index.
 * It holds what every format holds; what a real one does beside that (nodes, hash chains) is
 * nobody's protocol and is tested against the others in test/sim-hw/page-table.
 */

import {
  createCounts,
  type PageTableFormat,
  type PageTableState,
  PRESENT,
} from '../../sim-hw/page-table/format.ts';

/** Pages of a space, at most. */
export const SPACE_PAGES = 8;

export interface FlatTableState extends PageTableState {
  readonly format: 'flat';
}

export const flatTable: PageTableFormat<FlatTableState> = {
  name: 'flat',
  summary: 'One word a page.',
  orders: [0],
  virtualPagesMax: SPACE_PAGES,
  create: (_frames, spaces) => ({
    format: 'flat',
    entries: new Uint32Array(spaces * SPACE_PAGES),
    probes: 0,
    tableFrames: 0,
    droppedSpace: -1,
    droppedVpn: -1,
    lost: [],
    counts: createCounts(),
  }),
  walk: find,
  find,
  enter(state, space, vpn, frame, _order, flags) {
    state.entries[space * SPACE_PAGES + vpn] = (frame << 8) | flags | PRESENT;
  },
  forget: () => false,
  reload: () => false,
  remove(state, space, vpn) {
    const entry = state.entries[space * SPACE_PAGES + vpn];
    state.entries[space * SPACE_PAGES + vpn] = 0;
    return entry;
  },
  removeSpace(state, space) {
    state.entries.fill(0, space * SPACE_PAGES, (space + 1) * SPACE_PAGES);
  },
  check: () => undefined,
};

function find(state: FlatTableState, space: number, vpn: number): number {
  const index = space * SPACE_PAGES + vpn;
  return state.entries[index] === 0 ? -1 : index;
}
