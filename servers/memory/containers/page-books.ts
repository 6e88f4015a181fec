/**
 * Books of containers of pages: re-sums what cells, pages, frames and locks say of each other. For
 * tests and oracles; nothing here changes anything.
 */

import { LOCK_EXCLUSIVE, LOCK_PHYSICAL, LOCK_WRITES } from '../../../contracts/messages.ts';
import type { FramesState } from '../../../sim-hw/frames.ts';
import { usesFrame } from './charges.ts';
import { checkEnds } from './page-ends.ts';
import {
  cellOf,
  containerOfCell,
  indexOfCell,
  LOCKED,
  NONE_THERE,
  type Page,
  type PagesState,
  UNUSED,
} from './page-state.ts';

/** What is wrong, or undefined. */
export function checkPages(state: PagesState, frames: FramesState): string | undefined {
  const wrong = checkEnds(state);
  if (wrong !== undefined) return wrong;
  for (const container of state.containers) {
    if (container.status === UNUSED && container.cells.length > 0)
      return `container ${container.id} is gone and has pages`;
    for (const [index, id] of container.cells.entries())
      if (id !== NONE_THERE && !state.pages[id]?.cells.includes(cellOf(container, index)))
        return `page ${id} does not know that it is in container ${container.id} at ${index}`;
  }
  for (const page of state.pages) {
    const wrong = checkPage(state, page);
    if (wrong !== undefined) return wrong;
  }
  for (const [frame, pages] of state.onFrame.entries()) {
    if (pages === null) continue;
    const payer = frames.owner[frame] as number;
    if (pages.length === 0) return `frame ${frame} has an empty list of pages`;
    if (pages.some((id) => state.pages[id]?.frame !== frame))
      return `frame ${frame} lists a page that is elsewhere`;
    if (!usesFrame(state, payer, frame))
      return `frame ${frame} is charged to task ${payer}, which does not use it`;
  }
  return undefined;
}

/** Frames that `client` pays for in containers of pages. */
export function chargedFrames(state: PagesState, frames: FramesState, client: number): number {
  let charged = 0;
  for (const [frame, pages] of state.onFrame.entries())
    if (pages !== null && frames.owner[frame] === client) charged++;
  return charged;
}

function checkPage(state: PagesState, page: Page): string | undefined {
  const { id, frame, cells } = page;
  if (cells.length === 0 && frame !== NONE_THERE) return `page ${id} is in no cell and has a frame`;
  if (frame !== NONE_THERE && !state.onFrame[frame]?.includes(id))
    return `frame ${frame} does not list page ${id}`;
  let pins = 0;
  let writers = 0;
  let bars = 0;
  for (const cell of cells) {
    const container = containerOfCell(state, cell);
    if (container.cells[indexOfCell(cell)] !== id)
      return `page ${id} names a cell that has another`;
    if (container.status !== LOCKED) continue;
    if ((container.how & LOCK_PHYSICAL) !== 0) pins++;
    if ((container.how & LOCK_WRITES) !== 0) writers++;
    if ((container.how & LOCK_EXCLUSIVE) !== 0) bars++;
  }
  if (page.pins !== pins || page.writers !== writers || page.bars !== bars)
    return `page ${id} counts locks that are not there, or misses some`;
  if (writers > 0 && state.onFrame[frame]?.length !== 1)
    return `page ${id} is written by a device and shares its frame`;
  return undefined;
}
