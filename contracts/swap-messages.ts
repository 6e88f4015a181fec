/** Messages of swap servers beyond store, fetch, exchange and discard. `messages.ts` has them among all others. */

/** In order of op number. */
export const swapMessages = {} as const;
