/**
 * Ends of containers of pages: their lifetime, their owner's death, a drop, a cancel [CONT14], [CONT15].
 *
 * A lifetime that ends while the container is locked waits for the lock, which has a limit of its
 * own; so does its timer.
 */

import { OP } from '../../../contracts/messages.ts';
import {
  addCapability,
  type CapabilityTable,
  holdsKind,
  PAGES,
  removeCapability,
  renewCapability,
} from '../../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { dropMappingsFor } from '../../../nucleus/lent-mappings.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import { observe } from '../answers.ts';
import { chargeRecords, containerBytes } from '../metadata.ts';
import { dropRank } from '../ranked.ts';
import { clientOf, type MemoryServerState, objectOf } from '../state.ts';
import { TIMER_PAGES, timerWord } from '../timers.ts';
import { nextEnd, nextEnding, noteEnd } from './page-ends.ts';
import { detachPage } from './page-frames.ts';
import { breakPageLock } from './page-pins.ts';
import {
  LOCKED,
  NONE_THERE,
  OPEN,
  type PageContainer,
  pageAt,
  touch,
  UNUSED,
} from './page-state.ts';

/** Every capability dies but the owner's, which is renewed where it is. */
export function reopen(kernel: Kernel, server: MemoryServerState, container: PageContainer): void {
  unmapAll(kernel, server, container);
  const table = kernel.state.capabilities[container.owner] as CapabilityTable;
  const isThere = holdsOwn(server, table, container);
  container.generation = (container.generation + 1) >>> 0;
  if (isThere) renewCapability(table, container.capability, container.generation);
  else {
    // It was sent away and dies where it is; where there is no place for another, all goes.
    const { id, generation } = container;
    container.capability = addCapability(table, PAGES, objectOf(server, id), generation);
    if (container.capability < 0) return endContainer(kernel, server, container, RETURNED);
  }
  container.status = OPEN;
  container.user = 0;
  container.endsAt = Number.POSITIVE_INFINITY;
  noteEnd(server.pages, container);
  touch(container);
}

/** Deallocates every page and ends the container, locked or not. `cause`: as of released frames. */
export function endContainer(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  cause: number,
): void {
  breakPageLock(kernel, server, container);
  const table = kernel.state.capabilities[container.owner] as CapabilityTable;
  if (holdsOwn(server, table, container)) removeCapability(table, container.capability);
  for (let index = 0; index < container.cells.length; index++)
    if (container.cells[index] !== NONE_THERE) detachPage(kernel, server, container, index, cause);
  chargeRecords(clientOf(server, container.owner), -containerBytes(container.cells.length));
  container.cells = [];
  container.status = UNUSED;
  server.pages.freeHint = Math.min(server.pages.freeHint, container.id);
  container.endsAt = Number.POSITIVE_INFINITY;
  noteEnd(server.pages, container);
  container.generation = (container.generation + 1) >>> 0;
}

/** Drops whatever mappings the container's pages have. */
export function unmapAll(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
): void {
  for (let index = 0; index < container.cells.length; index++) {
    const page = pageAt(server.pages, container, index);
    if (page !== null && page.frame !== NONE_THERE) dropMappingsFor(kernel, page.frame, page.id);
  }
}

/** Locks and lifetimes whose limit has come end; sets the timer for what comes next. */
export function expirePages(kernel: Kernel, server: MemoryServerState): void {
  const { pages } = server;
  const now = termNow(kernel);
  while (nextEnd(pages) <= now) {
    const container = nextEnding(pages);
    if (container.status === LOCKED) {
      if (server.planted === 'page-lock-without-end') dropRank(pages.ends, container.id);
      if (server.planted === 'page-lock-without-end') continue;
      observe(kernel, container.owner, { kind: 'lockExpired' });
      breakPageLock(kernel, server, container);
    } else endLifetime(kernel, server, container);
  }
  pages.timerAt = Number.POSITIVE_INFINITY;
  armPageTimer(kernel, server, nextEnd(pages));
}

/** Locks have ended before their limit: a lifetime that they hid ends now, or is what the timer is for. */
export function lockIsOver(kernel: Kernel, server: MemoryServerState): void {
  const next = nextEnd(server.pages);
  if (next <= termNow(kernel)) expirePages(kernel, server);
  else armPageTimer(kernel, server, next);
}

/** One timer for all: at the earliest end, or earlier; none for what never ends. */
export function armPageTimer(kernel: Kernel, server: MemoryServerState, at: number): void {
  if (at >= server.pages.timerAt) return;
  server.pages.timerAt = at;
  timerAt(kernel, at, server.id, timerWord(TIMER_PAGES, 0));
}

function endLifetime(kernel: Kernel, server: MemoryServerState, container: PageContainer): void {
  reopen(kernel, server, container);
  const { owner, capability, version } = container;
  if (container.status === OPEN)
    reply(kernel, server.id, owner, OP.containerEnded, capability, version, 0, 0, 0);
}

/** Whether the owner still has its own capability where it was put. */
function holdsOwn(
  server: MemoryServerState,
  table: CapabilityTable,
  { capability, id, generation }: PageContainer,
): boolean {
  if (!holdsKind(table, capability, PAGES)) return false;
  return (
    table.object[capability] === objectOf(server, id) && table.generation[capability] === generation
  );
}
