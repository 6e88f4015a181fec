/**
 * Eviction: getting frames free, and pages clean.
 *
 * The policy names the victim; whether it must be written first the pager learns from the MODIFIED
 * bit it gets when it unmaps. Scratch is dropped. A clean page's frame is free at once; a dirty
 * one's when its transfer ends. A freed frame goes first to whoever it was promised.
 */

import { OP } from '../contracts/messages.ts';
import { type CapabilityTable, frameAt, orderAt } from '../nucleus/capabilities.ts';
import { send } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { protect, unmap, wasModified } from '../nucleus/memory-map.ts';
import { closeBatch, openBatch } from '../nucleus/tlb-consistency.ts';
import { runDaemon } from './daemon.ts';
import { droppedWord, nextDiscardable } from './discard.ts';
import { countResident, isCentral, popFree, pushFree } from './frames-in-hand.ts';
import { flushGarbage } from './garbage.ts';
import { BUSY, DIRTY, FLAGS, HAS_COPY, RESIDENT, SCRATCH, setWord, slotOf } from './page-word.ts';
import { chooseVictim, type PagerCode, tellRemoved } from './policy-call.ts';
import { memberOfPage } from './policy-view.ts';
import { needsReading, readIn } from './read-in.ts';
import { breakOldest } from './reservations.ts';
import { returnSoftly } from './soft-pages.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';
import { demoteAt, leaveSuperpage } from './superpages.ts';
import { takeSpareTables } from './tables.ts';
import { CLEAN, EVICT } from './transfer-records.ts';
import { beginTransfer } from './transfers.ts';
import { markFrame } from './unused-frames.ts';

export type Evicted = 'freed' | 'begun' | 'exchanged' | 'nothing';

/**
 * Evicts one page of the policy's choice: its frame is free now, or when its transfer ends, or it
 * is filled anew by the same transfer: for `reader`, the member whose fault waits for the frame.
 * `wanted` is the page of that fault, which the policy is told [POL14].
 */
export function evictOne(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  reader: Member | null,
  wanted: number = reader === null ? NO_PAGE : reader.base + reader.faultPage,
): Evicted {
  const { superpages } = pager;
  if (superpages !== null && breakOldest(kernel, pager, superpages)) return 'freed';
  const candidates = pager.cleanOnly ? pager.idle - pager.idleDirty : pager.idle;
  const { transfers } = pager;
  if (candidates === 0 || transfers.active >= transfers.records.length) return 'nothing';
  const { central } = pager;
  if (central !== null)
    central.faulting = reader === null ? -1 : (pager.memberOf[reader.task] as number);
  const page = chooseVictim(kernel, code, pager, candidates, wanted);
  // Taken meanwhile: the word of it is on its way, and then whoever waits tries again.
  if (!holdsSlot(kernel, pager, slotOf(pager.pageWord[page] as number))) return 'nothing';
  return evict(kernel, code, pager, page, reader);
}

/** Whether the frames in `slot` are the pager's still. */
export function holdsSlot(kernel: Kernel, pager: PagerState, slot: number): boolean {
  return frameAt(kernel.state.capabilities[pager.id] as CapabilityTable, slot) >= 0;
}

/** Evicts `page`, which is resident and idle. */
export function evict(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
  reader: Member | null,
): Evicted {
  const member = memberOfPage(pager, page) as Member;
  const isUnmapped = pager.central !== null && pager.central.unmapped[page] === 1;
  tellRemoved(kernel, code, pager, page);
  const { superpages } = pager;
  if (superpages !== null) leaveSuperpage(kernel, pager, superpages, member, page);
  const entry = isUnmapped ? 0 : unmap(kernel, pager.id, member.task, page - member.base);
  const word = pager.pageWord[page] as number;
  // What was written before it was unmapped, the word tells.
  const wasDirty = pager.central !== null && (word & DIRTY) !== 0;
  const modified = (wasModified(entry) || wasDirty) && kernel.state.planted !== 'lose-clean-bit';
  const slot = slotOf(word);
  const rest = word & FLAGS & ~(RESIDENT | DIRTY);
  if (modified && (word & SCRATCH) === 0) {
    if (pager.discard !== null) flushGarbage(kernel, code, pager, pager.discard);
    if (member === reader && pager.owed === 0 && needsReading(pager, member)) {
      setWord(pager, page, rest | BUSY | DIRTY);
      readIn(kernel, code, pager, member, slot, page);
      return 'exchanged';
    }
    setWord(pager, page, slot * 256 + (rest | BUSY | DIRTY));
    beginTransfer(kernel, pager, EVICT, page, NO_PAGE, slot, -1);
    return 'begun';
  }
  const isScratch = (word & SCRATCH) !== 0;
  setWord(pager, page, isScratch ? droppedWord(pager, page, rest, modified) : rest);
  leaveFrame(kernel, pager, member, page, slot);
  return 'freed';
}

/** `page` has left the frame in `slot`; where swap has it too, an owed frame goes softly [SOFT5]. */
export function leaveFrame(
  kernel: Kernel,
  pager: PagerState,
  member: Member,
  page: number,
  slot: number,
): void {
  const { soft, owed } = pager;
  const word = pager.pageWord[page] as number;
  if (soft !== null && owed > 0 && (word & (HAS_COPY | SCRATCH)) === HAS_COPY)
    returnSoftly(kernel, pager, soft, page, slot);
  else freeFrame(kernel, pager, member, slot);
}

