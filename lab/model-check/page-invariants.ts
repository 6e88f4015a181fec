/**
 * Invariants of containers of pages, each named by its rule: what cells, pages, frames, locks, windows
 * and capabilities say of each other. `checkPages` is the servers' own; the rest is written over the
 * small world.
 */

import { LOCK_EXCLUSIVE, LOCK_PHYSICAL, LOCK_WRITES } from '../../contracts/messages.ts';
import { PAGES, WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { checkPages } from '../../servers/memory/containers/page-books.ts';
import {
  LOCKED,
  OPEN,
  type PageContainer,
  pageAt,
  SEALED,
  UNUSED,
} from '../../servers/memory/containers/page-state.ts';
import { checkRecords } from '../../servers/memory/metadata.ts';
import { UNMAPPED } from '../../sim-hw/frames.ts';
import { type Deadlines, PAGE } from './deadlines.ts';
import { nameOf, SWAP, type World } from './world.ts';

/** What is wrong, or undefined. */
export function checkPageContainers(world: World, deadlines: Deadlines): string | undefined {
  const { pages } = world.memory;
  if (pages.containers.length === 0) return undefined;
  const wrong = checkPages(pages, world.kernel.state.frames);
  if (wrong !== undefined) return `[CONT24] ${wrong}`;
  const records = checkRecords(world.memory);
  if (records !== undefined) return `[MEM19] ${records}`;
  for (const container of pages.containers) {
    const found =
      checkLock(world, deadlines, container) ??
      checkLifetime(world, container) ??
      checkWindow(world, container) ??
      checkHolders(world, container);
    if (found !== undefined) return found;
  }
  return pages.losses.length === 0 ? undefined : '[CONT25] a page is lost and nobody is told';
}

/** A lock ends; nobody maps what is locked for one alone. */
function checkLock(
  world: World,
  { lists }: Deadlines,
  container: PageContainer,
): string | undefined {
  const { id, status, how, user, holder } = container;
  if (status !== LOCKED) return undefined;
  if (user !== 0 && user !== holder)
    return `[CONT13] container ${id} is locked by ${nameOf(world, holder)}, and is another's to use`;
  if (lists[PAGE].length === 0) return `[CONT20] container ${id} is locked and no timer ends that`;
  if ((how & LOCK_EXCLUSIVE) === 0) return undefined;
  // Nothing is copied in these worlds: what maps the frame maps the page.
  const { mappedBy } = world.kernel.state.frames;
  for (const frame of framesOf(world, container))
    if (frame >= 0 && mappedBy[frame] !== UNMAPPED)
      return `[CONT20] a page of container ${id} is mapped in spite of an exclusive lock`;
  return undefined;
}

/** A lifetime ends when it is over, or with the lock that runs then; and a timer sees to that. */
function checkLifetime({ kernel, memory }: World, container: PageContainer): string | undefined {
  const { id, status, endsAt } = container;
  if (status === UNUSED || status === LOCKED) return undefined;
  if (endsAt <= kernel.state.nowNs)
    return `[CONT14] the lifetime of container ${id} is over, and it is not open again`;
  return endsAt < memory.pages.timerAt
    ? `[CONT14] the lifetime of container ${id} will end before the timer that should end it`
    : undefined;
}

/** The window of a container is open exactly while a physical lock is on, as that lock says. */
function checkWindow(world: World, container: PageContainer): string | undefined {
  const { id, status, how, holder } = container;
  const list = world.kernel.state.windowLists[id];
  const isOpen = list !== undefined && list.holder >= 0;
  const isPhysical = status === LOCKED && (how & LOCK_PHYSICAL) !== 0;
  if (isOpen !== isPhysical)
    return `[CONT23] the window of container ${id} is ${isOpen ? 'open without' : 'closed in spite of'} a lock`;
  if (!isOpen) return undefined;
  if (list.holder !== holder || list.writable !== ((how & LOCK_WRITES) !== 0))
    return `[CONT23] the window of container ${id} is open to another, or for more, than its lock says`;
  const frames = framesOf(world, container);
  const agrees = frames.every((frame, index) => list.frames[index] === frame);
  return agrees ? undefined : `[CONT23] the window of container ${id} shows frames it has not`;
}

/** Who may name the container: its owner, and others only while it is sealed. */
function checkHolders(world: World, container: PageContainer): string | undefined {
  const { capabilities } = world.kernel.state;
  const { id, status, owner, generation } = container;
  for (let task = SWAP; task < capabilities.length; task++) {
    const { kind, object, generation: made } = capabilities[task];
    for (let slot = 0; slot < 16; slot++) {
      const isOfIt = object[slot] === id && made[slot] === generation;
      if (!isOfIt || (kind[slot] !== PAGES && kind[slot] !== WEAK_PAGES)) continue;
      const who = nameOf(world, task);
      if (status === UNUSED) return `[CONT15] ${who} names a container of pages that is no more`;
      if (kind[slot] === PAGES && owner !== task)
        return `[CONT16] ${who} names another's container`;
      if (kind[slot] === WEAK_PAGES && (status === OPEN || status === SEALED))
        return `[CONT12] ${who} names a container that is shared with nobody`;
    }
  }
  return undefined;
}

function framesOf({ memory }: World, container: PageContainer): number[] {
  return container.cells.map((_, index) => pageAt(memory.pages, container, index)?.frame ?? -1);
}
