/** Who has borrowed most beyond its guarantee goes first (Walfield's physmem; SPEC [REV8]). */

import { type Arbiter, PLAIN } from './arbiter.ts';

export const excess: Arbiter = {
  ...PLAIN,
  name: 'excess',
  summary: 'the largest excess over its guarantee',
  rank: (_client, revocable) => revocable,
};
