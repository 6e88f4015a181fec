/**
 * Garbage: pages whose contents are of no use any more, as a program says at its stops: what a
 * copying collector leaves behind, an index that is dropped, a buffer that has been decoded. They
 * are never written, and zeros when they are wanted again (Subramanian 1991, the discardable heap of
 * SML/NJ; Appel and Li 1991). A central pager is told as well, and knows of no such thing.
 *
 *   plain --garbage--> garbage --wanted--> plain
 *                         |  the pager's victim, or flushed: gone, unwritten
 *
 * In the page word they are SCRATCH. When some page has to be written, up to `flushPages` of them go
 * with it, as Subramanian's pager pre-flushed 64; the program may have them go at once.
 */

import type { Kernel } from '../nucleus/kernel.ts';
import { protect } from '../nucleus/memory-map.ts';
import { GARBAGE_NOW, WANTED } from '../sim-hw/references.ts';
import { type DiscardState, IS_GARBAGE, NOT_DISCARDABLE } from './discard.ts';
import { evict, holdsSlot } from './eviction.ts';
import { BUSY, DIRTY, HAS_COPY, isIdle, SCRATCH, setWord, slotOf } from './page-word.ts';
import type { PagerCode } from './policy-call.ts';
import type { Member, PagerState } from './state.ts';

/** The member's task has said of its pages [from, to) what they are to it [GARB1, GARB2]. */
export function takeAdvice(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  task: number,
  from: number,
  to: number,
  what: number,
): void {
  const { discard } = pager;
  if (discard === null || !discard.heeds) return;
  const { base, pages } = pager.members[pager.memberOf[task] as number] as Member;
  const end = base + Math.min(to, pages);
  for (let page = base + from; page < end; page++)
    if (what === WANTED) want(kernel, pager, discard, task, page);
    else forget(pager, discard, page);
  if (what !== GARBAGE_NOW) return;
  for (let page = base + from; page < end; page++)
    if (isResidentGarbage(pager, discard, page)) dropNow(kernel, code, pager, page);
}

function forget(pager: PagerState, discard: DiscardState, page: number): void {
  const word = pager.pageWord[page] as number;
  // What is declared for good stays what it is.
  if (discard.kinds[page] !== NOT_DISCARDABLE || (word & SCRATCH) !== 0) return;
  discard.kinds[page] = IS_GARBAGE;
  discard.barren = false;
  const gone = (word & BUSY) === 0 ? HAS_COPY | DIRTY : 0;
  setWord(pager, page, (word & ~gone) | SCRATCH);
}

function want(
  kernel: Kernel,
  pager: PagerState,
  discard: DiscardState,
  task: number,
  page: number,
): void {
  if (discard.kinds[page] !== IS_GARBAGE) return;
  discard.kinds[page] = NOT_DISCARDABLE;
  const word = (pager.pageWord[page] as number) & ~SCRATCH;
  setWord(pager, page, word);
  if (!isIdle(word)) return;
  // Clean, or what is of no use would be written; where writes are counted its next one is seen.
  const member = pager.members[pager.memberOf[task] as number] as Member;
  protect(kernel, pager.id, task, page - member.base, !pager.tracksDirty);
}

/** A page has to be written: garbage goes with it, as much as its task has asked for. */
export function flushGarbage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  discard: DiscardState,
): void {
  const { slotPage } = pager;
  if (discard.barren || discard.flushPages === 0) return;
  let left = discard.flushPages;
  for (let step = 0; step < slotPage.length && left > 0; step++) {
    const slot = discard.hand % slotPage.length;
    discard.hand = slot + 1;
    const page = slotPage[slot] as number;
    if (page < 0 || !isResidentGarbage(pager, discard, page)) continue;
    if (dropNow(kernel, code, pager, page)) left--;
  }
  discard.barren = left > 0;
}

function isResidentGarbage({ pageWord }: PagerState, { kinds }: DiscardState, page: number) {
  return kinds[page] === IS_GARBAGE && isIdle(pageWord[page] as number);
}

function dropNow(kernel: Kernel, code: PagerCode, pager: PagerState, page: number): boolean {
  // Taken meanwhile: the word of it is on its way.
  if (!holdsSlot(kernel, pager, slotOf(pager.pageWord[page] as number))) return false;
  evict(kernel, code, pager, page, null);
  return true;
}
