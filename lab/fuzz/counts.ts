/** Counts: how often what fuzzing is for has come up. */

import type { ContractEvent } from '../../contracts/events.ts';
import type { Penalty } from '../../contracts/terms.ts';

export interface Counts {
  /** Deadlines missed, by penalty. */
  none: number;
  karma: number;
  repossess: number;
  drop: number;
  kill: number;
  /** Frames returned after the deadline. */
  lateReturn: number;
  /** Smaller guarantees agreed on. */
  shrink: number;
  /** Contracts that ran out while frames were held. */
  expiryWithFramesDue: number;
  /** Tasks that died while a device was moving a page of theirs. */
  deathDuringIo: number;
  /** Locks that ended at their time limit. */
  lockExpired: number;
  notices: number;
  references: number;
}

export function createCounts(): Counts {
  return {
    none: 0,
    karma: 0,
    repossess: 0,
    drop: 0,
    kill: 0,
    lateReturn: 0,
    shrink: 0,
    expiryWithFramesDue: 0,
    deathDuringIo: 0,
    lockExpired: 0,
    notices: 0,
    references: 0,
  };
}

export function count(counts: Counts, event: ContractEvent): void {
  switch (event.kind) {
    case 'penalty':
      counts[event.penalty as Penalty]++;
      return;
    case 'return':
      if (event.late) counts.lateReturn++;
      return;
    case 'shrink':
      counts.shrink++;
      return;
    case 'expiry':
      if (event.held > 0) counts.expiryWithFramesDue++;
      return;
    case 'death':
      if (event.locked > 0) counts.deathDuringIo++;
      return;
    case 'lockExpired':
      counts.lockExpired++;
      return;
    case 'notice':
      counts.notices++;
      return;
    default:
      return;
  }
}
