/**
 * Books of containers of pages: what each lets be done to its pages, against what can be done.
 *
 *   - a frame that several pages have is mapped by nobody for writing                     [CONT27]
 *   - a frame is mapped for pages that lie on it, and by one page for writing at the most [CONT31]
 *   - a page under an exclusive lock is mapped by nobody but the holder of one            [CONT20]
 *   - a lock and a lifetime end at their limit; with extras inside, a lock ends before a notice
 *     that runs does                                                       [CONT14, CONT20, CONT21]
 *   - a window is open where a physical lock is, to its holder, upon the pages' frames    [CONT23]
 *   - a container whose version is the same holds what it held, unless somebody could write to it
 *     all the while                                                                       [CONT22]
 *   - a frame lent to a stirrer holds nothing that an ordinary task wrote           [MEM4, CONT31]
 *
 * That cells, pages, frames and payers agree is frame-conservation's.
 */

import { LOCK_EXCLUSIVE, LOCK_PHYSICAL } from '../../contracts/messages.ts';
import { termNow } from '../../nucleus/clock.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { pageNumberOf, spaceOfGlobalPage } from '../../nucleus/memory-map.ts';
import { lentFor, nextMapping } from '../../nucleus/reverse-map.ts';
import { noticeOf } from '../../servers/memory/client.ts';
import {
  containerOfCell,
  LOCKED,
  type Page,
  type PageContainer,
  pageAt,
  UNUSED,
} from '../../servers/memory/containers/page-state.ts';
import { idOf, type MemoryServerState } from '../../servers/memory/state.ts';
import { JUNK, UNMAPPED } from '../../sim-hw/frames.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';

/** What a container held at the last look. */
interface Held {
  readonly generation: number;
  readonly version: number;
  /** By index: contents as text; '' where no page is. */
  readonly contents: readonly string[];
  /** Somebody had one of its pages mapped for writing. */
  readonly isWritable: boolean;
}

export interface ContainerBooks {
  readonly stirrers: readonly number[];
  /** By container id. */
  held: (Held | null)[];
  /** The moment of the last look. */
  lookedAt: number;
}

export function createContainerBooks(stirrers: readonly number[]): ContainerBooks {
  return { stirrers, held: [], lookedAt: 0 };
}

/** What is wrong, or undefined. */
export function checkContainers(
  books: ContainerBooks,
  kernel: Kernel,
  server: MemoryServerState,
): string | undefined {
  const wrong =
    checkFrames(books, kernel, server) ??
    checkWindows(kernel, server) ??
    first(server.pages.containers, (container) => checkContainer(books, kernel, server, container));
  books.held = server.pages.containers.map((container, id) => {
    if (container.status === UNUSED) return null;
    // What a device writes is told by the version when the lock ends, and compared then.
    return isWorkedOn(server, container)
      ? (books.held[id] ?? null)
      : heldBy(kernel, server, container);
  });
  books.lookedAt = termNow(kernel);
  return wrong;
}

