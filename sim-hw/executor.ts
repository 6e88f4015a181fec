/**
 * Executor: who executes, in place of the hot loop of an MMU (mmu.ts), runs that need no page table and
 * no frame: hits of either TLB level. Code, no state: what it changes is that MMU's and the space's.
 */

import type { SpaceState } from './address-space.ts';

export interface Executor {
  /**
   * Executes runs from the space's cursor on, which stands at the start of one. It may stop at any run
   * before the time is up, and leaves cursor, TLB, counts and ticks as the hot loop would there. False,
   * and nothing done: the hot loop does better for now.
   */
  goBy(space: SpaceState, runs: Uint32Array): boolean;
}
