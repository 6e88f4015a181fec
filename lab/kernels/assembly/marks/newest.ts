/**
 * Newest: the page that came last at a size. Hardware sets its bit when the faulting reference executes;
 * car and clock-pro clear it when the next fault comes, unless that use is to count. The lane's field NEWEST
 * stands where both have it.
 */

import { NONE, OWN } from '../lane';
import { low, words } from './words';

const NEWEST: usize = OWN;
const COUNTS_FAULT: usize = OWN + 4;
/** Fields of these rules are numbered from here. */
export const OWN_AFTER_NEWEST: usize = OWN + 8;

export function layOutNewest(record: usize, countsFault: u32): void {
  store<u32>(record + NEWEST, NONE);
  store<u32>(record + COUNTS_FAULT, countsFault);
}

/** `page` comes: the one before it is marked by what was used since then, and no more. */
export function settleNewest<W>(record: usize, bit: W, page: u32): void {
  if (load<u32>(record + COUNTS_FAULT) !== 0) return;
  const newest = load<u32>(record + NEWEST);
  store<u32>(record + NEWEST, page);
  if (newest === NONE) return;
  const at = words + <usize>newest * sizeof<W>();
  store<W>(at, load<W>(at) & ~(bit << low<W>()));
}
