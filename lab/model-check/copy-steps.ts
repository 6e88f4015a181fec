/**
 * Invariants of copies: what a page holds is changed by a device that may write to it, and by nothing
 * else; a copy holds what its source held, and a page that is moved or shared goes as it is [CONT27],
 * [CONT28]. A frame that several pages lie on is written by nobody.
 */

import { OP } from '../../contracts/messages.ts';
import type { Message } from '../../nucleus/messages.ts';
import { NONE_THERE, pageAt, pagesOn, UNUSED } from '../../servers/memory/containers/page-state.ts';
import { UNMAPPED } from '../../sim-hw/frames.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';
import type { World } from './world.ts';

/** By page: what it held before the step (0 to 2: nothing that counts), and whether devices may write. */
export interface CopiesBefore {
  readonly contents: number[];
  readonly isWritten: boolean[];
  /** What the source held, in the step in which it is copied; or -1. */
  source: number;
}

const NO_FRAME = -1;

export function createCopiesBefore(): CopiesBefore {
  return { contents: [], isWritten: [], source: NO_FRAME };
}

/** Notes what pages hold. `heard`: the message that is heard in this step. */
export function noteCopies(world: World, before: CopiesBefore, heard: Message | undefined): void {
  if (!world.plan.copies) return;
  const { pages, lists, containers } = world.memory.pages;
  for (const { id, writers } of pages) {
    before.contents[id] = contentsOf(world, id);
    before.isWritten[id] = writers > 0;
  }
  before.contents.length = pages.length;
  before.source = NO_FRAME;
  const range = heard?.op === OP.transferPages ? lists[heard.from]?.from[0] : undefined;
  if (heard === undefined || range === undefined) return;
  const { object } = world.kernel.state.capabilities[heard.from];
  const id = containers[object[range.container]]?.cells[range.start] ?? NONE_THERE;
  if (id !== NONE_THERE) before.source = contentsOf(world, id);
}

/** What is wrong with the step, or undefined. */
export function checkCopyStep(world: World, before: CopiesBefore): string | undefined {
  if (!world.plan.copies) return undefined;
  const { memory } = world;
  for (const container of memory.pages.containers) {
    if (container.status === UNUSED) continue;
    for (let index = 0; index < container.cells.length; index++) {
      const page = pageAt(memory.pages, container, index);
      if (page === null || page.frame === NONE_THERE) continue;
      const now = contentsOf(world, page.id);
      const was = before.contents[page.id] ?? NO_FRAME;
      const wasThere = was !== NO_FRAME;
      if (wasThere && now !== was && !before.isWritten[page.id])
        return `[CONT27] page ${index} of container ${container.id} has changed, and nobody wrote to it`;
      const isCopy = !wasThere && pagesOn(memory.pages, page.frame).length > 1;
      if (isCopy && now !== before.source)
        return `[CONT28] page ${index} of container ${container.id} is a copy, and not what was copied`;
    }
  }
  return checkWriters(world);
}

/** Nobody may write to a frame that several pages lie on. */
function checkWriters(world: World): string | undefined {
  const { frames, table } = world.kernel.state;
  for (let frame = 0; frame < frames.count; frame++) {
    if (pagesOn(world.memory.pages, frame).length < 2 || frames.mappedBy[frame] === UNMAPPED)
      continue;
    if ((table.entries[frames.mappedBy[frame] - 1] & WRITABLE) !== 0)
      return `[CONT27] frame ${frame} is under several pages, and mapped to be written`;
  }
  return undefined;
}

function contentsOf({ kernel, memory }: World, id: number): number {
  const { frame, cells } = memory.pages.pages[id];
  if (frame === NONE_THERE || cells.length === 0) return NO_FRAME;
  const { stampLow, stampHigh } = kernel.state.frames;
  return stampHigh[frame] * 4096 + stampLow[frame];
}