/** What is wrong with the first of a list that something is wrong with, or undefined. */
export function first<T>(
  list: readonly T[],
  check: (one: T, at: number) => string | undefined,
): string | undefined {
  for (const [at, one] of list.entries()) {
    const wrong = check(one, at);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function checkContainer(
  books: ContainerBooks,
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
): string | undefined {
  const { id, status, owner, extras, lockedUntil, endsAt } = container;
  if (status === UNUSED) return undefined;
  if (status === LOCKED) {
    if (lockedUntil < books.lookedAt) return `[CONT20] container ${id} is locked beyond its limit`;
    const client = server.clients[owner];
    if (extras && client && client.noticed > 0 && lockedUntil > noticeOf(client).deadline)
      return `[CONT21] container ${id} is locked beyond the deadline of a notice`;
  } else if (endsAt < books.lookedAt) return `[CONT14] container ${id} outlives its lifetime`;
  const before = books.held[id];
  if (!before || before.isWritable || before.generation !== container.generation) return undefined;
  if (before.version !== container.version || isWorkedOn(server, container)) return undefined;
  const { contents } = heldBy(kernel, server, container);
  const index = contents.findIndex((content, i) => content !== before.contents[i]);
  if (index < 0) return undefined;
  const change = `held '${before.contents[index]}', holds '${contents[index]}'`;
  return `[CONT22] page ${index} of container ${id} ${change}, and its version is the same`;
}

function heldBy(kernel: Kernel, server: MemoryServerState, container: PageContainer): Held {
  const { generation, version, cells } = container;
  const { frames } = kernel.state;
  const pages = cells.map((_, index) => pageAt(server.pages, container, index));
  const contents = pages.map((page) => {
    if (page === null) return '';
    return page.frame < 0
      ? '0 0'
      : `${frames.stampHigh[page.frame]} ${frames.stampLow[page.frame]}`;
  });
  const isWritable = pages.some((page) => page !== null && isMappedForWriting(kernel, page.frame));
  return { generation, version, contents, isWritable };
}

/** A device may be writing to one of its pages. */
function isWorkedOn(server: MemoryServerState, container: PageContainer): boolean {
  return container.cells.some(
    (_, index) => (pageAt(server.pages, container, index)?.writers ?? 0) > 0,
  );
}

function isMappedForWriting(kernel: Kernel, frame: number): boolean {
  if (frame < 0) return false;
  return (
    mappingsOf(kernel, frame).some((key) => mayWrite(kernel, key)) || awaitsTick(kernel, frame)
  );
}

/** Whether a CPU may write to the frame until its next tick, since nobody is interrupted [CPU5]. */
function awaitsTick({ state }: Kernel, frame: number): boolean {
  const { processors } = state;
  if (processors === null || processors.consistency !== 'tick') return false;
  return processors.list.some(({ mmu }) => mmu.stale?.frames.includes(frame) === true);
}

/** The pages that map the frame, plus 1. */
function mappingsOf(kernel: Kernel, frame: number): number[] {
  const keys: number[] = [];
  for (
    let key = kernel.state.frames.mappedBy[frame];
    key !== UNMAPPED;
    key = nextMapping(kernel, key)
  )
    keys.push(key);
  return keys;
}

function mayWrite(kernel: Kernel, key: number): boolean {
  const space = spaceOfGlobalPage(kernel, key - 1);
  const number = pageNumberOf(kernel, space, key - 1 - space.base);
  const index = kernel.format.find(kernel.state.table, space.id, number);
  return index >= 0 && (kernel.state.table.entries[index] & WRITABLE) !== 0;
}

/** Frames with pages on them: who maps them, and how. */
function checkFrames(
  { stirrers }: ContainerBooks,
  kernel: Kernel,
  server: MemoryServerState,
): string | undefined {
  const { pages: state } = server;
  const { frames } = kernel.state;
  for (const [frame, ids] of state.onFrame.entries()) {
    if (!ids) continue;
    const high = frames.stampHigh[frame];
    if (high === JUNK) return `[MEM4] frame ${frame} of a container is junk`;
    if (high > 0 && !stirrers.includes(taskOfSpace(kernel, high - 1)))
      return `[MEM4] frame ${frame} of a container holds what an ordinary task wrote`;
    const keys = mappingsOf(kernel, frame);
    const writers = keys.filter((key) => mayWrite(kernel, key)).length;
    if (writers > 1) return `[CONT31] frame ${frame} is mapped for writing by ${writers} pages`;
    if (writers > 0 && ids.length > 1)
      return `[CONT27] frame ${frame} of ${ids.length} pages is mapped for writing`;
    for (const key of keys) {
      const id = lentFor(kernel, key);
      const task = taskOfSpace(kernel, key - 1);
      if (!ids.includes(id))
        return `[CONT31] task ${task} maps frame ${frame} for page ${id}, which lies elsewhere`;
      if (!mayMap(server, state.pages[id] as Page, task))
        return `[CONT20] task ${task} maps page ${id}, which another has locked`;
    }
  }
  return undefined;
}

/** The task whose address space a global page is of. */
function taskOfSpace(kernel: Kernel, globalPage: number): number {
  const { id } = spaceOfGlobalPage(kernel, globalPage);
  return kernel.state.tasks.findIndex(({ space }) => space === id);
}

function mayMap(server: MemoryServerState, page: Page, task: number): boolean {
  if (page.bars === 0) return true;
  return page.cells.some((cell) => {
    const { status, how, holder } = containerOfCell(server.pages, cell);
    return status === LOCKED && (how & LOCK_EXCLUSIVE) !== 0 && holder === task;
  });
}

function checkWindows(kernel: Kernel, server: MemoryServerState): string | undefined {
  const { containers } = server.pages;
  for (const [list, { holder, frames }] of kernel.state.windowLists.entries()) {
    const id = idOf(server, list);
    // Another server's, or never opened: lists of all servers have numbers in turn.
    if (!Number.isInteger(id) || (id >= containers.length && holder < 0)) continue;
    const container = containers[id] as PageContainer;
    const isPhysical = container.status === LOCKED && (container.how & LOCK_PHYSICAL) !== 0;
    if (holder >= 0 !== isPhysical) return `[CONT23] the window of container ${id} is wrongly open`;
    if (holder < 0) continue;
    if (holder !== container.holder) return `[CONT23] the window of container ${id} is another's`;
    for (const [index, frame] of frames.entries())
      if ((pageAt(server.pages, container, index)?.frame ?? -1) !== frame)
        return `[CONT20] page ${index} of container ${id} is not where its window is`;
  }
  return undefined;
}
