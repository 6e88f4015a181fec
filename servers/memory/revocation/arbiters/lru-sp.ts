/**
 * LRU-SP: it is the turn of whose frame has not been used for longest, of all clients' extras
 * (Cao, Felten and Li, "Application-Controlled File Caching Policies" and "Implementation and
 * Performance of Application-Controlled File Caching", USENIX summer and OSDI 1994), carried over
 * from blocks of a cache to frames under contract.
 *
 *   swapping      A client that is called on may give up another frame than the one whose turn it
 *                 is. The two then change places in the order: to have chosen well costs nothing.
 *   placeholders  The frame that it kept remembers that. Until it has been used, or is gone, the
 *                 client gets no other's frame: whoever has chosen badly, and wants back what it
 *                 gave up, pays with a frame of its own.
 *
 * The order is in use-order.ts, the placeholders are in placeholders.ts. By rank, which counts
 * where a guarantee is to be honoured and the order names nobody, all are alike. Left out: an exact
 * order of use (a hand with one bit a frame, as clocks have it); a placeholder for each page: the
 * server knows frames, and not what a client wants one for.
 */

import type { Arbiter } from './arbiter.ts';

export const lruSp: Arbiter = {
  name: 'lru-sp',
  summary: 'the frame not used for longest; swapping and placeholders',
  moves: true,
  turnBy: 'use',
  standing: 'none',
  rank: () => 1,
};
