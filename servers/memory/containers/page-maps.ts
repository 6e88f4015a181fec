/**
 * Maps of container pages (SPEC [CONT30], [CONT31]): the server maps a page into whoever holds a
 * capability, strong or weak, and asks. Any number of users have a frame mapped for reading, and one
 * at a time for writing: whoever else asks takes that right, unless it asks to read what is volatile.
 * A logical copy is mapped for reading, unless writing is forced: then it gets a frame of its own
 * first. Where a page table has room for one mapping a frame each takes it from the last one: a *remap*.
 */

import {
  FORCE_WRITE,
  LOCK_EXCLUSIVE,
  OP,
  READ,
  READ_VOLATILE,
} from '../../../contracts/messages.ts';
import {
  LOCKED_NOW,
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { canLend, hasMapped, lend, takeMappings } from '../../../nucleus/lent-mappings.ts';
import { spaceOfGlobalPage } from '../../../nucleus/memory-map.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import { UNMAPPED } from '../../../sim-hw/frames.ts';
import { refuse, refuseAt } from '../answers.ts';
import { returned } from '../revocation/returns.ts';
import { clientOf, type MemoryServerState } from '../state.ts';
import { recharge, roomOf, usesFrame } from './charges.ts';
import { resolveEither } from './page-containers.ts';
import { canOwn, isShared, makeOwn, provideFrame } from './page-frames.ts';
import {
  containerOfCell,
  LOCKED,
  NONE_THERE,
  type Page,
  type PageContainer,
  pageAt,
  touchPage,
} from './page-state.ts';

/** Maps page `index` at the sender's own page, for READ, WRITE or FORCE_WRITE. */
export function mapPage(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  index: number,
  at: number,
  access: number,
): void {
  const no = (reason: number) =>
    refuseAt(kernel, server, from, capability, reason, OP.mapPage, index);
  const container = resolveEither(kernel, server, from, capability);
  if (container === null) return no(NO_SUCH_CONTAINER);
  const page = pageAt(server.pages, container, index);
  if (page === null) return no(NO_SUCH_PAGE);
  if (isShut(container, page, from)) return no(LOCKED_NOW);
  if (!canLend(kernel, from, at, page.frame)) return no(NO_PLACE);
  if (isBarred(kernel, server, container, page, access)) return no(OVER_CONTRACT);
  const { id } = server;
  const reason = give(kernel, server, from, container, page, at, access);
  if (reason !== 0) return no(reason);
  const writable = isWritable(server, page, access) ? 1 : 0;
  reply(kernel, id, from, OP.pageMapped, capability, index, at, writable, 0);
}

/** Maps the first `count` pages at the sender's own, from `at` on, all or none. */
export function mapPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  at: number,
  count: number,
  access: number,
): void {
  const no = (reason: number, index: number) =>
    refuseAt(kernel, server, from, capability, reason, OP.mapPages, index);
  const container = resolveEither(kernel, server, from, capability);
  if (container === null) return no(NO_SUCH_CONTAINER, 0);
  const pages: Page[] = [];
  for (let index = 0; index < count; index++) {
    const page = pageAt(server.pages, container, index);
    if (page === null) return no(NO_SUCH_PAGE, index);
    if (isShut(container, page, from)) return no(LOCKED_NOW, index);
    if (!canLend(kernel, from, at + index, page.frame)) return no(NO_PLACE, index);
    if (isBarred(kernel, server, container, page, access)) return no(OVER_CONTRACT, index);
    if (access === FORCE_WRITE && page.pins > 0 && isShared(server, page))
      return no(LOCKED_NOW, index);
    pages.push(page);
  }
  const forced = access === FORCE_WRITE;
  const bare = pages.filter((page) => page.frame < 0 || (forced && isShared(server, page)));
  const reason = bare.length === 0 ? 0 : canOwn(kernel, server, container, bare);
  if (reason !== 0) return no(reason, pages.indexOf(bare[0]));
  let done = 0;
  for (const page of pages) {
    // Tables for one page more may be there, and for two not; claims may take the room of the next.
    if (!canLend(kernel, from, at + done, page.frame)) break;
    if (isBarred(kernel, server, container, page, access)) break;
    if (give(kernel, server, from, container, page, at + done, access) !== 0) break;
    done++;
  }
  const writable = pages.every((page) => isWritable(server, page, access)) ? 1 : 0;
  reply(kernel, server.id, from, OP.pagesMapped, capability, at, done, writable, 0);
}

