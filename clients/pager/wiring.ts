/**
 * Wiring, a client's part: pages that its task declared are wired when they have come in, for as
 * long as the contract allows, and not given up while they are.
 *
 * Never more than half of what is guaranteed, so that there is always something to evict. A page
 * whose time limit has come is like any other, and is wired again when it comes in the next time.
 * What is refused is not asked for again before the contract changes [MEM14].
 */

import { OP } from '../../contracts/messages.ts';
import { NO_SUCH_SLOT } from '../../contracts/refusals.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { BUSY, RESIDENT, setWord, slotOf, WIRED } from '../../paging/page-word.ts';
import { type Member, NO_FAULT, NO_PAGE, type PagerState } from '../../paging/state.ts';

export interface WiringWish {
  /** By page: 1 where it is to be wired. */
  readonly declared: Uint8Array;
  /** For how long at a time, on the clock of terms. */
  readonly duration: number;
  /** Pages asked for or wired. */
  readonly pages: number[];
  refused: boolean;
}

/** A wish to have `ranges` of `pages` pages wired; null where there are none. */
export function createWiring(
  ranges: readonly (readonly [number, number])[],
  pages: number,
  duration: number,
): WiringWish | null {
  if (ranges.length === 0) return null;
  const declared = new Uint8Array(pages);
  for (const [from, to] of ranges) declared.fill(1, from, to);
  return { declared, duration, pages: [], refused: false };
}

/** After each message: the page whose fault is settled is wired if it was declared to be. */
export function wireSettled(kernel: Kernel, pager: PagerState, wish: WiringWish): void {
  const { faultPage: page, waits } = pager.members[0] as Member;
  if (page === NO_PAGE || waits !== NO_FAULT || wish.declared[page] !== 1 || wish.refused) return;
  const word = pager.pageWord[page] as number;
  if ((word & (RESIDENT | BUSY | WIRED)) !== RESIDENT || wish.pages.includes(page)) return;
  if (!mayWire(pager, wish, 1)) return;
  wish.pages.push(page);
  send(kernel, pager.id, pager.memoryPort, OP.wire, slotOf(word), page, 0, 0, wish.duration);
}

/** The memory server has wired what was asked for `page`, unless the page has left meanwhile. */
export function takeWired(
  kernel: Kernel,
  pager: PagerState,
  wish: WiringWish,
  page: number,
  slot: number,
): void {
  const word = pager.pageWord[page] as number;
  const isThere = pager.slotPage[slot] === page && (word & RESIDENT) !== 0;
  if (isThere && wish.pages.includes(page)) setWord(pager, page, word | WIRED);
  else {
    forget(wish, page);
    send(kernel, pager.id, pager.memoryPort, OP.unwire, slot, 0, 0, 0, 0);
  }
}

/** The frame in `slot` is wired no more. */
export function takeUnwired(pager: PagerState, wish: WiringWish, slot: number): void {
  const page = pager.slotPage[slot] ?? NO_PAGE;
  if (page >= 0) letGo(pager, wish, page);
}

/** What was asked for `page` is refused: its frame has gone meanwhile, or it was too much. */
export function takeWireRefusal(wish: WiringWish, page: number, reason: number): void {
  forget(wish, page);
  if (reason !== NO_SUCH_SLOT) wish.refused = true;
}

/** The contract is another one: ask again, and let go of what goes beyond half of the guarantee. */
export function trimWiring(kernel: Kernel, pager: PagerState, wish: WiringWish): void {
  wish.refused = false;
  while (wish.pages.length > 0 && !mayWire(pager, wish, 0)) {
    const page = wish.pages.at(-1) as number;
    const word = pager.pageWord[page] as number;
    if ((word & WIRED) !== 0)
      send(kernel, pager.id, pager.memoryPort, OP.unwire, slotOf(word), 0, 0, 0, 0);
    letGo(pager, wish, page);
  }
}

function mayWire({ guaranteed }: PagerState, { pages }: WiringWish, more: number): boolean {
  return 2 * (pages.length + more) <= guaranteed;
}

function letGo(pager: PagerState, wish: WiringWish, page: number): void {
  setWord(pager, page, (pager.pageWord[page] as number) & ~WIRED);
  forget(wish, page);
}

function forget({ pages }: WiringWish, page: number): void {
  const place = pages.indexOf(page);
  if (place >= 0) pages.splice(place, 1);
}
