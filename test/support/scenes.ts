/** Scenes: a management by itself, over pages and frames that a test moves; no machine, no costs. */

import type { CentralManagement, CentralView } from '../../contracts/central-management.ts';

export interface Scene {
  readonly state: unknown;
  readonly resident: Set<number>;
  readonly referenced: Set<number>;
  readonly modified: Set<number>;
  readonly cleaned: number[];
  /** Time of all tasks, moved by each touch. */
  now: number;
  /** A touch: a fault where the page is not resident. Returns the page that left for it, or -1. */
  touch(page: number, writes?: boolean): number;
  faults: number;
  victim(): number;
}

/** `members`: settings of each, its pages following those of the one before. */
export function scene(
  management: CentralManagement,
  frames: number,
  pages: number,
  members: readonly Record<string, number>[] = [{}],
  parameters: Record<string, number> = {},
): Scene {
  const state = management.create({
    pages: pages * members.length,
    guaranteedFrames: frames,
    parameters: { ...management.parameters, ...parameters },
    seed: 1,
    members: members.map((own, at) => ({
      name: `task${at}`,
      firstPage: at * pages,
      pages,
      parameters: { ...management.taskParameters, ...own },
    })),
  });
  const resident = new Set<number>();
  const referenced = new Set<number>();
  const modified = new Set<number>();
  const cleaned: number[] = [];
  let faulting = -1;
  const memberOf = (page: number) =>
    page >= 0 && page < pages * members.length ? Math.floor(page / pages) : -1;
  const view = {
    now: () => self.now,
    taskTime: () => self.now,
    frames: () => frames,
    freeFrames: () => frames - resident.size,
    comingFrames: () => 0,
    faulting: () => faulting,
    memberOf,
    framesOf: (member: number) => [...resident].filter((page) => memberOf(page) === member).length,
    isLiving: () => true,
    referenced: (page: number) => referenced.has(page),
    clearReferenced: (page: number) => referenced.delete(page),
    modified: (page: number) => modified.has(page),
    evictable: (page: number) => resident.has(page),
    isUnmapped: () => false,
    unmap: () => {},
    clean(page: number) {
      if (!modified.delete(page)) return false;
      cleaned.push(page);
      return true;
    },
    suspend: () => {},
    resume: () => {},
  } as unknown as CentralView;
  const self: Scene = {
    state,
    resident,
    referenced,
    modified,
    cleaned,
    now: 0,
    faults: 0,
    victim() {
      const page = management.victim(state, view);
      if (!resident.delete(page)) throw new Error(`scene: ${page} is not resident`);
      management.removed(state, page, view);
      referenced.delete(page);
      modified.delete(page);
      return page;
    },
    touch(page, writes = false) {
      self.now++;
      let left = -1;
      if (!resident.has(page)) {
        self.faults++;
        const member = memberOf(page);
        faulting = member;
        const mayTake = management.mayTakeFree?.(state, member, view) ?? true;
        if (resident.size === frames || !mayTake) left = self.victim();
        faulting = -1;
        resident.add(page);
        management.admitted(state, page, view);
      }
      referenced.add(page);
      if (writes) modified.add(page);
      return left;
    },
  };
  return self;
}
