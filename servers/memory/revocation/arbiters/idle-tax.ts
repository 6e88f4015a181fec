/**
 * Idle tax: who holds most for its weight goes first, and a frame that is not used counts as
 * several (Waldspurger, "Memory Resource Management in VMware ESX Server", OSDI 2002: minimum
 * funding revocation with a tax on idle memory, 75 % by default).
 *
 *   pages per share = extras x (f + k (1 - f)) / weight,  k = 1 / (1 - tax)
 *
 * f is the part of its frames that it has used of late, which the server estimates from samples
 * (use-samples.ts). With no tax equals get equal parts; near 1 who uses its memory gets all of
 * what others leave idle. Left out: guarantees bought with shares (what is guaranteed is not
 * counted at all), and limits.
 */

import type { Arbiter } from './arbiter.ts';

export const idleTax: Arbiter = {
  name: 'idle-tax',
  summary: 'the most extras for its weight, idle ones taxed',
  moves: true,
  turnBy: 'rank',
  standing: 'idle',
  rank: ({ standing, weight }, revocable, terms) => {
    const idle = standing / 1000;
    const cost = 1 / (1 - terms.idleTax);
    return (revocable * (1 - idle + cost * idle)) / weight;
  },
};
