/**
 * Charges: who pays for the frames of containers of pages (SPEC [CONT24] to [CONT26]).
 *
 * Every frame is charged to one client, and only to one that uses it. A frame stays with whoever
 * pays until that client lets go of it; then the first other user that has room in its contract
 * pays, and when none has, the users lose it and are told. So nobody can be made to pay for
 * what it does not use, nobody keeps memory that it does not pay for, and nobody who wants to give
 * memory back is kept from it by those who share it.
 */

import type { Kernel } from '../../../nucleus/kernel.ts';
import { dropMappingsFor } from '../../../nucleus/lent-mappings.ts';
import { copyRun, zeroRun } from '../../../nucleus/memory-map.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import { giveBackRun, takeFrame } from '../../../sim-hw/frames.ts';
import { observe } from '../answers.ts';
import { childAt, OWN, settleDraw } from '../contracts/child-contract.ts';
import { mayBorrow } from '../contracts/policy.ts';
import { canPay } from '../contracts/purse.ts';
import { changeHeld } from '../holding.ts';
import { returned } from '../revocation/returns.ts';
import { endSoftOf } from '../revocation/soft-runs.ts';
import { type Client, clientOf, type MemoryServerState } from '../state.ts';
import { poolOf } from '../upstream/upstream.ts';
import { breakPageLock } from './page-pins.ts';
import {
  containerOfCell,
  indexOfCell,
  NONE_THERE,
  type Page,
  type PagesState,
  pagesOn,
  touchPage,
  unbind,
} from './page-state.ts';

/**
 * Frames that `client` may still take: within G, and within G + E if extras may be used; below 0
 * where it has too many. Who lives on a child contract has what nobody draws on that one [CONT33].
 * A request of its own that waits is counted as granted; who owes frames, takes what others wait
 * for, or may not borrow otherwise gets no extras (as [MEM2], [REV10], [PS8], [CON27]).
 * `leaving`: who is about to pay for one frame less, which may be the child's again.
 */
export function roomOf(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  extras: boolean,
  leaving: Client | null = null,
): number {
  const waiting = client.waitingOrder < 0 ? 0 : 1 << client.waitingOrder;
  const child = client.child === OWN ? null : childAt(server, client.child);
  const sibling = child !== null && leaving?.child === child.id;
  const borrowed = leaving !== null && leaving.held > leaving.guaranteed;
  const idle = (child?.idle ?? 0) + (sibling && !borrowed ? 1 : 0);
  const within = client.guaranteed + idle - client.held - waiting;
  if (!extras || client.noticed > 0 || server.waiting.length > 0) return within;
  const eligible = mayBorrow(server, client.id) || server.planted === 'lend-to-anybody';
  if (!eligible || !canPay(kernel, server, client)) return within;
  const idleExtra = (child?.idleExtra ?? 0) + (sibling && borrowed ? 1 : 0);
  return within + client.extra + idleExtra;
}

/** The client pays for one frame more, drawn on its child contract if it lives on one. */
function charge(kernel: Kernel, server: MemoryServerState, client: Client, told = true): void {
  changeHeld(kernel, server, client, 1);
  if (client.child !== OWN) settleDraw(server, client);
  if (!told) return;
  const extra = client.held > client.guaranteed;
  if (kernel.observer !== null) observe(kernel, client.id, { kind: 'charge', frames: 1, extra });
}

/** Whether `client` owns a container with a page on the frame, `but` one page. */
export function usesFrame(
  state: PagesState,
  client: number,
  frame: number,
  but: Page | null = null,
): boolean {
  for (const id of pagesOn(state, frame)) {
    if (but !== null && id === but.id) continue;
    for (const cell of (state.pages[id] as Page).cells)
      if (containerOfCell(state, cell).owner === client) return true;
  }
  return false;
}

/**
 * The first user of the frame, by age of its page, that could pay in its payer's place, who uses it
 * no more, `but` by one page; `leaves`: its payer does not take another one instead.
 */
