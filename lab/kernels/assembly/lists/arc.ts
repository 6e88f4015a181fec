/** ARC (clients/policies/arc.ts): pages seen once and again, ghosts of either, a target between them. */

import { countFault, countWriteBack, framesOf, OWN, takeFree, WRITE } from '../lane';
import {
  append,
  clean,
  countOf,
  layOutChains,
  listOf,
  modify,
  move,
  moveToEnd,
  oldest,
  remove,
} from './chains';

const CHAINS: usize = OWN;
/** A double: pages that T1 should hold. */
const TARGET: usize = OWN + 8;

const T1: u32 = 0;
const T2: u32 = 1;
const B1: u32 = 2;
const B2: u32 = 3;

export function layOutArc(record: usize): void {
  store<usize>(record + CHAINS, layOutChains(4));
}

export function arcHolds(record: usize, page: u32): bool {
  const list = listOf(load<usize>(record + CHAINS), page);
  return list === T1 + 1 || list === T2 + 1;
}

/** `page`, which is resident, is used: all pages are quiet. */
export function useArc(record: usize, page: u32, isWritten: bool): void {
  const chains = load<usize>(record + CHAINS);
  if (isWritten) modify(chains, page);
  if (listOf(chains, page) === T2 + 1) moveToEnd(chains, T2, page);
  else move(chains, T2, page);
}

/** Runs [from, to) at a size, one by one. */
export function runsOfArc(record: usize, from: usize, to: usize): void {
  const chains = load<usize>(record + CHAINS);
  for (let at = from; at < to; at += 4) {
    const run = load<u32>(at);
    const page = run >>> 8;
    if (((run >>> 6) & 3) === WRITE) modify(chains, page);
    const list = listOf(chains, page);
    if (list === T2 + 1) moveToEnd(chains, T2, page);
    else if (list === T1 + 1) move(chains, T2, page);
    else fault(record, run, list);
  }
}

function fault(record: usize, run: u32, list: u32): void {
  const chains = load<usize>(record + CHAINS);
  const page = run >>> 8;
  countFault(record, (run >>> 6) & 3);
  adapt(record, chains, list);
  if (!takeFree(record)) evict(record, chains, list === B2 + 1);
  if (list === 0) append(chains, T1, page);
  else move(chains, T2, page);
  forget(chains, framesOf(record));
  // The further references of the run.
  if ((run & 63) !== 0 && list === 0) move(chains, T2, page);
}

function evict(record: usize, chains: usize, isOfB2: bool): void {
  const held = countOf(chains, T1);
  const target = load<f64>(record + TARGET);
  const isOfT1 = held > 0 && (<f64>held > target || (isOfB2 && <f64>held === target));
  // Where T2 is empty T1 is not.
  const from = isOfT1 || countOf(chains, T2) === 0 ? T1 : T2;
  const victim = oldest(chains, from);
  move(chains, from === T1 ? B1 : B2, victim);
  if (clean(chains, victim)) countWriteBack(record);
}

/** A ghost that returns shifts the target towards the list whose ghost it was. */
function adapt(record: usize, chains: usize, list: u32): void {
  const b1 = <f64>countOf(chains, B1);
  const b2 = <f64>countOf(chains, B2);
  let target = load<f64>(record + TARGET);
  if (list === B1 + 1) target += max<f64>(1, b2 / b1);
  if (list === B2 + 1) target -= max<f64>(1, b1 / b2);
  store<f64>(record + TARGET, max<f64>(0, min<f64>(<f64>framesOf(record), target)));
}

function forget(chains: usize, frames: u32): void {
  while (countOf(chains, T1) + countOf(chains, B1) > frames && countOf(chains, B1) > 0)
    remove(chains, oldest(chains, B1));
  while (total(chains) > <u64>frames * 2 && countOf(chains, B2) > 0)
    remove(chains, oldest(chains, B2));
}

function total(chains: usize): u64 {
  const once = <u64>countOf(chains, T1) + countOf(chains, B1);
  return once + countOf(chains, T2) + countOf(chains, B2);
}
