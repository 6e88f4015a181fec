/**
 * Layout of a world: which task is who, how many transfers each may have under way, how long a lock
 * may last, how large a page is.
 */

import type { CellOptions, CellTask } from './cell-options.ts';

export const MEMORY = 1;
export const SWAP = 2;
export const CENTRAL = 3;
export const DEFAULT_PAGER = 4;
/** Transfers a pager may have under way: a client's own, a central one's. */
export const CLIENT_TRANSFERS = 16;
export const CENTRAL_TRANSFERS = 64;
/** Largest frame run: 2 MiB. */
export const ORDER_MAX = 9;
/** Longest a server may hold a lock on a client's page: 10 s, far above any one transfer. */
const LOCK_MAX_NS = 10_000_000_000;
const LOCK_MAX_REFERENCES = 1_000_000_000;

/** Containers that can be in use at once: every pager's transfers. */
export function containersFor(options: CellOptions): number {
  return CENTRAL_TRANSFERS + CLIENT_TRANSFERS * options.tasks.length;
}

/** Memory servers behind one another, the machine's own included: only contracts know more than one. */
export function depthOf({ management, memoryServers }: CellOptions): number {
  return management === 'contracts' ? (memoryServers?.depth ?? 1) : 1;
}

/** Longest lock, on the clock of terms. */
export function lockMax(options: CellOptions): number {
  if (options.lockMax !== undefined) return options.lockMax;
  return options.clock === 'references' ? LOCK_MAX_REFERENCES : LOCK_MAX_NS;
}

/** Base-2 log of a page of the task, in frames. */
export function orderOf(task: CellTask): number {
  return task.pageBytes === 4096 ? 0 : ORDER_MAX;
}
