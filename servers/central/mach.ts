/**
 * Mach's pageout policy: FIFO with second chance over an active and an inactive queue.
 *
 * Draves, "Page Replacement and Reference Bit Emulation in Mach" (1991): a page that is faulted in
 * goes to the tail of the active queue. The pageout daemon takes the head of the inactive queue:
 * referenced, it goes to the active tail; else it is the victim. The inactive queue is refilled
 * from the active head, clearing reference bits, up to its target, a share of the pages in use
 * (`inactiveShare`; half, as XNU still has it; Mach 2.5 after tuning used 2/3, the mac2 port
 * 1/3). `machThresholds` are the free-page thresholds of the daemon.
 *
 * The three reserves and the adaptive pause for slow pagers: reserves.ts. Left out: reference-bit
 * emulation for machines without the bit, pages of objects without a task.
 */

import type { Policy, PolicyContext, PolicyView } from '../../contracts/policy.ts';

interface MachState {
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly queue: Uint8Array;
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly count: Int32Array;
  readonly inactiveShare: number;
}

const NONE = -1;
const ACTIVE = 1;
const INACTIVE = 2;

/** Free pages at which the daemon wakes, and at which it stops: 10 + avail/100, 15 + avail/80. */
export function machThresholds(frames: number): { freeMin: number; freeTarget: number } {
  return { freeMin: 10 + Math.floor(frames / 100), freeTarget: 15 + Math.floor(frames / 80) };
}

const mach: Policy<MachState> = {
  name: 'mach',
  sight: 'hardware',
  summary: 'active and inactive queues with second chance (Mach; Draves 1991)',
  parameters: { inactiveShare: 0.5 },
  create,
  admitted: (state, page) => append(state, ACTIVE, page),
  removed: (state, page) => unlink(state, page),
  victim,
  check,
};

export default mach;

function create(context: PolicyContext): MachState {
  return {
    next: new Int32Array(context.pages).fill(NONE),
    previous: new Int32Array(context.pages).fill(NONE),
    queue: new Uint8Array(context.pages),
    head: new Int32Array(3).fill(NONE),
    tail: new Int32Array(3).fill(NONE),
    count: new Int32Array(3),
    inactiveShare: context.parameters.inactiveShare ?? 0.5,
  };
}

function victim(state: MachState, view: PolicyView): number {
  const pages = (state.count[ACTIVE] as number) + (state.count[INACTIVE] as number);
  // Each page is passed over at most once for its bit and once for being busy.
  for (let step = 0; step <= 2 * pages; step++) {
    refill(state, view);
    const page = state.head[INACTIVE] as number;
    if (page === NONE) break;
    if (!view.evictable(page)) move(state, page, INACTIVE);
    else if (view.referenced(page)) move(state, page, ACTIVE);
    else return page;
  }
  return anyEvictable(state, view);
}

/** Moves pages from the active head to the inactive tail until the target is reached. */
function refill(state: MachState, view: PolicyView): void {
  const pages = (state.count[ACTIVE] as number) + (state.count[INACTIVE] as number);
  const target = Math.max(1, Math.floor(pages * state.inactiveShare));
  while ((state.count[INACTIVE] as number) < target && state.head[ACTIVE] !== NONE) {
    const page = state.head[ACTIVE] as number;
    view.clearReferenced(page);
    move(state, page, INACTIVE);
  }
}

/** Everything was touched meanwhile: the oldest page that may go. */
function anyEvictable(state: MachState, view: PolicyView): number {
  for (const queue of [INACTIVE, ACTIVE])
    for (let page = state.head[queue] as number; page !== NONE; page = state.next[page] as number)
      if (view.evictable(page)) return page;
  return NONE;
}

function move(state: MachState, page: number, queue: number): void {
  unlink(state, page);
  append(state, queue, page);
}

function append(state: MachState, queue: number, page: number): void {
  const last = state.tail[queue] as number;
  state.queue[page] = queue;
  state.previous[page] = last;
  state.next[page] = NONE;
  if (last === NONE) state.head[queue] = page;
  else state.next[last] = page;
  state.tail[queue] = page;
  state.count[queue] = (state.count[queue] as number) + 1;
}

function unlink(state: MachState, page: number): void {
  const queue = state.queue[page] as number;
  if (queue === 0) return;
  const before = state.previous[page] as number;
  const after = state.next[page] as number;
  if (before === NONE) state.head[queue] = after;
  else state.next[before] = after;
  if (after === NONE) state.tail[queue] = before;
  else state.previous[after] = before;
  state.queue[page] = 0;
  state.count[queue] = (state.count[queue] as number) - 1;
}

function check(state: MachState): string | undefined {
  for (const queue of [ACTIVE, INACTIVE]) {
    let count = 0;
    let before = NONE;
    for (let page = state.head[queue] as number; page !== NONE; page = state.next[page] as number) {
      if (state.queue[page] !== queue) return `page ${page} stands in a queue it is not of`;
      if (state.previous[page] !== before) return `page ${page} has a wrong neighbour`;
      before = page;
      count++;
    }
    if (count !== state.count[queue]) return `queue ${queue} holds ${count} pages`;
  }
  return undefined;
}
