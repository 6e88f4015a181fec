/**
 * Copies: pages from a list of places into a list of places, in one step, all or none (SPEC [CONT27],
 * [CONT28]). The lists are made by messages of one range each, so copy, scatter, gather and both at
 * once are one operation.
 *
 *   COPY    a logical copy: another page on the same frame, read-only until somebody writes
 *   MOVE    the page itself goes; where the containers' owners differ, so does what is paid for it
 *   SHARE   the same page in both places: what is written through one is seen through the other
 *
 * Everything is looked at before anything is done. A refusal tells the first pair that fails.
 */

import { COPY, MOVE, OP } from '../../../contracts/messages.ts';
import {
  LOCKED_NOW,
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  NOT_ALIKE,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import { PAGES } from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import { type Kernel, RETURNED } from '../../../nucleus/kernel.ts';
import { forbidWriting } from '../../../nucleus/lent-mappings.ts';
import { dropMappingOfFrame } from '../../../nucleus/memory-map.ts';
import { refuse, refuseAt } from '../answers.ts';
import { OWN, settleDraw } from '../contracts/child-contract.ts';
import { returned } from '../revocation/returns.ts';
import { type Client, clientOf, type MemoryServerState } from '../state.ts';
import { recharge, roomOf, usesFrame } from './charges.ts';
import { resolveEither, resolvePages } from './page-containers.ts';
import { isShared, leaveCell } from './page-frames.ts';
import {
  addCell,
  addPage,
  bind,
  cellOf,
  LOCKED,
  NONE_THERE,
  type Page,
  type PageContainer,
  pageAt,
  type Range,
  type TransferLists,
  touch,
} from './page-state.ts';

/** Pages that a list may name in all, and ranges. */
const LIST_PAGES_MAX = 1024;
const LIST_RANGES_MAX = 64;

/** One place of a list; `strong`: by the owner's capability. */
interface Place {
  readonly container: PageContainer;
  readonly index: number;
  readonly strong: boolean;
}

/** fromPages and intoPages: one range more. Capabilities are looked at when the lists are used. */
export function listPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  range: Range,
  op: number,
): void {
  const all = server.pages.lists;
  while (all.length <= from) all.push(null);
  if (range.count === 0) {
    all[from] = null;
    return;
  }
  const lists: TransferLists = all[from] ?? { from: [], into: [] };
  const isSource = op === OP.fromPages;
  const list = isSource ? lists.from : lists.into;
  const pages = list.reduce((sum, { count }) => sum + count, range.count);
  if (pages > LIST_PAGES_MAX || list.length === LIST_RANGES_MAX)
    return refuse(kernel, server, from, range.container, NO_PLACE, op);
  // An array grows by more than one range, which most lists never have.
  if (list.length > 0) list.push(range);
  else if (isSource) lists.from = [range];
  else lists.into = [range];
  all[from] = lists;
}

export function transferPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  how: number,
  tag: number,
): void {
  const no = (reason: number, index: number) =>
    refuseAt(kernel, server, from, tag, reason, OP.transferPages, index);
  const lists = server.pages.lists[from] ?? { from: [], into: [] };
  const sources = placesOf(kernel, server, from, lists.from);
  const targets = placesOf(kernel, server, from, lists.into);
  const pairs = Math.min(sources.length, targets.length);
  for (let pair = 0; pair < pairs; pair++) {
    const source = sources[pair] as Place | null;
    const target = targets[pair] as Place | null;
    const reason = cannotPair(kernel, server, from, source, target, how);
    if (reason !== 0) return no(reason, pair);
  }
  // What one list has more has not been looked at: it may be nothing that the sender can reach.
  const alike = [sources, targets].map((places) => places.slice(0, pairs)) as [Place[], Place[]];
  const twice = namedTwice(...alike, how);
  if (twice >= 0) return no(NOT_ALIKE, twice);
  if (sources.length !== targets.length || pairs === 0) return no(NOT_ALIKE, pairs);
  const full = how === MOVE ? noRoom(kernel, server, sources as Place[], targets as Place[]) : -1;
  if (full >= 0) return no(OVER_CONTRACT, full);
  transfer(kernel, server, sources as Place[], targets as Place[], how);
  server.pages.lists[from] = null;
  reply(kernel, server.id, from, OP.pagesDone, tag, OP.transferPages, pairs, 0, 0);
}

