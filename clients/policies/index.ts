/**
 * The policies that come with the house, by name. Each is one file; `skeleton.ts` is the one to
 * copy and is not registered. See README.md.
 */

import type { Policy } from '../../contracts/policy.ts';
import twoQueue from './2q.ts';
import aging from './aging.ts';
import arc from './arc.ts';
import car from './car.ts';
import clock from './clock.ts';
import clockPro from './clock-pro.ts';
import eelru from './eelru.ts';
import fifo from './fifo.ts';
import fifoReinsertion from './fifo-reinsertion.ts';
import gclock from './gclock.ts';
import lecar from './lecar.ts';
import lfu from './lfu.ts';
import lirs from './lirs.ts';
import lru from './lru.ts';
import lruK from './lru-k.ts';
import mru from './mru.ts';
import multiQueue from './multi-queue.ts';
import nru from './nru.ts';
import optimal from './optimal.ts';
import optimalWriteBack from './optimal-write-back.ts';
import pff from './pff.ts';
import random from './random.ts';
import s3Fifo from './s3-fifo.ts';
import secondChance from './second-chance.ts';
import sieve from './sieve.ts';
import slru from './slru.ts';
import vmin from './vmin.ts';
import wTinyLfu from './w-tinylfu.ts';
import workingSet from './working-set.ts';

/** All registered policies; a key is the policy's `name`. In order of the sight they need. */
export const policies: Readonly<Record<string, Policy>> = {
  fifo,
  random,
  clock,
  'second-chance': secondChance,
  gclock,
  nru,
  aging,
  'working-set': workingSet,
  pff,
  'clock-pro': clockPro,
  car,
  lru,
  mru,
  'fifo-reinsertion': fifoReinsertion,
  lfu,
  'lru-k': lruK,
  '2q': twoQueue,
  slru,
  'multi-queue': multiQueue,
  eelru,
  lecar,
  sieve,
  's3-fifo': s3Fifo,
  arc,
  lirs,
  'w-tinylfu': wTinyLfu,
  optimal,
  vmin,
  'optimal-write-back': optimalWriteBack,
};

/** The registered policy of that name, or undefined. */
export function findPolicy(name: string): Policy | undefined {
  return Object.hasOwn(policies, name) ? policies[name] : undefined;
}

/** The registered name nearest to a misspelt one, or undefined when none is near. */
export function suggestPolicy(name: string): string | undefined {
  const asked = name.toLowerCase();
  let nearest: string | undefined;
  let nearestDistance = 0;
  for (const candidate of Object.keys(policies)) {
    const distance = editDistance(asked, candidate);
    if (distance > Math.max(1, Math.floor(candidate.length / 3))) continue;
    if (nearest !== undefined && distance >= nearestDistance) continue;
    nearest = candidate;
    nearestDistance = distance;
  }
  return nearest;
}

/** Least number of letters inserted, deleted or replaced (Levenshtein 1965), row by row. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = above[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column] + 1, current[column - 1] + 1));
    }
    above = current;
  }
  return above[to.length];
}
