/**
 * State of VMS paging: two lists for the whole system and a working-set list for each process.
 *
 *   working set of a process --oldest, when it is full--> modified? --yes--> modified list
 *        ^                                                    | no            | written in clusters
 *        |                                                    v               v
 *        +-------------- touched again: soft fault ------ free list <------ written
 *                                                             | oldest
 *                                                             v
 *                                                       another page's frame
 */

import type { CentralContext, CentralView } from '../../../contracts/central-management.ts';
import {
  append,
  createLists,
  NONE,
  type PageLists,
  remove,
} from '../../../contracts/page-lists.ts';

/** Lists: free, modified, being written; then the working set of each process. */
export const FREE = 0;
export const MODIFIED = 1;
export const WRITING = 2;
export const WORKING_SETS = 3;

/** What a process has of memory, and how that is adjusted. */
export interface WorkingSet {
  readonly firstPage: number;
  readonly pages: number;
  /** Pages that it may have now; up to quota always, up to extent while memory is ample. */
  limit: number;
  readonly quota: number;
  readonly extent: number;
  /** Faults, soft ones too, since its own time `since`. */
  faults: number;
  since: number;
  /** Swapped out, with so many pages, at tick `at`; or in since then. */
  isOut: boolean;
  outPages: number;
  at: number;
}

export interface VmsState {
  readonly lists: PageLists;
  readonly sets: WorkingSet[];
  readonly settings: Readonly<Record<string, number>>;
  readonly frames: number;
  /** The modified writer runs until the list is down to its low limit. */
  isWriting: boolean;
  ticks: number;
  softFree: number;
  softModified: number;
  grown: number;
  shrunk: number;
  swapped: number;
  clusters: number;
}

export function createVms({
  pages,
  guaranteedFrames: frames,
  parameters,
  members,
}: CentralContext): VmsState {
  const share = (name: string) => Math.floor(frames * (parameters[name] as number));
  const equal = Math.max(1, Math.floor(share('quotaShare') / members.length));
  return {
    lists: createLists(pages, WORKING_SETS + members.length),
    sets: members.map(({ firstPage, pages: own, parameters: single }) => {
      const quota = single.quota || equal;
      const extent = Math.max(quota, single.extent || share('extentShare'));
      const limit = Math.max(
        1,
        single.limit || Math.floor(quota * (parameters.limitShare as number)),
      );
      const rest = { faults: 0, since: 0, isOut: false, outPages: 0, at: 0 };
      return { firstPage, pages: own, limit: Math.min(limit, extent), quota, extent, ...rest };
    }),
    settings: parameters,
    frames,
    isWriting: false,
    ticks: 0,
    softFree: 0,
    softModified: 0,
    grown: 0,
    shrunk: 0,
    swapped: 0,
    clusters: 0,
  };
}

/** Pages in the working set of a process. */
export function sizeOf({ lists }: VmsState, member: number): number {
  return lists.count[WORKING_SETS + member] as number;
}

/** Frames that can be had with nothing written. */
export function availableOf({ lists }: VmsState, view: CentralView): number {
  return view.freeFrames() + (lists.count[FREE] as number);
}

/** So much of memory as a setting says, at least `least`. */
export function shareOf({ frames, settings }: VmsState, name: string, least: number): number {
  return Math.max(least, Math.floor(frames * (settings[name] as number)));
}

/** Takes the oldest pages out of a working set until it has at most `most`, but not page `but`. */
export function trim(
  state: VmsState,
  view: CentralView,
  member: number,
  most: number,
  but: number,
): void {
  const { lists } = state;
  const set = WORKING_SETS + member;
  let page = lists.head[set] as number;
  while (page !== NONE && (lists.count[set] as number) > most) {
    const next = lists.next[page] as number;
    if (page !== but && view.evictable(page)) {
      view.unmap(page);
      remove(lists, page);
      // Unmapped, so the word that the pager keeps of it tells, and no look is charged.
      append(lists, view.modified(page) ? MODIFIED : FREE, page);
    }
    page = next;
  }
}
