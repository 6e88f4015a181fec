/**
 * The modified page writer: begins when the modified list has MPW_HILIMIT pages and writes until it is
 * down to MPW_LOLIMIT, in clusters of MPW_WRTCLUSTER neighbouring pages at most. What is written goes
 * to the free list, where it can still be had back.
 */

import type { CentralView } from '../../../contracts/central-management.ts';
import { append, listOf, remove } from '../../../contracts/page-lists.ts';
import { MODIFIED, shareOf, type VmsState, WRITING } from './state.ts';

/** Writes what has to be written now. `all`: though the list is below its high limit. */
export function writeModified(state: VmsState, view: CentralView, all: boolean): void {
  const { lists } = state;
  const low = all ? 0 : shareOf(state, 'mpwLowShare', 0);
  if (all || (lists.count[MODIFIED] as number) >= shareOf(state, 'mpwHighShare', 1))
    state.isWriting = true;
  while (state.isWriting) {
    if ((lists.count[MODIFIED] as number) <= low) state.isWriting = false;
    else if (!writeCluster(state, view)) return;
  }
}

/** The oldest page and its neighbours, in the order of their blocks; false: none can be written. */
function writeCluster(state: VmsState, view: CentralView): boolean {
  const { lists } = state;
  const oldest = lists.head[MODIFIED] as number;
  const cluster = state.settings.cluster as number;
  const isOurs = (page: number) =>
    page >= 0 &&
    page < lists.next.length &&
    listOf(lists, page) === MODIFIED &&
    view.memberOf(page) === view.memberOf(oldest);
  let from = oldest;
  while (oldest - from < cluster - 1 && isOurs(from - 1)) from--;
  let written = 0;
  for (let page = from; written < cluster && isOurs(page); page++) {
    if (!view.clean(page)) break;
    remove(lists, page);
    append(lists, WRITING, page);
    written++;
  }
  if (written > 0) state.clusters++;
  return written > 0;
}