export function heirOf(
  kernel: Kernel,
  server: MemoryServerState,
  frame: number,
  but: Page | null,
  leaves: boolean,
): Client | null {
  const payer = kernel.state.frames.owner[frame] as number;
  const leaving = leaves ? clientOf(server, payer) : null;
  for (const id of pagesOn(server.pages, frame)) {
    if (but !== null && id === but.id) continue;
    for (const cell of (server.pages.pages[id] as Page).cells) {
      const { owner, extras } = containerOfCell(server.pages, cell);
      const client = clientOf(server, owner);
      if (roomOf(kernel, server, client, extras, leaving) > 0) return client;
    }
  }
  return null;
}

/** Makes `heir` pay for the frame. `cause`: why it left its payer's hands. */
export function recharge(
  kernel: Kernel,
  server: MemoryServerState,
  frame: number,
  heir: Client,
  cause: number,
): void {
  const { state, probe } = kernel;
  const payer = clientOf(server, state.frames.owner[frame] as number);
  state.frames.owner[frame] = heir.id;
  if (server.planted !== 'payer-still-charged') changeHeld(kernel, server, payer, -1);
  charge(kernel, server, heir);
  if (probe === null) return;
  probe.released(kernel, payer.id, frame, 0, cause);
  probe.granted(kernel, heir.id, frame, 0);
}

/**
 * The pages on a frame have become fewer: frees it when there are none, finds a payer when the one
 * it had uses it no more, and else takes it from its users.
 */
export function settleCharge(
  kernel: Kernel,
  server: MemoryServerState,
  frame: number,
  cause: number,
): void {
  const { pages: state } = server;
  const payer = clientOf(server, kernel.state.frames.owner[frame] as number);
  if (pagesOn(state, frame).length > 0) {
    if (usesFrame(state, payer.id, frame)) return;
    if (state.claims === 'keep') {
      if (cause === RETURNED) returned(kernel, server, payer, 1);
      return;
    }
    const heir = heirOf(kernel, server, frame, null, true);
    if (heir !== null) {
      recharge(kernel, server, frame, heir, cause);
      if (cause === RETURNED) returned(kernel, server, payer, 1);
      return;
    }
    loseFrame(kernel, server, frame, null);
  }
  freeFrame(kernel, server, payer, frame, cause);
}

/** Every page on the frame `but` one is left without: its containers' owners are told. */
export function loseFrame(
  kernel: Kernel,
  server: MemoryServerState,
  frame: number,
  but: Page | null,
): void {
  const { pages: state } = server;
  for (const id of [...pagesOn(state, frame)])
    if (but === null || id !== but.id) losePage(kernel, server, state.pages[id] as Page);
}

/** The page is left without its frame, whatever locks it: its containers' owners are told. */
export function losePage(kernel: Kernel, server: MemoryServerState, page: Page): void {
  const { pages: state } = server;
  for (const cell of page.cells) breakPageLock(kernel, server, containerOfCell(state, cell));
  dropMappingsFor(kernel, page.frame, page.id);
  unbind(state, page);
  touchPage(state, page);
  for (const cell of page.cells) {
    // A page that is being replaced shows in its cell no more: nothing is lost there.
    const { cells } = containerOfCell(state, cell);
    if (cells[indexOfCell(cell)] === page.id) state.losses.push(cell);
  }
}

/**
 * Charges a frame that is free to `client`, with contents fit to be seen [MEM4]: those of the
 * frame `copied`, if that is one. `told`: not in place of one that an heir has just taken over, which
 * nobody was told of as returned.
 */
export function chargeFrame(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  frame: number,
  zero: boolean,
  told = true,
  copied = NONE_THERE,
): void {
  const frames = poolOf(kernel, server);
  if (server.soft.count > 0) endSoftOf(kernel, server, frame, 1);
  takeFrame(frames, frame, client.id);
  if (copied !== NONE_THERE) copyRun(kernel, copied, frame, 0);
  else if (zero || frames.lastOwner[frame] !== client.id) zeroRun(kernel, frame, 0);
  charge(kernel, server, client, told);
  if (kernel.probe !== null) kernel.probe.granted(kernel, client.id, frame, 0);
}

/** Frees a frame that no page is on, and nobody maps. */
function freeFrame(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  frame: number,
  cause: number,
): void {
  changeHeld(kernel, server, client, -1);
  giveBackRun(poolOf(kernel, server), frame, 0);
  if (kernel.probe !== null) kernel.probe.released(kernel, client.id, frame, 0, cause);
  if (cause === RETURNED) returned(kernel, server, client, 1);
}
