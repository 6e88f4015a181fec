/**
 * Pins: what a lock on a container does to its pages, and undoing it [CONT20], [CONT21].
 *
 * A page under a physical lock stays on its frame; one under a lock for writing stays alone on it;
 * one under an exclusive lock is mapped by nobody but the holder, also where another container
 * shares it.
 */

import { LOCK_EXCLUSIVE, LOCK_PHYSICAL, LOCK_WRITES } from '../../../contracts/messages.ts';
import { closeList } from '../../../nucleus/dma-lists.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { forbidWriting } from '../../../nucleus/lent-mappings.ts';
import { type MemoryServerState, objectOf } from '../state.ts';
import { noteEnd } from './page-ends.ts';
import {
  LOCKED,
  NONE_THERE,
  type PageContainer,
  pageAt,
  SHARED,
  touch,
  touchPage,
} from './page-state.ts';

/** Counts a lock upon each page, or its end. */
export function pinPages(
  server: MemoryServerState,
  container: PageContainer,
  how: number,
  by: number,
): void {
  for (let index = 0; index < container.cells.length; index++) {
    const page = pageAt(server.pages, container, index);
    if (page === null) continue;
    if ((how & LOCK_PHYSICAL) !== 0) page.pins += by;
    if ((how & LOCK_WRITES) !== 0) page.writers += by;
    if ((how & LOCK_EXCLUSIVE) !== 0) page.bars += by;
  }
}

/**
 * Ends a lock, whoever wants it: the window is closed, the version is new, and nobody writes
 * without asking again, so that the version tells [CONT22].
 */
export function breakPageLock(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
): void {
  if (container.status !== LOCKED) return;
  if (server.planted !== 'window-outlives-lock') closeList(kernel, objectOf(server, container.id));
  pinPages(server, container, container.how, -1);
  container.status = SHARED;
  container.holder = 0;
  noteEnd(server.pages, container);
  touch(container);
  const wrote = (container.how & LOCK_WRITES) !== 0;
  for (let index = 0; index < container.cells.length; index++) {
    const page = pageAt(server.pages, container, index);
    if (page === null) continue;
    if (page.frame !== NONE_THERE) forbidWriting(kernel, page.frame);
    // Whoever else shows a page that a device may have written to is told so too.
    if (wrote && page.cells.length > 1) touchPage(server.pages, page);
  }
}
