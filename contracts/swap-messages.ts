/** Messages of swap servers beyond store, fetch, exchange and discard. `messages.ts` has them all. */

import { z } from 'zod';
import { capability, count, index, slot, tag } from './field-schemas.ts';

/** In order of op number. */
export const swapMessages = {
  // Client -> swap server.
  /** All that has been stored is to be durable; `swapped` says when it is. */
  flushSwap: z.object({ tag }),
  /** How many pages the sender has there, and may have. */
  swapStat: z.object({ tag }),
  // Swap server -> client.
  /** Pages that you have here, that you may have; layers that they go through, 0: a plain device. */
  swapStatIs: z.object({ tag, held: count, most: count, layers: index }),
  // Policy server -> swap server, and its answer.
  /** Asks for the control of quotas: there is one capability to it. */
  getQuotas: z.object({ tag }),
  quotasAre: z.object({ tag, control: capability }),
  /** `client` may have so many pages there from now on. */
  setQuota: z.object({ control: capability, client: slot, pages: count, tag }),
} as const;
