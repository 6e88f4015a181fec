/**
 * Arbiter: which client is asked for frames next. A plugin of one function: the rank of a client,
 * from its own record alone, so that ranks can be kept in order (victims.ts) and asking costs the
 * logarithm of the number of clients.
 */

import type { Client } from '../../state.ts';

export interface Arbiter {
  readonly name: string;
  readonly summary: string;
  /**
   * How soon the client is to be asked: the highest rank goes first, the lowest id on a tie. Called
   * for clients that have something to give (revocable > 0); must be above 0.
   */
  rank(client: Client, revocable: number): number;
}