/** Whether an exclusive lock keeps the page from `task`. */
function isShut(container: PageContainer, page: Page, task: number): boolean {
  const excludes = container.status === LOCKED && (container.how & LOCK_EXCLUSIVE) !== 0;
  return page.bars > 0 && !(excludes && container.holder === task);
}

/** Gives the page a frame if need be, and maps it. Returns 0, or why not. */
function give(
  kernel: Kernel,
  server: MemoryServerState,
  task: number,
  container: PageContainer,
  page: Page,
  at: number,
  access: number,
): number {
  const own = access === FORCE_WRITE ? makeOwn : provideFrame;
  const reason = own(kernel, server, container, page);
  if (reason !== 0) return reason;
  claim(kernel, server, container, page);
  countMapping(kernel, server, task, at, page.frame);
  const writable = isWritable(server, page, access);
  if (writable) touchPage(server.pages, page);
  const alone = access !== READ_VOLATILE;
  lend(kernel, task, at, page.frame, { word: page.id, writable, alone });
  return 0;
}

function isWritable(server: MemoryServerState, page: Page, access: number): boolean {
  return access !== READ && access !== READ_VOLATILE && !isShared(server, page);
}

/** Drops the mappings of all pages; not while another has the container locked. */
export function unmapPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
): void {
  const container = resolveEither(kernel, server, from, capability);
  const no = (reason: number) => refuse(kernel, server, from, capability, reason, OP.unmapPages);
  if (container === null) return no(NO_SUCH_CONTAINER);
  if (container.status === LOCKED && container.holder !== from) return no(LOCKED_NOW);
  for (let index = 0; index < container.cells.length; index++) {
    const page = pageAt(server.pages, container, index);
    if (page !== null && page.frame !== NONE_THERE) takeMappings(kernel, page.frame, page.id);
  }
}

/** Under strict claims nobody uses a frame that another pays for and it has no room for [CONT34]. */
function isBarred(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  page: Page,
  access: number,
): boolean {
  const { claims } = server.pages;
  if (claims !== 'strict' || page.frame < 0) return false;
  const owns = access === FORCE_WRITE && isShared(server, page);
  if (owns || kernel.state.frames.owner[page.frame] === container.owner) return false;
  return roomOf(kernel, server, clientOf(server, container.owner), container.extras) < 1;
}

/** Under rotating claims whoever touches a shared frame pays for it from then on, if it can. */
function claim(
  kernel: Kernel,
  server: MemoryServerState,
  container: PageContainer,
  { frame }: Page,
): void {
  const payer = kernel.state.frames.owner[frame] as number;
  const { claims } = server.pages;
  if ((claims !== 'rotate' && claims !== 'strict') || payer === container.owner) return;
  const client = clientOf(server, container.owner);
  if (roomOf(kernel, server, client, container.extras) < 1) return;
  recharge(kernel, server, frame, client, RETURNED);
  returned(kernel, server, clientOf(server, payer), 1);
}

/** Counts a frame's mappings that are made beside others, or taken from another task. */
function countMapping(
  kernel: Kernel,
  server: MemoryServerState,
  task: number,
  at: number,
  frame: number,
): void {
  const key = kernel.state.frames.mappedBy[frame] as number;
  if (key === UNMAPPED || hasMapped(kernel, task, at, frame)) return;
  const { space } = kernel.state.tasks[task] as TaskState;
  if (kernel.format.mapsFrameOnce !== true) server.pages.beside++;
  else if (spaceOfGlobalPage(kernel, key - 1).id !== space) server.pages.remaps++;
}

/** askShares: frames of containers paid for, used at another's charge, paid for while others use. */
export function tellShares(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  tag: number,
): void {
  let charged = 0;
  let freeloading = 0;
  let freeloaded = 0;
  const { owner } = kernel.state.frames;
  for (const [frame, pages] of server.pages.onFrame.entries()) {
    if (pages === null || pages === undefined) continue;
    if (owner[frame] !== from) freeloading += usesFrame(server.pages, from, frame) ? 1 : 0;
    else {
      charged++;
      if (hasOtherUsers(server, pages, from)) freeloaded++;
    }
  }
  reply(kernel, server.id, from, OP.sharesAre, tag, charged, freeloading, freeloaded, 0);
}

function hasOtherUsers(server: MemoryServerState, pages: readonly number[], but: number): boolean {
  const { pages: state } = server;
  return pages.some((id) =>
    (state.pages[id] as Page).cells.some((cell) => containerOfCell(state, cell).owner !== but),
  );
}
