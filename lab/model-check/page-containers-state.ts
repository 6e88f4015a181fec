/**
 * Canonical state of containers of pages, of the windows that locks on them open, and of the server
 * that fills them. Left out, beside what canonical-state.ts says:
 *
 *   - cells of a page, pages on a frame, pins: they follow from the containers, and page-books.ts has
 *     compared them with these in every state (nothing is shared or copied in these worlds)
 *   - the order of ends: it follows from the limits
 *   - who last held a container, and how, while nobody does
 */

import { noteEnd } from '../../servers/memory/containers/page-ends.ts';
import { pinPages } from '../../servers/memory/containers/page-pins.ts';
import {
  addCell,
  bind,
  LOCKED,
  NONE_THERE,
  type Page,
  pageAt,
  UNUSED,
} from '../../servers/memory/containers/page-state.ts';
import { visitPageLimits } from './lock-limits.ts';
import { cell, cellIf, flag, type Tape } from './tape.ts';
import type { World } from './world.ts';

export function visitPageContainers(tape: Tape, world: World, next: number): void {
  const { pages } = world.memory;
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
    for (let index = 0; index < length; index++) cells[index] = cell(tape, cells[index]);
    if (!isUsed) continue;
    const isLocked = container.status === LOCKED;
    container.owner = cell(tape, container.owner);
    container.capability = cell(tape, container.capability);
    container.extras = flag(tape, container.extras);
    container.lockMax = cell(tape, container.lockMax > 0 ? 1 : 0) * world.durations.pageLock;
    container.holder = cellIf(tape, isLocked, container.holder);
    container.how = cellIf(tape, isLocked, container.how);
  }
  visitPages(tape, world);
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
  const length = cell(tape, state.pages.length);
  if (!tape.saves) {
    state.onFrame.fill(null);
    while (state.pages.length < length) state.pages.push(blankPage(state.pages.length));
    state.pages.length = length;
  }
  for (const page of state.pages) {
    const frame = cell(tape, page.frame);
    if (tape.saves) continue;
    page.cells.length = 0;
    page.frame = NONE_THERE;
    page.pins = 0;
    page.writers = 0;
    page.bars = 0;
    if (frame !== NONE_THERE) bind(state, page, frame);
  }
  const free = cell(tape, state.freePages.length);
  state.freePages.length = free;
  for (let i = 0; i < free; i++) state.freePages[i] = cell(tape, state.freePages[i]);
  if (tape.saves) return;
  for (const container of state.containers)
    for (let index = 0; index < container.cells.length; index++) {
      const page = pageAt(state, container, index);
      if (page !== null) addCell(page, container, index);
    }
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
