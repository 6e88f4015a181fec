/**
 * Superpages: many pages behind one entry of the TLB, made of base pages by and by (Navarro, Iyer,
 * Druschel & Cox, "Practical, transparent operating system support for superpages", OSDI 2002).
 *
 *   a reservation's pages all filled, and alike --promote--> superpage --demote--> base pages
 *                ^                                                                   |
 *                `------ alike again: all of them written -----------<---------------'
 *
 * Promoted where every page of an aligned range has its own frame of a reservation and is settled,
 * and all count as dirty or none does, size after size [POL8]. Demoted when one page is evicted,
 * cleaned or taken, and when a clean superpage is first written, so that it is known which pages
 * were [POL9]. Pages that are told apart (`apart`) are mapped writable only when they are written,
 * with extras in the contract or without: else one write makes 512 dirty pages [POL10].
 *
 * Left out: Navarro's population map (a scan of the range, at faults that have no frame yet), the
 * contiguity daemon, demotion to find out which part of a superpage is still referenced.
 */

import type { Kernel } from '../nucleus/kernel.ts';
import { demote, promote } from '../nucleus/promotion.ts';
import type { SuperpagesWish } from './page-kinds.ts';
import { BUSY, DIRTY, RESIDENT } from './page-word.ts';
import { endReservation, type Reservation } from './reservations.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';

export interface SuperpagesState {
  /** Base-2 logs of the sizes, ascending. */
  readonly orders: readonly number[];
  readonly apart: boolean;
  /** By page: its number modulo the largest size, and over it. */
  readonly place: Uint16Array;
  readonly block: Uint32Array;
  /** By page: a bit for each size that is worth a reservation around it. */
  readonly fits: Uint8Array;
  /** By page: the order of the superpage it is mapped in, or 0. */
  readonly mappedIn: Uint8Array;
  /** By page: number of its reservation, or -1. */
  readonly reservationOf: Int32Array;
  readonly reservations: Reservation[];
  /** Pages that have been given frames out of reservations. */
  fills: number;
  /** The page that a reservation is asked for, or NO_PAGE; which of the sizes; the next below. */
  asked: number;
  askedAt: number;
  below: number;
  refusedFor: number;
  readonly counts: SuperpageCounts;
}

export interface SuperpageCounts {
  promoted: number;
  demoted: number;
  reserved: number;
  broken: number;
}

/** The state of a pager that makes superpages of the pages of `pageNumbers`, which ascend. */
export function createSuperpages(
  wish: SuperpagesWish | null,
  pageNumbers: Float64Array,
): SuperpagesState | null {
  if (wish === null) return null;
  const { orders, apart } = wish;
  const pages = pageNumbers.length;
  const largest = 1 << (orders.at(-1) as number);
  const state: SuperpagesState = {
    orders,
    apart,
    place: Uint16Array.from(pageNumbers, (number) => number % largest),
    block: Uint32Array.from(pageNumbers, (number) => Math.floor(number / largest)),
    fits: new Uint8Array(pages),
    mappedIn: new Uint8Array(pages),
    reservationOf: new Int32Array(pages).fill(-1),
    reservations: [],
    fills: 0,
    asked: NO_PAGE,
    askedAt: 0,
    below: orders.length,
    refusedFor: 0,
    counts: { promoted: 0, demoted: 0, reserved: 0, broken: 0 },
  };
  for (const [at, order] of orders.entries())
    for (let from = 0; from < pages; ) {
      const to = endOfRange(state, from, order);
      if (2 * (to - from) >= 1 << order)
        for (let page = from; page < to; page++) state.fits[page] |= 1 << at;
      from = to;
    }
  return state;
}

/** Whether a superpage of size number `at` around `page` is worth a reservation [POL7]. */
export function hasOrder({ fits }: SuperpagesState, page: number, at: number): boolean {
  return ((fits[page] as number) & (1 << at)) !== 0;
}

/** The first page of the program in the aligned range around `page`. */
export function startOfRange(state: SuperpagesState, page: number, order: number): number {
  let first = page;
  while (first > 0 && isSameRange(state, first - 1, page, order)) first--;
  return first;
}

/** The page after its last. */
export function endOfRange(state: SuperpagesState, page: number, order: number): number {
  let end = page + 1;
  while (end < state.place.length && isSameRange(state, end, page, order)) end++;
  return end;
}

function isSameRange({ place, block }: SuperpagesState, a: number, b: number, order: number) {
  return block[a] === block[b] && (place[a] as number) >> order === (place[b] as number) >> order;
}

/** The page that a superpage around `page` begins with, if the program has all of its pages. */
function firstOf({ place }: SuperpagesState, page: number, order: number): number {
  return page - ((place[page] as number) & ((1 << order) - 1));
}

/** `page` is mapped: maps what is around it as one, size after size, where all of it is alike. */
export function promoteAround(
  kernel: Kernel,
  pager: PagerState,
  state: SuperpagesState,
  member: Member,
  page: number,
): void {
  const reservation = state.reservations[state.reservationOf[page] as number];
  if (reservation === undefined) return;
  for (const order of state.orders) {
    if (order > reservation.order) return;
    if ((state.mappedIn[page] as number) >= order) continue;
    const first = firstOf(state, page, order);
    const size = 1 << order;
    if (reservation.filled < size || !isSameRange(state, first, first + size - 1, order)) return;
    if (!areAlike(pager, first, size)) return;
    for (let part = first; part < first + size; part++)
      demoteAt(kernel, pager, state, member, part);
    if (!promote(kernel, pager.id, member.task, first - member.base, order)) return;
    state.mappedIn.fill(order, first, first + size);
    state.counts.promoted++;
  }
}

/** Whether all pages of a range are settled in their frames, and all count as dirty or none. */
function areAlike({ pageWord }: PagerState, first: number, size: number): boolean {
  const alike = RESIDENT | BUSY | DIRTY;
  const word = (pageWord[first] as number) & alike;
  if ((word & (RESIDENT | BUSY)) !== RESIDENT) return false;
  for (let page = first + 1; page < first + size; page++)
    if (((pageWord[page] as number) & alike) !== word) return false;
  return true;
}

/** Something is to be done to `page` alone: it is mapped by itself from here on. */
export function demoteAt(
  kernel: Kernel,
  pager: PagerState,
  state: SuperpagesState,
  member: Member,
  page: number,
): void {
  if (state.mappedIn[page] === 0) return;
  const first = noteDemoted(state, page);
  demote(kernel, pager.id, member.task, first - member.base);
}

/** The superpage around `page` is none any more; returns its first page. */
function noteDemoted(state: SuperpagesState, page: number): number {
  const order = state.mappedIn[page] as number;
  const first = firstOf(state, page, order);
  state.mappedIn.fill(0, first, first + (1 << order));
  state.counts.demoted++;
  return first;
}

/** `page` is about to leave its frame. */
export function leaveSuperpage(
  kernel: Kernel,
  pager: PagerState,
  state: SuperpagesState,
  member: Member,
  page: number,
): void {
  demoteAt(kernel, pager, state, member, page);
  const at = state.reservationOf[page] as number;
  if (at >= 0) endReservation(kernel, pager, state, at);
}

/** The frame of `page` was taken, and with it its part of the mapping. */
export function loseFromSuperpage(
  kernel: Kernel,
  pager: PagerState,
  state: SuperpagesState,
  page: number,
): void {
  if (state.mappedIn[page] !== 0) noteDemoted(state, page);
  const at = state.reservationOf[page] as number;
  if (at >= 0) endReservation(kernel, pager, state, at);
}
