/**
 * Canonical state of a real pager (paging/state.ts), its FIFO policy and its contract wish.
 *
 * Left out: `retries`, which decides only how long a timer runs, and how many more faults a refused
 * pager lets pass before it asks again (`refusedFor`): none, or some. A delivered fault may be the
 * last of them or not (moves.ts), so every number is covered. `drained` is for oracle sight, and
 * the cleaning hand counts slots.
 */

import type { PageLists } from '../../contracts/page-lists.ts';
import { setWord } from '../../paging/page-word.ts';
import { NO_FAULT, type PagerState } from '../../paging/state.ts';
import { IDLE } from '../../paging/transfer-records.ts';
import { cell, flag, type Tape } from './tape.ts';

/** More faults than one: restored, it is the faults after this one that are left to pass. */
const SOME = 2;

interface FifoState {
  readonly lists: PageLists;
  resident: number;
}

export function visitPager(tape: Tape, pager: PagerState): void {
  visitWords(tape, pager);
  visitSlots(tape, pager);
  pager.held = cell(tape, pager.held);
  pager.guaranteed = cell(tape, pager.guaranteed);
  pager.extra = cell(tape, pager.extra);
  pager.owed = cell(tape, pager.owed);
  pager.grantPending = flag(tape, pager.grantPending);
  pager.retryPending = flag(tape, pager.retryPending);
  const isRefused = cell(tape, pager.refusedFor > 0 ? 1 : 0);
  pager.cleanHand = cell(tape, pager.cleanHand);
  if (!tape.saves) {
    pager.refusedFor = SOME * isRefused;
    pager.retries = 0;
  }
  const { waiters } = pager;
  const length = cell(tape, waiters.length);
  waiters.length = length;
  for (let i = 0; i < length; i++) waiters[i] = cell(tape, waiters[i]);
  const [member] = pager.members;
  member.waits = cell(tape, member.waits);
  if (member.waits !== NO_FAULT) {
    member.faultPage = cell(tape, member.faultPage);
    member.faultWrites = flag(tape, member.faultWrites);
    member.isMapped = flag(tape, member.isMapped);
    member.compulsory = flag(tape, member.compulsory);
    member.how = cell(tape, member.how);
  }
  visitTransfers(tape, pager);
  const policy = pager.policy as FifoState;
  visitLists(tape, policy.lists);
  policy.resident = cell(tape, policy.resident);
}

function visitLists(tape: Tape, lists: PageLists): void {
  const { next, previous, listOf, head, tail, count } = lists;
  for (const words of [next, previous, listOf, head, tail, count])
    for (let at = 0; at < words.length; at++) words[at] = cell(tape, words[at]);
}

function visitWords(tape: Tape, pager: PagerState): void {
  const { pageWord } = pager;
  for (let page = 0; page < pageWord.length; page++) {
    const flags = cell(tape, pageWord[page] & 0xff);
    const slot = cell(tape, pageWord[page] >>> 8);
    if (!tape.saves) setWord(pager, page, slot * 256 + flags);
  }
}

function visitSlots(tape: Tape, pager: PagerState): void {
  const { slotPage } = pager;
  let last = slotPage.length;
  if (tape.saves) while (last > 0 && slotPage[last - 1] === -1) last--;
  last = cell(tape, last);
  if (!tape.saves) slotPage.fill(-1);
  for (let slot = 0; slot < last; slot++) slotPage[slot] = cell(tape, slotPage[slot]);
  pager.firstFree = cell(tape, pager.firstFree);
  pager.freeSlots = cell(tape, pager.freeSlots);
}

function visitTransfers(tape: Tape, { transfers }: PagerState): void {
  transfers.active = cell(tape, transfers.active);
  transfers.evictions = cell(tape, transfers.evictions);
  for (const transfer of transfers.records) {
    transfer.purpose = cell(tape, transfer.purpose);
    if (transfer.purpose === IDLE) continue;
    transfer.page = cell(tape, transfer.page);
    transfer.out = cell(tape, transfer.out);
    transfer.slot = cell(tape, transfer.slot);
    transfer.container = cell(tape, transfer.container);
    transfer.waiter = cell(tape, transfer.waiter);
    transfer.orphan = flag(tape, transfer.orphan);
  }
}
