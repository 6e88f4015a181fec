/**
 * Centrals: every central management there is, by the name of its row. Those of servers/central/, and
 * some that are a client's policy over the pages of all tasks.
 */

import clock from '../../clients/policies/clock.ts';
import eelru from '../../clients/policies/eelru.ts';
import lru from '../../clients/policies/lru.ts';
import multiQueue from '../../clients/policies/multi-queue.ts';
import type { CentralManagement } from '../../contracts/central-management.ts';
import type { Policy } from '../../contracts/policy.ts';
import { centralManagements } from '../../servers/central/index.ts';
import { ofPolicy } from '../../servers/central/of-policy.ts';
import { sampled } from '../../servers/central/sampled.ts';

const {
  mach,
  vms,
  'bsd-clock': bsdClock,
  freebsd,
  linux,
  'linux-mglru': mglru,
  ...others
} = centralManagements;

const oracles = {
  eelru: ofPolicy(eelru as Policy),
  // Made for caches behind others, which do not see a reference that follows on one to the same page.
  multiQueue: ofPolicy(multiQueue as Policy, {
    parameters: { ...multiQueue.parameters, repeats: 0 },
  }),
};

/** In the table's order. */
export const centrals = {
  mach,
  'global-clock': ofPolicy(clock as Policy),
  'global-lru': ofPolicy(lru as Policy),
  vms,
  'bsd-clock': bsdClock,
  freebsd,
  linux,
  'linux-mglru': mglru,
  eelru: oracles.eelru,
  'eelru-bits': sampled(oracles.eelru, 'eelru-bits') as CentralManagement,
  'multi-queue': oracles.multiQueue,
  'multi-queue-bits': sampled(oracles.multiQueue, 'multi-queue-bits') as CentralManagement,
  ...others,
};

export type CentralName = keyof typeof centrals;

export const centralNames = Object.keys(centrals) as CentralName[];

/** The central management of that name; undefined under contracts and with memory for all. */
export function centralOf(name: string): CentralManagement | undefined {
  return Object.hasOwn(centrals, name) ? centrals[name as CentralName] : undefined;
}

/** Settings of a management, and of its single tasks: by management, then by name. */
export interface CentralSettings {
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly tasks?: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>
  >;
}
