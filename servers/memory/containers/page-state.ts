/**
 * State of containers of pages: three kinds of record.
 *
 *   container --cells--> page --frame--> frame
 *
 *   several cells, one page     truly shared: a write through one cell is seen through all
 *   several pages, one frame    logical copies: the frame is never written while it has several
 *   a page with no frame        bound at its first use; its contents, if any, were let go
 *
 * Every frame that pages use is charged to one client, `owner` in the frame table, which is the
 * owner of a container with a page on it.
 */

import { holdingDoubles } from '../../../sim-hw/shape.ts';
import { createRanked, type RankedState } from '../ranked.ts';

/**
 *   OPEN --seal(lockMax)--> SEALED --share--> SHARED --lock--> LOCKED --unlock/limit--> SHARED
 *    ^                        |                 |
 *    +--- cancel, lifetime ---+-----------------+           any --drop, owner's death--> UNUSED
 */
export const UNUSED = 0;
export const OPEN = 1;
export const SEALED = 2;
export const SHARED = 3;
export const LOCKED = 4;

/** No page in a cell; no frame under a page. */
export const NONE_THERE = -1;

export interface PageContainer {
  readonly id: number;
  status: number;
  owner: number;
  /** The only task whose weak capabilities count, or 0: whoever holds one. */
  user: number;
  /** Where the owner's capability was put. */
  capability: number;
  generation: number;
  version: number;
  /** May hold extras, so its locks are as short as the grace for extras. */
  extras: boolean;
  lockMax: number;
  /** When its lifetime is over, or Infinity. */
  endsAt: number;
  holder: number;
  /** How it is locked: a sum of LOCK_... */
  how: number;
  lockedUntil: number;
  /** Where frames taken for it may lie. */
  colour: number;
  colours: number;
  below: number;
  /** Page id by index, or NONE_THERE. */
  cells: number[];
}

export interface Page {
  readonly id: number;
  frame: number;
  /** Where it stands: container id x 1024 + index. None: the record is free. */
  cells: number[];
  /** Physical locks, those of them that may write, and exclusive locks upon it. */
  pins: number;
  writers: number;
  bars: number;
}

/** A part of a list: container capability of the sender, first page, count. */
export interface Range {
  readonly container: number;
  readonly start: number;
  readonly count: number;
}

export interface TransferLists {
  from: Range[];
  into: Range[];
}

/**
 * Who pays for a shared frame: who had it first; whoever touched it last, if it has room; the same,
 * and without room nobody touches it [CONT34]. `keep` is no defence: who had it first pays as long
 * as any copy of it is there, though what it gives up counts as returned.
 */
export const claimNames = ['first', 'rotate', 'strict', 'keep'] as const;
export type Claims = (typeof claimNames)[number];

export interface PagesState {
  readonly claims: Claims;
  readonly containers: PageContainer[];
  /** No container below this one is unused. */
  freeHint: number;
  readonly pages: Page[];
  readonly freePages: number[];
  /** By frame: ids of the pages on it, in the order they came; empty until a page is bound. */
  readonly onFrame: (number[] | null)[];
  /** By task: its lists of sources and destinations. */
  readonly lists: (TransferLists | null)[];
  /** The one timer of lifetimes and locks: when it runs out, or Infinity. */
  timerAt: number;
  /** Cells that have lost what they held in this step, to be told at its end. */
  readonly losses: number[];
  /** Containers whose lock or lifetime ends, the soonest first (page-ends.ts). */
  readonly ends: RankedState;
  /** Times a frame's mapping was taken from one task for another, ... */
  remaps: number;
  /** ... and times one was made beside others. */
  beside: number;
}

export function createPagesState(claims: Claims): PagesState {
  return {
    claims,
    containers: [],
    freeHint: 0,
    pages: [],
    freePages: [],
    onFrame: [],
    lists: [],
    timerAt: Number.POSITIVE_INFINITY,
    losses: [],
    ends: createRanked(),
    remaps: 0,
    beside: 0,
  };
}

