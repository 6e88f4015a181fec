/**
 * Executor: who executes runs in place of the hot loop of an MMU (mmu.ts). Code, no state: what it
 * changes is that MMU's and the space's, as the hot loop would.
 */

import type { SpaceState } from './address-space.ts';
import type { ReferenceString } from './references.ts';
import type { Translation } from './translation.ts';

export interface Executor {
  /**
   * Executes runs of `program` from the space's cursor on, which stands at the start of one, and may
   * stop at the start of any: then WENT_BY (mmu.ts). Else why the batch ended.
   */
  execute(at: Translation, space: SpaceState, program: ReferenceString): number;
}
