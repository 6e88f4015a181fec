/**
 * Copies: pages from a list of places into a list of places, in one step, all or none (SPEC [CONT27],
 * [CONT28]). The lists (transfer-lists.ts) are of any ranges, so copy, scatter, gather and both at
 * once are one operation.
 *
 *   COPY    a logical copy: another page on the same frame, read-only until somebody writes
 *   MOVE    the page itself goes; where the containers' owners differ, so does what is paid for it
 *   SHARE   the same page in both places: what is written through one is seen through the other
 *   FILL    contents alone, into frames that are there (fills.ts)
 *
 * Everything is looked at before anything is done. A refusal tells the first pair that fails.
 */

import { COPY, FILL, MOVE, OP } from '../../../contracts/messages.ts';
import {
  LOCKED_NOW,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  NOT_ALIKE,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { forbidWriting, takeMappings } from '../../../nucleus/lent-mappings.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import { refuseAt } from '../answers.ts';
import { OWN, settleDraw } from '../contracts/child-contract.ts';
import { returned } from '../revocation/returns.ts';
import { type Client, clientOf, type MemoryServerState } from '../state.ts';
import { recharge, roomOf, usesFrame } from './charges.ts';
import { cannotFill, fillPages } from './fills.ts';
import { isShared, leaveCell } from './page-frames.ts';
import {
  addCell,
  addPage,
  bind,
  cellOf,
  LOCKED,
  NONE_THERE,
  type Page,
  takeOne,
  touch,
} from './page-state.ts';
import { NO_LISTS, namedTwice, type Place, placesOf } from './transfer-lists.ts';

export function transferPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  how: number,
  tag: number,
): void {
  const no = (reason: number, index: number) =>
    refuseAt(kernel, server, from, tag, reason, OP.transferPages, index);
  const lists = server.pages.lists[from] ?? NO_LISTS;
  const all = placesOf(kernel, server, from, lists.from);
  const into = placesOf(kernel, server, from, lists.into);
  // What one list has more is not looked at: it may be nothing that the sender can reach.
  const pairs = Math.min(all.length, into.length);
  for (let pair = 0; pair < pairs; pair++) {
    const [source, target] = [all[pair] ?? null, into[pair] ?? null];
    const reason =
      how === FILL
        ? cannotFill(server, from, source, target)
        : cannotPair(kernel, server, from, source, target, how);
    if (reason !== 0) return no(reason, pair);
  }
  const sources = all as Place[];
  const targets = into as Place[];
  const twice = namedTwice(sources, targets, pairs, how);
  if (twice >= 0) return no(NOT_ALIKE, twice);
  if (sources.length !== targets.length || pairs === 0) return no(NOT_ALIKE, pairs);
  const full = how === MOVE ? noRoom(kernel, server, sources, targets) : -1;
  if (full >= 0) return no(OVER_CONTRACT, full);
  if (how === FILL) fillPages(kernel, server, sources, targets);
  else transfer(kernel, server, sources, targets, how);
  server.pages.lists[from] = null;
  reply(kernel, server.id, from, OP.pagesDone, tag, OP.transferPages, pairs, 0, 0);
}

/** Why this source cannot go to this target, or 0. */
function cannotPair(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  source: Place | null,
  target: Place | null,
  how: number,
): number {
  if (source === null || target === null) return NO_SUCH_CONTAINER;
  // A weak capability reads; it takes nothing away, and keeps no hand in what it has read.
  if (how !== COPY && !source.strong) return NO_SUCH_CONTAINER;
  const { page } = source;
  if (page === null || target.index >= target.container.cells.length) return NO_SUCH_PAGE;
  // Nor does it allocate: it fills pages that are there [CONT16].
  if (target.page === null && !target.strong) return NO_SUCH_PAGE;
  if (target.container.status === LOCKED) return LOCKED_NOW;
  if (how !== COPY && source.container.status === LOCKED) return LOCKED_NOW;
  if (page.writers > 0 || (page.bars > 0 && source.container.holder !== from)) return LOCKED_NOW;
  const owner = clientOf(server, target.container.owner);
  const pays = page.frame >= 0 && kernel.state.frames.owner[page.frame] === owner.id;
  if (!target.container.extras && pays && owner.held > owner.guaranteed) return OVER_CONTRACT;
  return 0;
}