/** The lowest container record not in use; a new one when all are. */
export function freeContainer(state: PagesState): PageContainer {
  const { containers } = state;
  let id = state.freeHint;
  while (id < containers.length && containers[id]?.status !== UNUSED) id++;
  state.freeHint = id;
  if (id < containers.length) return containers[id] as PageContainer;
  const container = holdingDoubles<PageContainer>(
    {
      id: containers.length,
      status: UNUSED,
      owner: 0,
      user: 0,
      capability: 0,
      generation: 0,
      version: 0,
      extras: false,
      lockMax: 0,
      endsAt: Number.POSITIVE_INFINITY,
      holder: 0,
      how: 0,
      lockedUntil: 0,
      colour: 0,
      colours: 1,
      below: 0,
      cells: [],
    },
    'lockMax',
    'endsAt',
    'lockedUntil',
  );
  containers.push(container);
  return container;
}

const CELLS = 1024;

/** The name of a cell, and its parts. */
export function cellOf(container: PageContainer, index: number): number {
  return container.id * CELLS + index;
}

export function containerOfCell(state: PagesState, cell: number): PageContainer {
  return state.containers[Math.floor(cell / CELLS)] as PageContainer;
}

export function indexOfCell(cell: number): number {
  return cell % CELLS;
}

/** The page at `index`, or null: nothing there, or no such index. */
export function pageAt(state: PagesState, container: PageContainer, index: number): Page | null {
  const id = container.cells[index] ?? NONE_THERE;
  return id === NONE_THERE ? null : (state.pages[id] as Page);
}

/** Puts a page without a frame into an empty cell. */
export function addPage(state: PagesState, container: PageContainer, index: number): Page {
  const id = state.freePages.pop() ?? state.pages.length;
  if (id < state.pages.length) addCell(state.pages[id] as Page, container, index);
  else {
    // Its first cell makes the array: one that is pushed to while empty gets room for many.
    const cells = [cellOf(container, index)];
    state.pages.push({ id, frame: NONE_THERE, cells, pins: 0, writers: 0, bars: 0 });
    container.cells[index] = id;
  }
  return state.pages[id] as Page;
}

/** One cell more for a page: it is truly shared, or on its way from cell to cell. */
export function addCell(page: Page, container: PageContainer, index: number): void {
  page.cells.push(cellOf(container, index));
  container.cells[index] = page.id;
}

/** Takes a cell from its page; true when that was the last: the record is then to be used again. */
export function removeCell(state: PagesState, page: Page, cell: number): boolean {
  takeOne(page.cells, cell);
  if (page.cells.length > 0) return false;
  state.freePages.push(page.id);
  return true;
}

/** Something in the container has changed [CONT22]. */
export function touch(container: PageContainer): void {
  container.version = (container.version + 1) % 2 ** 24;
}

/** The contents of a page have, or may have: every container that shows it has changed. */
export function touchPage(state: PagesState, page: Page): void {
  for (const cell of page.cells) touch(containerOfCell(state, cell));
}

/** Pages on a frame: an empty list when it is in no container of pages. */
export function pagesOn(state: PagesState, frame: number): readonly number[] {
  return state.onFrame[frame] ?? [];
}

/** Sets a page upon a frame. */
export function bind(state: PagesState, page: Page, frame: number): void {
  while (state.onFrame.length <= frame) state.onFrame.push(null);
  const there = state.onFrame[frame] as number[] | null;
  if (there === null) state.onFrame[frame] = [page.id];
  else there.push(page.id);
  page.frame = frame;
}

/** Takes a page off its frame, whose other pages and whose charge the caller sees to. */
export function unbind(state: PagesState, page: Page): void {
  if (page.frame === NONE_THERE) return;
  const there = state.onFrame[page.frame] as number[];
  takeOne(there, page.id);
  if (there.length === 0) state.onFrame[page.frame] = null;
  page.frame = NONE_THERE;
}

/** Takes `value`, which is in it, out of a list; the others keep their order, the list its room. */
export function takeOne(list: number[], value: number): void {
  const last = list.length - 1;
  for (let at = list.indexOf(value); at < last; at++) list[at] = list[at + 1] as number;
  list.pop();
}
