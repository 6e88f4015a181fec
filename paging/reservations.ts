/**
 * Reservations, a pager's side: frames held for the pages of a superpage that have not been touched
 * yet (Navarro et al., OSDI 2002) [POL7]. Where memory objects end a trace does not tell: a range
 * is worth a reservation where the program has at least half of its pages.
 *
 *   fault, nothing of the range resident --reserveRun--> open --all pages filled--> complete
 *      its own page's slot is taken                       |--frames wanted--> broken: unfilled ones free
 *      each further fault takes its page's own            `--a page leaves--> broken, or over
 *
 * Of open reservations the one that was filled least recently is broken first, and before any page
 * is given up: that is what frames kept in hope are worth.
 */

import { OP } from '../contracts/messages.ts';
import { send } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { bindSlot, pushFree } from './frames-in-hand.ts';
import { BUSY, RESIDENT } from './page-word.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';
import { endOfRange, hasOrder, type SuperpagesState, startOfRange } from './superpages.ts';

export const NO_SLOT = -1;
/** A reservation has been asked for. */
export const ASKED = -2;
/** Faults to let pass before reservations that were refused are asked for again. */
const REFUSAL_PAUSE = 64;

export interface Reservation {
  /** Pages of the program in its range: the first, and the one after the last. */
  from: number;
  to: number;
  /** Slot of its first frame; as far from it as its number is each page's slot. */
  slot: number;
  order: number;
  /** Pages that have got their frames. */
  filled: number;
  /** When the last one did, counted in such events. */
  filledAt: number;
  /** The frames came zeroed. */
  zeroed: boolean;
  live: boolean;
}

/** The frame slot that is kept for the page `member` waits for, ASKED, or NO_SLOT. */
export function reservedSlot(
  kernel: Kernel,
  pager: PagerState,
  state: SuperpagesState,
  member: Member,
): number {
  if (state.asked !== NO_PAGE) return ASKED;
  const page = member.base + member.faultPage;
  const at = state.reservationOf[page] as number;
  if (at < 0) return reserve(kernel, pager, state, page) ? ASKED : NO_SLOT;
  const reservation = state.reservations[at] as Reservation;
  const slot = reservation.slot + ((state.place[page] as number) & ((1 << reservation.order) - 1));
  if (pager.slotPage[slot] !== NO_PAGE) return NO_SLOT;
  reservation.filled++;
  reservation.filledAt = ++state.fills;
  return slot;
}

/** Asks for the largest run that the contract has room for, around `page`. */
function reserve(kernel: Kernel, pager: PagerState, state: SuperpagesState, page: number): boolean {
  if (state.refusedFor > 0) state.refusedFor--;
  if (state.refusedFor > 0 || pager.grantPending || pager.owed > 0) return false;
  const room = pager.guaranteed + pager.extra - pager.held;
  for (let at = state.below - 1; at >= 0; at--) {
    const order = state.orders[at] as number;
    if (1 << order > room || !hasOrder(state, page, at) || !isVacant(pager, state, page, order))
      continue;
    state.asked = page;
    state.askedAt = at;
    pager.grantPending = true;
    send(kernel, pager.id, pager.memoryPort, OP.reserveRun, order, 0, 0, 0, 0);
    return true;
  }
  return false;
}

/** Whether no page of the range has a frame, or one kept for it. */
function isVacant(pager: PagerState, state: SuperpagesState, page: number, order: number): boolean {
  const end = endOfRange(state, page, order);
  for (let at = startOfRange(state, page, order); at < end; at++)
    if (
      state.reservationOf[at] !== -1 ||
      ((pager.pageWord[at] as number) & (RESIDENT | BUSY)) !== 0
    )
      return false;
  return true;
}

/** What was asked for is there: frames in so many neighbouring slots. */
export function takeReserved(
  pager: PagerState,
  state: SuperpagesState,
  slot: number,
  order: number,
  zeroed: boolean,
): void {
  const from = startOfRange(state, state.asked, order);
  const to = endOfRange(state, state.asked, order);
  const size = 1 << order;
  pager.held += size;
  for (let at = slot + size - 1; at >= slot; at--) bindSlot(pager, at, NO_PAGE);
  const record = { from, to, slot, order, filled: 0, filledAt: ++state.fills, zeroed, live: true };
  let at = state.reservations.findIndex(({ live }) => !live);
  if (at < 0) at = state.reservations.length;
  state.reservations[at] = record;
  state.reservationOf.fill(at, from, to);
  state.counts.reserved++;
  endAsking(pager, state, state.orders.length);
}

/** It is refused: the next smaller size, or none for a while. */
export function refuseReserved(pager: PagerState, state: SuperpagesState): void {
  const smaller = state.askedAt;
  if (smaller === 0) state.refusedFor = REFUSAL_PAUSE;
  endAsking(pager, state, smaller === 0 ? state.orders.length : smaller);
}

function endAsking(pager: PagerState, state: SuperpagesState, below: number): void {
  pager.grantPending = false;
  state.asked = NO_PAGE;
  state.below = below;
}

/** Breaks the open reservation that was filled least recently; false: there is none. */
export function breakOldest(kernel: Kernel, pager: PagerState, state: SuperpagesState): boolean {
  let oldest = -1;
  for (const [at, one] of state.reservations.entries()) {
    if (!one.live || one.filled === 1 << one.order) continue;
    const other = state.reservations[oldest];
    if (other === undefined || one.filledAt < other.filledAt) oldest = at;
  }
  if (oldest >= 0) endReservation(kernel, pager, state, oldest);
  return oldest >= 0;
}

/**
 * A reservation is over: what it kept, but for a slot that was taken, is returned as far as it is
 * owed, and free in hand beyond.
 */
export function endReservation(
  kernel: Kernel,
  pager: PagerState,
  state: SuperpagesState,
  at: number,
  taken = NO_SLOT,
): void {
  const one = state.reservations[at] as Reservation;
  const { slot, order } = one;
  const size = 1 << order;
  one.live = false;
  state.reservationOf.fill(-1, one.from, one.to);
  if (one.filled < size) state.counts.broken++;
  let from = slot;
  for (let next = slot; next <= slot + size; next++) {
    const isKept = next < slot + size && pager.slotPage[next] === NO_PAGE;
    if (isKept && next !== taken) continue;
    if (next > from) letGo(kernel, pager, from, next - from);
    from = next + 1;
  }
}

/** The frames in `count` slots from `slot` on are wanted for nothing. */
function letGo(kernel: Kernel, pager: PagerState, slot: number, count: number): void {
  const due = Math.min(count, pager.owed);
  for (let at = slot + count - 1; at >= slot + due; at--) pushFree(pager, at);
  if (due === 0) return;
  pager.owed -= due;
  pager.held -= due;
  send(kernel, pager.id, pager.memoryPort, OP.returnRange, slot, due, 0, 0, 0);
}

/** The server took the unfilled frame in `slot`: its reservation is broken. False: it was none. */
export function loseKept(
  kernel: Kernel,
  pager: PagerState,
  state: SuperpagesState,
  slot: number,
): boolean {
  if (pager.slotPage[slot] !== NO_PAGE) return false;
  const at = state.reservations.findIndex(
    (one) => one.live && slot >= one.slot && slot < one.slot + (1 << one.order),
  );
  if (at < 0) return false;
  endReservation(kernel, pager, state, at, slot);
  return true;
}
