/**
 * Who has borrowed most for its weight goes first, after Viengoos, whose activities have weights:
 * of two clients with as many extras the one of half the weight is asked first. What is compared is
 * extras by weight rather than excess over a share of all extras: it orders clients alike while the
 * sum of extras changes, and it is a matter of the client's own record.
 */

import { type Arbiter, PLAIN } from './arbiter.ts';

export const share: Arbiter = {
  ...PLAIN,
  name: 'share',
  summary: 'the most extras for its weight',
  rank: (client, revocable) => revocable / client.weight,
};
