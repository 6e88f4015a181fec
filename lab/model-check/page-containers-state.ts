/**
 * Canonical state of containers of pages, of the windows that locks on them open, and of the server
 * that fills them. Left out, beside what canonical-state.ts says:
 *
 *   - cells of a page, pages on a frame, pins: they follow from the containers, and page-books.ts has
 *     compared them with these in every state (but for their order where pages are shared or copied)
 *   - numbers of pages, which nobody is told: they are saved in the order of their first cells
 *   - the order of ends: it follows from the limits
 *   - who last held a container, and how, while nobody does
 */

import { noteEnd } from '../../servers/memory/containers/page-ends.ts';
import { pinPages } from '../../servers/memory/containers/page-pins.ts';
import {
  addCell,
  bind,
  cellOf,
  containerOfCell,
  indexOfCell,
  LOCKED,
  NONE_THERE,
  type Page,
  pageAt,
  type Range,
  UNUSED,
} from '../../servers/memory/containers/page-state.ts';
import { visitPageLimits } from './page-limits.ts';
import { cell, cellIf, flag, type Tape } from './tape.ts';
import type { World } from './world.ts';

/** Pages by the numbers that they are saved under: in the order of their first cells. */
const named: number[] = [];

function nameOf(id: number): number {
  if (id === NONE_THERE) return id;
  const name = named.indexOf(id);
  return name >= 0 ? name : named.push(id) - 1;
}

export function visitPageContainers(tape: Tape, world: World, next: number): void {
  const { pages } = world.memory;
  named.length = 0;
  for (const container of pages.containers) {
    container.status = cell(tape, container.status);
    if (!tape.saves) {
      container.generation = 1;
      container.version = 0;
    }
    const isUsed = container.status !== UNUSED;
    const length = cell(tape, isUsed ? container.cells.length : 0);
    const { cells } = container;
    cells.length = length;
    for (let index = 0; index < length; index++) {
      const name = cell(tape, tape.saves ? nameOf(cells[index]) : 0);
      if (!tape.saves) cells[index] = name;
    }
    if (!isUsed) continue;
    const isLocked = container.status === LOCKED;
    container.owner = cell(tape, container.owner);
    container.capability = cell(tape, container.capability);
    container.extras = flag(tape, container.extras);
    if (world.plan.users) container.user = cell(tape, container.user);
    container.lockMax = cell(tape, container.lockMax > 0 ? 1 : 0) * world.durations.pageLock;
    container.holder = cellIf(tape, isLocked, container.holder);
    container.how = cellIf(tape, isLocked, container.how);
  }
  visitPages(tape, world);
  if (world.plan.copies) visitSharing(tape, world);
  visitPageLimits(tape, world, next);
  if (tape.saves) return;
  pages.freeHint = 0;
  pages.losses.length = 0;
  pages.ends.count = 0;
  pages.ends.places.fill(-1);
  for (const container of pages.containers) {
    noteEnd(pages, container);
    if (container.status === LOCKED) pinPages(world.memory, container, container.how, 1);
  }
}

function visitPages(tape: Tape, { memory }: World): void {
  const { pages: state } = memory;
  const length = cell(tape, named.length);
  if (tape.saves) {
    for (const id of named) cell(tape, state.pages[id].frame);
    return;
  }
  state.onFrame.fill(null);
  state.freePages.length = 0;
  while (state.pages.length < length) state.pages.push(blankPage(state.pages.length));
  state.pages.length = length;
  for (const page of state.pages) {
    const frame = cell(tape, 0);
    page.cells.length = 0;
    page.frame = NONE_THERE;
    page.pins = 0;
    page.writers = 0;
    page.bars = 0;
    if (frame !== NONE_THERE) bind(state, page, frame);
  }
  for (const container of state.containers)
    for (let index = 0; index < container.cells.length; index++) {
      const page = pageAt(state, container, index);
      if (page !== null) addCell(page, container, index);
    }
}

/** More than the pages of any container here. */
const PLACES = 16;

/** Which cells show a page, which pages lie on a frame, each in the order they came; and lists. */
function visitSharing(tape: Tape, { memory, records }: World): void {
  const state = memory.pages;
  const { pages, onFrame, lists } = state;
  const used = tape.saves ? named.map((id) => pages[id]) : pages;
  for (const { cells } of used) {
    // A cell's name is large: its container, and its index there.
    const small = cells.map((name) => containerOfCell(state, name).id * PLACES + indexOfCell(name));
    visitOrder(tape, small);
    for (let at = 0; !tape.saves && at < small.length; at++) {
      const container = state.containers[Math.floor(small[at] / PLACES)];
      cells[at] = cellOf(container, small[at] % PLACES);
    }
  }
  for (let frame = 0; frame < memory.ledger.frames; frame++) {
    const there = (onFrame[frame] ?? []).map((id) => (tape.saves ? nameOf(id) : id));
    visitOrder(tape, there);
    if (!tape.saves && there.length > 0) onFrame[frame] = there;
  }
  for (const { id } of records) {
    const { from, into } = lists[id] ?? { from: [], into: [] };
    const ranges = [visitRanges(tape, from), visitRanges(tape, into)] as const;
    if (tape.saves) continue;
    while (lists.length <= id) lists.push(null);
    const [sources, targets] = ranges;
    lists[id] = sources.length + targets.length === 0 ? null : { from: sources, into: targets };
  }
}

function visitOrder(tape: Tape, list: number[]): void {
  const length = cell(tape, list.length);
  list.length = length;
  for (let at = 0; at < length; at++) list[at] = cell(tape, list[at] ?? 0);
}

function visitRanges(tape: Tape, ranges: readonly Range[]): Range[] {
  const length = cell(tape, ranges.length);
  return Array.from({ length }, (_, at) => {
    const range = ranges[at];
    return {
      container: cell(tape, range?.container ?? 0),
      start: cell(tape, range?.start ?? 0),
      count: cell(tape, range?.count ?? 0),
    };
  });
}

function blankPage(id: number): Page {
  return { id, frame: NONE_THERE, cells: [], pins: 0, writers: 0, bars: 0 };
}

export function visitWindowLists(tape: Tape, { kernel }: World): void {
  const { windowLists } = kernel.state;
  const length = cell(tape, windowLists.length);
  while (windowLists.length < length)
    windowLists.push({ holder: -1, serial: 0, writable: false, frames: [] });
  windowLists.length = length;
  for (const list of windowLists) {
    list.holder = cell(tape, list.holder);
    if (!tape.saves) list.serial = 1;
    const isOpen = list.holder >= 0;
    if (isOpen) list.writable = flag(tape, list.writable);
    const frames = cell(tape, isOpen ? list.frames.length : 0);
    if (!tape.saves) list.frames = new Array<number>(frames).fill(-1);
    for (let index = 0; index < frames; index++)
      list.frames[index] = cell(tape, list.frames[index]);
  }
}