/**
 * The first pair for which the target's owner has no room, or -1. A page that it pays for alone and
 * that is replaced makes room for it; what a child contract has left is there once for all who live
 * on it. On the safe side where moved pages share frames.
 */
function noRoom(
  kernel: Kernel,
  server: MemoryServerState,
  sources: readonly Place[],
  targets: readonly Place[],
): number {
  const { owner: payers } = kernel.state.frames;
  const rooms = new Map<number, number>();
  const replaced = new Map<number, number>();
  for (const { container, page: there } of targets) {
    const client = clientOf(server, container.owner);
    const extras = targets.every((t) => t.container.owner !== client.id || t.container.extras);
    const room = roomOf(kernel, server, client, extras);
    rooms.set(poolOf(client), Math.min(room, rooms.get(poolOf(client)) ?? room));
    const alone = there !== null && there.frame >= 0 && there.cells.length === 1;
    if (alone && !isShared(server, there))
      replaced.set(client.id, (replaced.get(client.id) ?? 0) + 1);
  }
  return sources.findIndex(({ container, page }, pair) => {
    const { owner } = (targets[pair] as Place).container;
    const { frame } = page as Page;
    if (owner === container.owner || frame < 0 || payers[frame] !== container.owner) return false;
    const pool = poolOf(clientOf(server, owner));
    const own = replaced.get(owner) ?? 0;
    const room = rooms.get(pool) as number;
    if (own > 0) replaced.set(owner, own - 1);
    else rooms.set(pool, room - 1);
    return room + own <= 0;
  });
}

/** What a client's room is part of: its own contract, or the child contract it lives on. */
function poolOf({ id, child }: Client): number {
  return child === OWN ? id : -1 - child;
}

/** New pages first, then what is paid for them, then what they have replaced. */
function transfer(
  kernel: Kernel,
  server: MemoryServerState,
  sources: readonly Place[],
  targets: readonly Place[],
  how: number,
): void {
  const { pages: state } = server;
  for (let pair = 0; pair < targets.length; pair++) {
    const { container, index } = targets[pair] as Place;
    const source = sources[pair] as Place;
    const page = source.page as Page;
    if (how === COPY) {
      const copy = addPage(state, container, index);
      if (page.frame !== NONE_THERE) {
        bind(state, copy, page.frame);
        if (server.planted !== 'copy-stays-writable') forbidWriting(kernel, page.frame);
      }
    } else addCell(page, container, index);
    if (how === MOVE) takeFrom(kernel, server, source, page, container.owner);
    touch(container);
  }
  for (const { container, index, page } of targets)
    if (page !== null) leaveCell(kernel, server, page, cellOf(container, index), RETURNED);
  // Who was short of what its own replaced pages have freed since draws it now [CONT33].
  for (const { container } of targets) {
    const client = clientOf(server, container.owner);
    if (client.child !== OWN) settleDraw(server, client);
  }
}

/** A moved page leaves its place; `heir` pays for its frame if its payer uses it no more. */
function takeFrom(
  kernel: Kernel,
  server: MemoryServerState,
  { container, index }: Place,
  page: Page,
  heir: number,
): void {
  container.cells[index] = NONE_THERE;
  takeOne(page.cells, cellOf(container, index));
  touch(container);
  if (page.frame === NONE_THERE) return;
  takeMappings(kernel, page.frame, page.id);
  const payer = clientOf(server, kernel.state.frames.owner[page.frame] as number);
  if (usesFrame(server.pages, payer.id, page.frame)) return;
  recharge(kernel, server, page.frame, clientOf(server, heir), RETURNED);
  returned(kernel, server, payer, 1);
}
