/**
 * A real pager as a client: the memory-control thread of clients/pager with a FIFO policy, and for
 * a program one that may touch any of its pages next, to read or to write. The program's steps are
 * the MMU's: a hit sets the page's bits, a first write makes a new version, all else is a fault.
 */

import { type ContractWish, clientStep } from '../../clients/pager/memory-control.ts';
import fifo from '../../clients/policies/fifo.ts';
import type { Policy } from '../../contracts/policy.ts';
import { raiseFault } from '../../nucleus/faults.ts';
import { READY } from '../../nucleus/tasks.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import { createPagerCode } from '../../paging/policy-call.ts';
import { createPagerState, type PagerState } from '../../paging/state.ts';
import { MODIFIED, WRITABLE } from '../../sim-hw/page-table/format.ts';
import { READ, WRITE } from '../../sim-hw/references.ts';
import { SPACE_PAGES } from './flat-table.ts';
import type { ClientPlan } from './plan.ts';
import { type Durations, FIRST, MEMORY_PORT, SWAP_PORT, type World } from './world.ts';

/** Transfers that the pager may have under way. */
const TRANSFERS = 1;
const code = createPagerCode(fifo as Policy, [
  { runs: new Uint32Array(0), nextUse: new Uint32Array(0) },
]);

export const pagerClientStep = clientStep(code);

export function createPagerClient(plan: ClientPlan, durations: Durations, id: number): PagerState {
  const [{ guaranteed, extra }] = plan.wishes as [ClientPlan['wishes'][number]];
  const owner: ContractWish = {
    guaranteed,
    extra,
    term: 0,
    renews: false,
    kin: null,
    changes: [],
    next: 0,
    wiring: null,
    wireTime: 0,
    cap: null,
    advice: null,
    renewing: false,
    asksAgain: false,
  };
  const { pages } = plan;
  return createPagerState({
    id,
    memoryPort: MEMORY_PORT,
    swapPort: SWAP_PORT,
    members: [{ task: id, pages, order: 0, zeroFill: true, image: true, scratch: [] }],
    tracksDirty: extra > 0,
    spareLow: 0,
    spareHigh: 0,
    lockMax: durations.lock,
    retryAfter: 1,
    transfersMax: TRANSFERS,
    policy: fifo.create({ pages, guaranteedFrames: guaranteed, parameters: {}, seed: 0 }) as object,
    owner,
    kinds: PLAIN_PAGES,
    seed: 0,
  });
}

/** Adds what the program of client `index` may do next: 2 x page, plus 1 to write. */
export function possibleTouches(world: World, index: number, actions: number[]): void {
  if (world.kernel.state.tasks[FIRST + index].status !== READY) return;
  const { pages } = world.plan.clients[index];
  for (let touch = 0; touch < 2 * pages; touch++)
    if (changes(world, index, touch)) actions.push(touch);
}

/** Whether a touch does anything: a hit that finds every bit as it would leave it does not. */
function changes(world: World, index: number, touch: number): boolean {
  const entry = world.kernel.state.table.entries[index * SPACE_PAGES + (touch >> 1)];
  const writes = (touch & 1) === 1;
  if (entry === 0) return true;
  const { frames, spaces } = world.kernel.state;
  const isLast = frames.stampLow[entry >>> 8] === spaces[index].versions[touch >> 1];
  return !isLast || (writes && (entry & MODIFIED) === 0);
}

/** The program touches a page. */
export function touchPage(world: World, index: number, touch: number): void {
  const { kernel } = world;
  const { state } = kernel;
  const page = touch >> 1;
  const writes = (touch & 1) === 1;
  const at = index * SPACE_PAGES + page;
  const entry = state.table.entries[at];
  if (entry === 0 || (writes && (entry & WRITABLE) === 0)) {
    const kind = writes ? WRITE : READ;
    raiseFault(kernel, state.tasks[FIRST + index], page, kind, entry !== 0);
    return;
  }
  checkContents(world, index, page, entry >>> 8);
  state.table.entries[at] = entry | (writes ? MODIFIED : 0);
  if (!writes) return;
  const space = state.spaces[index];
  space.versions[page]++;
  state.frames.stampLow[entry >>> 8] = space.versions[page];
  state.frames.stampHigh[entry >>> 8] = space.base + page + 1;
}

/** What the program finds is what it wrote last, or zeros where it was told of a loss. */
function checkContents(world: World, index: number, page: number, frame: number): void {
  const { frames, spaces } = world.kernel.state;
  const { base, versions } = spaces[index];
  const high = frames.stampHigh[frame];
  if (high === 0) return;
  if (high === base + page + 1 && frames.stampLow[frame] === versions[page]) return;
  world.happened.foreign.push(`page ${page} holds what its program did not write there last`);
}
