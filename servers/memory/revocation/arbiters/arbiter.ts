/**
 * Arbiter: which client is asked for frames next. A plugin of one function: the rank of a client,
 * from its own record alone, so that ranks can be kept in order (victims.ts) and asking costs the
 * logarithm of the number of clients. What else an arbiter needs it declares.
 */

import type { Terms } from '../../../../contracts/terms.ts';
import type { Client } from '../../state.ts';

export interface Arbiter {
  readonly name: string;
  readonly summary: string;
  /**
   * How soon the client is to be asked: the highest rank goes first, the lowest id on a tie. Called
   * for clients that have something to give (revocable > 0); must be above 0.
   */
  rank(client: Client, revocable: number, terms: Terms): number;
  /** Extras move from who ranks higher to who asks for them (claims.ts) [REV20]. */
  readonly moves: boolean;
  /** Whose turn it is to give extras to another: by rank, or by use of frames (use-order.ts). */
  readonly turnBy: 'rank' | 'use';
  /** What `client.standing` says: nothing; thousandths idle; credits short of all there may be. */
  readonly standing: 'none' | 'idle' | 'credit';
}

/** An arbiter that looks at nothing but the record, and moves nothing. */
export const PLAIN = { moves: false, turnBy: 'rank', standing: 'none' } as const;
