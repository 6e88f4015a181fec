/**
 * Policies of fuzzed tasks. The first few come up alike; each other one takes over a task now and then,
 * drawn from a stream of its own, so that a new policy changes few of the scenarios that seeds stand for.
 */

import { policies } from '../../clients/policies/index.ts';
import type { Policy } from '../../contracts/policy.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellTask } from '../run/cell-options.ts';
import { chance, oneOf } from './chance.ts';

const FIRST = ['fifo', 'random', 'clock', 'second-chance', 'working-set', 'lru', 'mru', 'optimal'];
/** Tasks in a hundred that each other policy takes over. */
const SHARE = 3;

/** One of the first. */
export function drawFirstPolicy(random: RandomState): Policy {
  return policies[oneOf(random, FIRST)] as Policy;
}

/** The tasks, some of them with another policy. */
export function drawPolicies(tasks: readonly CellTask[], seed: number): CellTask[] {
  const drawn = [...tasks];
  for (const [name, policy] of Object.entries(policies)) {
    if (FIRST.includes(name)) continue;
    const random = splitRandom(seed, `fuzz policy ${name}`);
    for (const [at, task] of drawn.entries())
      if (chance(random, SHARE)) drawn[at] = { ...task, policy };
  }
  return drawn;
}