/** The places that ranges name; null for each that their capability does not reach. */
function placesOf(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  ranges: readonly Range[],
): (Place | null)[] {
  let pages = 0;
  for (const { count } of ranges) pages += count;
  const places = new Array<Place | null>(pages);
  let place = 0;
  for (const { container: slot, start, count } of ranges) {
    const container = resolveEither(kernel, server, from, slot);
    const strong = resolvePages(kernel, server, from, slot, PAGES) !== null;
    for (let index = start; index < start + count; index++)
      places[place++] = container === null ? null : { container, index, strong };
  }
  return places;
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
  const page = pageAt(server.pages, source.container, source.index);
  if (page === null || target.index >= target.container.cells.length) return NO_SUCH_PAGE;
  const there = pageAt(server.pages, target.container, target.index);
  // Nor does it allocate: it fills pages that are there [CONT16].
  if (there === null && !target.strong) return NO_SUCH_PAGE;
  if (target.container.status === LOCKED) return LOCKED_NOW;
  if (how !== COPY && source.container.status === LOCKED) return LOCKED_NOW;
  const mine = source.container.status === LOCKED && source.container.holder === from;
  if (page.writers > 0 || (page.bars > 0 && !mine)) return LOCKED_NOW;
  const owner = clientOf(server, target.container.owner);
  const pays = page.frame >= 0 && kernel.state.frames.owner[page.frame] === owner.id;
  if (!target.container.extras && pays && owner.held > owner.guaranteed) return OVER_CONTRACT;
  return 0;
}

/** The first pair whose target is named before or is a source, or whose moved source is; else -1. */
function namedTwice(sources: readonly Place[], targets: readonly Place[], how: number): number {
  const [source, target] = [sources[0], targets[0]];
  if (source !== undefined && target !== undefined && sources.length + targets.length === 2)
    return source.container === target.container && source.index === target.index ? 0 : -1;
  const from = new Set<number>();
  for (const { container, index } of sources) from.add(cellOf(container, index));
  const seen = new Set<number>();
  for (const [i, { container, index }] of targets.entries()) {
    const target = cellOf(container, index);
    if (from.has(target) || seen.has(target)) return i;
    seen.add(target);
    const source = sources[i];
    if (how !== MOVE || source === undefined) continue;
    const moved = cellOf(source.container, source.index);
    // A cell that moves counts as seen: no target is one, so a second move of it is all it can be.
    if (seen.has(moved)) return i;
    seen.add(moved);
  }
  return -1;
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
  for (const { container, index } of targets) {
    const client = clientOf(server, container.owner);
    const extras = targets.every((t) => t.container.owner !== client.id || t.container.extras);
    const room = roomOf(kernel, server, client, extras);
    rooms.set(poolOf(client), Math.min(room, rooms.get(poolOf(client)) ?? room));
    const there = pageAt(server.pages, container, index);
    const alone = there !== null && there.frame >= 0 && there.cells.length === 1;
    if (alone && !isShared(server, there))
      replaced.set(client.id, (replaced.get(client.id) ?? 0) + 1);
  }
  return sources.findIndex(({ container, index }, pair) => {
    const { owner } = (targets[pair] as Place).container;
    const { frame } = pageAt(server.pages, container, index) as Page;
    if (owner === container.owner || frame < 0 || payers[frame] !== container.owner) return false;
    const pool = poolOf(clientOf(server, owner));
    const own = replaced.get(owner) ?? 0;
    const room = rooms.get(pool) as number;
    if (own > 0 && room + own > 0) replaced.set(owner, own - 1);
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
  const replaced = new Array<Page | null>(targets.length);
  for (let pair = 0; pair < targets.length; pair++) {
    const { container, index } = targets[pair] as Place;
    replaced[pair] = pageAt(state, container, index);
  }
  for (let pair = 0; pair < targets.length; pair++) {
    const { container, index } = targets[pair] as Place;
    const source = sources[pair] as Place;
    const page = pageAt(state, source.container, source.index) as Page;
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
  for (let pair = 0; pair < targets.length; pair++) {
    const { container, index } = targets[pair] as Place;
    const page = replaced[pair] as Page | null;
    if (page !== null) leaveCell(kernel, server, page, cellOf(container, index), RETURNED);
  }
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
  page.cells.splice(page.cells.indexOf(cellOf(container, index)), 1);
  touch(container);
  if (page.frame === NONE_THERE) return;
  dropMappingOfFrame(kernel, page.frame);
  const payer = clientOf(server, kernel.state.frames.owner[page.frame] as number);
  if (usesFrame(server.pages, payer.id, page.frame)) return;
  recharge(kernel, server, page.frame, clientOf(server, heir), RETURNED);
  returned(kernel, server, payer, 1);
}
