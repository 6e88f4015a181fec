/**
 * LIRS (clients/policies/lirs.ts): a stack by recency, pages in memory that are not LIR, pages in the stack
 * that have left. LIR pages stand in a list of their own for the sake of their count.
 */

import { countFault, countWriteBack, OWN, takeFree, WRITE } from '../lane';
import {
  append,
  clean,
  countOf,
  headOf,
  layOutChains,
  listOf,
  lookAhead,
  modify,
  move,
  moveToEnd,
  oldest,
  remove,
} from './chains';

/** The one list of the stack; what each page is. */
const STACK: usize = OWN;
const KINDS: usize = OWN + 4;
const LIR_MOST: usize = OWN + 8;
const STACK_MOST: usize = OWN + 12;

const Q: u32 = 0;
const LEFT: u32 = 1;
const LIR: u32 = 2;

export function layOutLirs(record: usize, lirMost: u32, stackMost: u32): void {
  store<usize>(record + STACK, layOutChains(1));
  store<usize>(record + KINDS, layOutChains(3));
  store<u32>(record + LIR_MOST, lirMost);
  store<u32>(record + STACK_MOST, stackMost);
}

export function lirsHolds(record: usize, page: u32): bool {
  const kind = listOf(load<usize>(record + KINDS), page);
  return kind === Q + 1 || kind === LIR + 1;
}

/** Quiet: LIR. */
export function isQuietLirs(record: usize, page: u32): bool {
  return listOf(load<usize>(record + KINDS), page) === LIR + 1;
}

/** `page`, which is quiet, is used. */
export function useLirs(record: usize, page: u32, isWritten: bool): void {
  if (isWritten) modify(load<usize>(record + KINDS), page);
  const stack = load<usize>(record + STACK);
  const wasBottom = page === oldest(stack, 0);
  moveToEnd(stack, 0, page);
  if (wasBottom) prune(record);
}

/** Runs [from, to) at a size, one by one. */
export function runsOfLirs(record: usize, from: usize, to: usize): void {
  const stack = load<usize>(record + STACK);
  const kinds = load<usize>(record + KINDS);
  for (let at = from; at < to; ) {
    const end = lookAhead(stack, at, to);
    for (; at < end; at += 4) {
      const run = load<u32>(at);
      const page = run >>> 8;
      if (((run >>> 6) & 3) === WRITE) modify(kinds, page);
      const kind = listOf(kinds, page);
      if (kind === LIR + 1) useLirs(record, page, false);
      else if (kind === Q + 1) hit(record, page, (run & 63) + 1);
      else {
        fault(record, run);
        hit(record, page, run & 63);
      }
    }
  }
}

/** So many references, of which a third changes nothing. */
function hit(record: usize, page: u32, times: u32): void {
  for (let left = min<u32>(times, 2); left > 0; left--) {
    if (listOf(load<usize>(record + KINDS), page) === LIR + 1) useLirs(record, page, false);
    else enter(record, page);
  }
}

function fault(record: usize, run: u32): void {
  countFault(record, (run >>> 6) & 3);
  if (!takeFree(record)) evict(record);
  enterFirst(record, run >>> 8);
}

function evict(record: usize): void {
  const stack = load<usize>(record + STACK);
  const kinds = load<usize>(record + KINDS);
  while (countOf(kinds, LIR) > load<u32>(record + LIR_MOST)) demote(record);
  // Where all are LIR the one at the bottom goes.
  const victim = countOf(kinds, Q) > 0 ? oldest(kinds, Q) : oldest(stack, 0);
  if (clean(kinds, victim)) countWriteBack(record);
  if (listOf(stack, victim) === 0) remove(kinds, victim);
  else {
    move(kinds, LEFT, victim);
    prune(record);
  }
}

/** The faulting reference: a page that the stack does not know is LIR while there are too few. */
function enterFirst(record: usize, page: u32): void {
  const stack = load<usize>(record + STACK);
  const kinds = load<usize>(record + KINDS);
  if (listOf(stack, page) !== 0) {
    enter(record, page);
    return;
  }
  append(stack, 0, page);
  if (countOf(kinds, LIR) < load<u32>(record + LIR_MOST)) {
    append(kinds, LIR, page);
  } else append(kinds, Q, page);
  prune(record);
  limit(record);
}

/** To the top of the stack: LIR if it was there, else to the end of Q. */
function enter(record: usize, page: u32): void {
  const stack = load<usize>(record + STACK);
  const kinds = load<usize>(record + KINDS);
  if (listOf(stack, page) === 0) {
    append(stack, 0, page);
    moveToEnd(kinds, Q, page);
  } else {
    moveToEnd(stack, 0, page);
    move(kinds, LIR, page);
    while (countOf(kinds, LIR) > load<u32>(record + LIR_MOST)) demote(record);
  }
  prune(record);
  limit(record);
}

/** The oldest LIR page becomes HIR. */
function demote(record: usize): void {
  const stack = load<usize>(record + STACK);
  prune(record);
  const page = oldest(stack, 0);
  remove(stack, page);
  move(load<usize>(record + KINDS), Q, page);
  prune(record);
}

/** Takes pages off the bottom of the stack until it is LIR. */
function prune(record: usize): void {
  const stack = load<usize>(record + STACK);
  const kinds = load<usize>(record + KINDS);
  for (let page = oldest(stack, 0); page !== headOf(0); page = oldest(stack, 0)) {
    const kind = listOf(kinds, page);
    if (kind === LIR + 1) return;
    remove(stack, page);
    if (kind === LEFT + 1) remove(kinds, page);
  }
}

/** Forgets who left first while the stack is too high. */
function limit(record: usize): void {
  const stack = load<usize>(record + STACK);
  const kinds = load<usize>(record + KINDS);
  while (countOf(stack, 0) > load<u32>(record + STACK_MOST) && countOf(kinds, LEFT) > 0) {
    const page = oldest(kinds, LEFT);
    remove(kinds, page);
    remove(stack, page);
  }
}
