/** Messages of disk servers and their contracts. `messages.ts` has them among all others. */

/** In order of op number. */
export const diskMessages = {} as const;
