/**
 * Market: whoever pays least for a frame goes first (V++'s memory market, Harty and Cheriton,
 * "Application-Controlled Physical Memory", ASPLOS 1992; that the least payer loses is the rule of
 * minimum funding revocation, Waldspurger and Weihl 1996).
 *
 *   offer for a frame = credits that the client can spend in a second (its income, and what is
 *                       left in its purse) / extras
 *
 * An empty purse offers nothing. What frames cost follows demand (contracts/rent.ts) and empties
 * purses sooner while others want frames. Left out: bids by name, auctions, interest, loans, a tax
 * on savings, a charge for I/O.
 */

import type { Arbiter } from './arbiter.ts';

/** Credits of a purse without end. */
export const CREDIT_MAX = 1e12;

export const market: Arbiter = {
  name: 'market',
  summary: 'the least credits for a frame',
  moves: true,
  turnBy: 'rank',
  standing: 'credit',
  rank: ({ standing }, revocable) => revocable / (1 + CREDIT_MAX - standing),
};
