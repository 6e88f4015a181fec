/**
 * Frames under pages: a page gets one, gets one of its own, lets go of it.
 *
 * Writing to a page whose frame others have as well (a logical copy) gives the page a frame of its
 * own first: charged to the writer, refused where its contract has no room [CONT27]. Where the
 * payer itself writes and uses the frame nowhere else, one of the others takes the old frame over;
 * if none of them can pay they lose it, and nothing need be copied.
 */

import { LOCKED_NOW, NO_FREE_FRAMES, NO_RUN, OVER_CONTRACT } from '../../../contracts/refusals.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { dropMappingsFor, takeMappings } from '../../../nucleus/lent-mappings.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import { findFreeRun } from '../../../sim-hw/frames.ts';
import { OWN } from '../contracts/child-contract.ts';
import { freeCount } from '../ledger.ts';
import { clientOf, type MemoryServerState } from '../state.ts';
import { poolOf } from '../upstream/upstream.ts';
import {
  chargeFrame,
  heirOf,
  loseFrame,
  recharge,
  roomOf,
  settleCharge,
  usesFrame,
} from './charges.ts';
import {
  bind,
  cellOf,
  NONE_THERE,
  type Page,
  type PageContainer,
  pageAt,
  pagesOn,
  removeCell,
  unbind,
} from './page-state.ts';

/** The values that are no refusal: done. */
const GRANTED = 0;

/** A free frame where the container's may lie, from `from` on, or -1: none, or others wait. */
export function freeFrameFor(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  from: number,
): number {
  if (server.waiting.length > 0) return NONE_THERE;
  return findFreeRun(poolOf(kernel, server), 0, from, container);
}

/** Why there was no frame, beside `planned` ones that are not taken yet. */
export function whyNoFrame(server: MemoryServerState, planned = 0): number {
  const crowded = server.waiting.length > 0 || freeCount(server.ledger) <= planned;
  return crowded ? NO_FREE_FRAMES : NO_RUN;
}

/** Gives the page a frame if it has none: zeros. Returns 0, or why not. */
export function provideFrame(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  page: Page,
): number {
  if (page.frame !== NONE_THERE) return GRANTED;
  const client = clientOf(server, container.owner);
  if (roomOf(kernel, server, client, container.extras) < 1) return OVER_CONTRACT;
  const frame = freeFrameFor(kernel, server, container, 0);
  if (frame < 0) return whyNoFrame(server);
  chargeFrame(kernel, server, client, frame, true);
  bind(server.pages, page, frame);
  return GRANTED;
}

/**
 * Gives the page a frame that no other page has, with the same contents. Returns 0, or why not:
 * LOCKED_NOW, OVER_CONTRACT, NO_FREE_FRAMES, NO_RUN; then nothing has changed.
 */
export function makeOwn(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  page: Page,
): number {
  if (page.frame === NONE_THERE) return provideFrame(kernel, server, container, page);
  const { pages: state } = server;
  const old = page.frame;
  if (pagesOn(state, old).length === 1) return GRANTED;
  if (page.pins > 0) return LOCKED_NOW;
  const payer = clientOf(server, kernel.state.frames.owner[old] as number);
  const stays = usesFrame(state, payer.id, old, page);
  const writer = clientOf(server, container.owner);
  if (stays && roomOf(kernel, server, writer, container.extras) < 1) return OVER_CONTRACT;
  const heir = stays ? null : heirOf(kernel, server, old, page, false);
  if (!stays && heir === null) {
    loseFrame(kernel, server, old, page);
    return GRANTED;
  }
  const frame = freeFrameFor(kernel, server, container, 0);
  if (frame < 0) return whyNoFrame(server);
  if (heir !== null) recharge(kernel, server, old, heir, RETURNED);
  chargeFrame(kernel, server, stays ? writer : payer, frame, false, stays, old);
  takeMappings(kernel, old, page.id);
  unbind(state, page);
  bind(state, page, frame);
  return GRANTED;
}

/** Whether other pages have the page's frame too. */
export function isShared(server: MemoryServerState, page: Page): boolean {
  return page.frame !== NONE_THERE && pagesOn(server.pages, page.frame).length > 1;
}

/**
 * Whether `makeOwn` of all these pages, none of which has a frame of its own, would succeed: 0, or
 * why not. A little on the safe side, where several of them share one frame.
 */
export function canOwn(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  pages: readonly Page[],
): number {
  const writer = clientOf(server, container.owner);
  let rooms = 0;
  let from = 0;
  for (const [planned, page] of pages.entries()) {
    const payer = page.frame < 0 ? -1 : kernel.state.frames.owner[page.frame];
    const stays = payer !== writer.id || usesFrame(server.pages, writer.id, page.frame, page);
    // An heir may draw on the same child contract as the writer does.
    if (stays || writer.child !== OWN) rooms++;
    const frame = freeFrameFor(kernel, server, container, from);
    if (frame < 0) return whyNoFrame(server, planned);
    from = frame + 1;
  }
  const room = roomOf(kernel, server, writer, container.extras);
  return rooms > 0 && room < rooms ? OVER_CONTRACT : GRANTED;
}

/** Takes the page at `index` out of its cell; its frame goes, or is another's to pay for. */
export function detachPage(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  index: number,
  cause: number,
): void {
  const page = pageAt(server.pages, container, index) as Page;
  container.cells[index] = NONE_THERE;
  leaveCell(kernel, server, page, cellOf(container, index), cause);
}

/** The same for a page whose cell holds something else already. */
export function leaveCell(
  kernel: Kernel,
  server: MemoryServerState,
  page: Page,
  cell: number,
  cause: number,
): void {
  const { frame } = page;
  if (frame !== NONE_THERE) dropMappingsFor(kernel, frame, page.id);
  if (removeCell(server.pages, page, cell)) unbind(server.pages, page);
  if (frame !== NONE_THERE) settleCharge(kernel, server, frame, cause);
}

/** Lets go of a page's frame; the page stays, without contents. */
export function releaseFrame(kernel: Kernel, server: MemoryServerState, page: Page): void {
  const { frame } = page;
  dropMappingsFor(kernel, frame, page.id);
  unbind(server.pages, page);
  settleCharge(kernel, server, frame, RETURNED);
}

/** Whether every other user of the page's frame keeps it if the page lets go. */
export function canRelease(kernel: Kernel, server: MemoryServerState, page: Page): boolean {
  const payer = kernel.state.frames.owner[page.frame] as number;
  return (
    usesFrame(server.pages, payer, page.frame, page) ||
    heirOf(kernel, server, page.frame, page, true) !== null
  );
}
