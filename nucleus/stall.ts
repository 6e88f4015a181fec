/**
 * Stalls: how long programs stand still for memory, over all tasks, to the nanosecond.
 *
 *   some   the time in which at least one program waited for a fault to be settled
 *   full   the time in which every living program did
 *
 * After Linux's pressure stall information (Weiner 2018), from which both words come. Left out: a
 * fault counts from trap to resumption whatever settles it, so first touches count as well.
 * Absent (null in the kernel's state) it costs one test at a fault and one at a resumption.
 */

import { holdingDoubles } from '../sim-hw/shape.ts';

export interface StallState {
  /** Programs that wait for a fault, and programs that live. */
  stalled: number;
  living: number;
  sinceNs: number;
  someNs: number;
  fullNs: number;
}

export function createStall(): StallState {
  return holdingDoubles(
    { stalled: 0, living: 0, sinceNs: 0, someNs: 0, fullNs: 0 },
    'sinceNs',
    'someNs',
    'fullNs',
  );
}

/** Settles both sums up to `nowNs`, then so many more programs wait, and live. */
export function noteStall(stall: StallState, nowNs: number, stalled: number, living: number): void {
  const passed = nowNs - stall.sinceNs;
  if (stall.stalled > 0) {
    stall.someNs += passed;
    if (stall.stalled === stall.living) stall.fullNs += passed;
  }
  stall.sinceNs = nowNs;
  stall.stalled += stalled;
  stall.living += living;
}