/** Drops discardable pages: as many as are owed, and as a flush takes at the least [FAULT10]. */
function flush(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  if (pager.discard === null) return;
  const { flushPages } = pager.discard;
  const tries = pager.slotPage.length;
  for (let tried = 0; tried < tries && (pager.owed > 0 || tried < flushPages); tried++) {
    const page = nextDiscardable(pager);
    if (page < 0) return;
    // Taken meanwhile: the word of it is on its way.
    if (!holdsSlot(kernel, pager, slotOf(pager.pageWord[page] as number))) continue;
    const isSurplus = pager.owed === 0;
    evict(kernel, code, pager, page, null);
    if (isSurplus && pager.unused !== null) markFrame(kernel, pager, pager.unused, popFree(pager));
  }
}

/** A frame has become free: return it if it is owed, else keep it. */
export function freeFrame(kernel: Kernel, pager: PagerState, member: Member, slot: number): void {
  if (isCentral(pager, member)) countResident(kernel, member, -(1 << member.order));
  if (pager.owed > 0) returnSlot(kernel, pager, slot);
  else pushFree(pager, slot);
}

/**
 * Returns what is owed: free frames, then discardable pages in bulk, then clean ones, then dirty
 * ones as they get written.
 */
export function payOwed(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  takeSpareTables(kernel, pager);
  payIn(kernel, code, pager, false);
  takeSpareTables(kernel, pager);
  payFree(kernel, pager);
}

/**
 * The same with what can go with nothing written, though that would be in time. A pager that does not
 * track what is dirty then gives what it has in hand, and no page.
 */
export function payClean(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  takeSpareTables(kernel, pager);
  payIn(kernel, code, pager, true);
  takeSpareTables(kernel, pager);
  payFree(kernel, pager);
}

/** In free frames. */
function payFree(kernel: Kernel, pager: PagerState): void {
  while (pager.owed > 0) {
    const slot = popFree(pager);
    if (slot < 0) break;
    returnSlot(kernel, pager, slot);
  }
}

function payIn(kernel: Kernel, code: PagerCode, pager: PagerState, clean: boolean): void {
  payFree(kernel, pager);
  const { superpages } = pager;
  while (pager.owed > 0 && superpages !== null && breakOldest(kernel, pager, superpages));
  if (pager.owed > 0) flush(kernel, code, pager);
  if (clean && !pager.tracksDirty) return;
  pager.cleanOnly = true;
  while (pager.owed > 0 && evictOne(kernel, code, pager, null) === 'freed');
  pager.cleanOnly = false;
  if (clean) return;
  const { order } = pager.members[0] as Member;
  while (pager.owed > pager.transfers.evictions * (1 << order))
    if (evictOne(kernel, code, pager, null) === 'nothing') break;
}

/**
 * Keeps frames free ahead of need, once the pager can get no more by asking; never more than half
 * of what it holds. `settled` is the page whose fault has just been settled: its program has not
 * touched it yet, and would fault for ever if it were taken now.
 */
export function keepSpare(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  settled: number,
): void {
  const { daemon } = pager;
  const coming = daemon === null ? pager.transfers.evictions : 0;
  if (pager.freeSlots + coming >= pager.spareLow) return;
  if (pager.held < pager.guaranteed) return;
  const spare = Math.min(pager.spareHigh, pager.held >> 1);
  const word = pager.pageWord[settled] as number;
  setWord(pager, settled, word | BUSY);
  // None of the frames is used in here, so one round of interrupts will do for all of them.
  openBatch(kernel);
  if (daemon !== null) runDaemon(kernel, code, pager, daemon);
  else
    while (pager.freeSlots + pager.transfers.evictions < spare)
      if (evictOne(kernel, code, pager, null) === 'nothing') break;
  closeBatch(kernel);
  setWord(pager, settled, word);
}

/** Makes one dirty page clean, but not `but`: at once when it was not written after all. */
export function cleanOne(
  kernel: Kernel,
  pager: PagerState,
  but: number,
): 'at once' | 'begun' | 'nothing' {
  const { slotPage, transfers } = pager;
  if (transfers.active >= transfers.records.length) return 'nothing';
  for (let step = 0; step < slotPage.length; step++) {
    const slot = (pager.cleanHand + step) % slotPage.length;
    const page = slotPage[slot] as number;
    if (page < 0 || page === but) continue;
    const word = pager.pageWord[page] as number;
    if ((word & (RESIDENT | BUSY | DIRTY)) !== (RESIDENT | DIRTY)) continue;
    pager.cleanHand = (slot + 1) % slotPage.length;
    const member = memberOfPage(pager, page) as Member;
    if (pager.superpages !== null) demoteAt(kernel, pager, pager.superpages, member, page);
    const entry = protect(kernel, pager.id, member.task, page - member.base, false);
    if (!wasModified(entry)) {
      setWord(pager, page, word & ~DIRTY);
      return 'at once';
    }
    setWord(pager, page, word | BUSY);
    beginTransfer(kernel, pager, CLEAN, page, NO_PAGE, slot, -1);
    return 'begun';
  }
  return 'nothing';
}

function returnSlot(kernel: Kernel, pager: PagerState, slot: number): void {
  const table = kernel.state.capabilities[pager.id];
  const frames = table === undefined ? 1 : 1 << orderAt(table, slot);
  pager.owed = Math.max(0, pager.owed - frames);
  pager.held -= frames;
  pager.slotPage[slot] = -1;
  send(kernel, pager.id, pager.memoryPort, OP.returnFrames, slot, 0, 0, 0, 0);
}
