/**
 * Locks on containers of pages (SPEC [CONT20] to [CONT23]): of the mapping (nobody takes pages out or
 * away) or of the physical frames (they stay where they are, and a DMA window opens to the holder),
 * exclusive or not, for reading or for writing, for at most the time fixed when it was sealed.
 *
 * Two things keep locks from getting in the way of revocation [CONT21]: a container that may hold
 * extras is never locked beyond the shortest grace, nor beyond the deadline of a notice that runs. A
 * lock for writing first gives each page a frame of its own, so that no device writes into a copy.
 */

import { LOCK_EXCLUSIVE, LOCK_PHYSICAL, LOCK_WRITES, OP } from '../../../contracts/messages.ts';
import { LOCKED_NOW, NO_SUCH_CONTAINER, TOO_LONG } from '../../../contracts/refusals.ts';
import { WEAK_PAGES } from '../../../nucleus/capabilities.ts';
import { termNow } from '../../../nucleus/clock.ts';
import { listSerial, openList } from '../../../nucleus/dma-lists.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { refuse, refuseAt } from '../answers.ts';
import { noticeOf } from '../client.ts';
import { clientOf, type MemoryServerState, objectOf } from '../state.ts';
import { resolvePages } from './page-containers.ts';
import { noteEnd } from './page-ends.ts';
import { canOwn, isShared, makeOwn } from './page-frames.ts';
import { armPageTimer, lockIsOver, unmapAll } from './page-lifetimes.ts';
import { breakPageLock, pinPages } from './page-pins.ts';
import { LOCKED, type Page, type PageContainer, pageAt } from './page-state.ts';

/** Locks every page that is there; the window's pages have the container's indices. */
export function lockPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  how: number,
  duration: number,
  tag: number,
): void {
  const container = resolvePages(kernel, server, from, capability, WEAK_PAGES);
  const no = (reason: number) => refuse(kernel, server, from, tag, reason, OP.lockPages);
  if (container === null) return no(NO_SUCH_CONTAINER);
  if (container.status === LOCKED) return no(LOCKED_NOW);
  const until = termNow(kernel) + duration;
  if (duration > container.lockMax || until > lastMoment(server, container)) return no(TOO_LONG);
  const failing = cannotLock(server, container, how);
  if (failing >= 0) return refuseAt(kernel, server, from, tag, LOCKED_NOW, OP.lockPages, failing);
  const reason = readyPages(kernel, server, container, how);
  if (reason !== 0) return no(reason);
  if ((how & LOCK_EXCLUSIVE) !== 0) unmapAll(kernel, server, container);
  container.status = LOCKED;
  container.holder = from;
  container.how = how;
  const isEndless = server.planted === 'lock-without-end';
  container.lockedUntil = isEndless ? Number.POSITIVE_INFINITY : until;
  noteEnd(server.pages, container);
  pinPages(server, container, how, 1);
  let window = 0;
  let opening = 0;
  if ((how & LOCK_PHYSICAL) !== 0) {
    const writes = (how & LOCK_WRITES) !== 0;
    const list = objectOf(server, container.id);
    window = openList(kernel, list, framesOf(server, container), from, writes);
    opening = listSerial(kernel, window);
  }
  armPageTimer(kernel, server, until);
  reply(kernel, server.id, from, OP.locked, tag, window, container.version, opening, 0);
}

/** unlockContainer, of a container of pages. */
export function unlockPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
): void {
  const container = resolvePages(kernel, server, from, capability, WEAK_PAGES);
  if (container === null || container.status !== LOCKED || container.holder !== from)
    return refuse(kernel, server, from, capability, NO_SUCH_CONTAINER, OP.unlockContainer);
  breakPageLock(kernel, server, container);
  if (server.planted === 'lifetime-outlives-lock') return;
  lockIsOver(kernel, server);
}

/** The holder is dead: its locks are over [CONT42]. */
export function endPageLocksOf(kernel: Kernel, server: MemoryServerState, holder: number): void {
  let broken = 0;
  for (const container of server.pages.containers) {
    if (container.status !== LOCKED || container.holder !== holder) continue;
    breakPageLock(kernel, server, container);
    broken++;
  }
  if (broken > 0) lockIsOver(kernel, server);
}

/** When a lock on the container has to be over: where extras may be inside, with the notice. */
function lastMoment(server: MemoryServerState, container: PageContainer): number {
  const client = clientOf(server, container.owner);
  const owes = container.extras && client.noticed > 0;
  return owes ? noticeOf(client).deadline : Number.POSITIVE_INFINITY;
}

/** The first page that another container's lock keeps from being locked so, or -1. */
function cannotLock(server: MemoryServerState, container: PageContainer, how: number): number {
  const excludes = (how & (LOCK_EXCLUSIVE | LOCK_WRITES)) !== 0;
  for (let index = 0; index < container.cells.length; index++) {
    const page = pageAt(server.pages, container, index);
    if (page === null) continue;
    if (page.bars > 0 || page.writers > 0 || (excludes && page.pins > 0)) return index;
  }
  return -1;
}

/** Frames for a physical lock, frames of their own for one that writes: for all pages or none. */
function readyPages(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  how: number,
): number {
  if ((how & (LOCK_PHYSICAL | LOCK_WRITES)) === 0) return 0;
  const writes = (how & LOCK_WRITES) !== 0;
  const pages: Page[] = [];
  for (let index = 0; index < container.cells.length; index++) {
    const page = pageAt(server.pages, container, index);
    if (page !== null && (page.frame < 0 || (writes && isShared(server, page)))) pages.push(page);
  }
  if (pages.length === 0) return 0;
  const reason = canOwn(kernel, server, container, pages);
  if (reason !== 0) return reason;
  // Promised for all of them: none of these is refused.
  for (const page of pages) makeOwn(kernel, server, container, page);
  return 0;
}

/** The frame of each page, by index; -1 where there is none. */
function framesOf(server: MemoryServerState, container: PageContainer): number[] {
  return container.cells.map((_, index) => pageAt(server.pages, container, index)?.frame ?? -1);
}
