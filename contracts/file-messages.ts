/** Messages of file servers. `messages.ts` has them among all others. */

/** In order of op number. */
export const fileMessages = {} as const;
