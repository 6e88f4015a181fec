/**
 * The central managements that come with the house, by name, in the order of the table. Each is one
 * file; `skeleton.ts` is the one to copy and is not listed. Scenarios, the command line and booting
 * know of a management by this list alone (lab/run/centrals.ts adds those that are a client's policy).
 */

import type { CentralManagement } from '../../contracts/central-management.ts';
import type { Policy } from '../../contracts/policy.ts';
import bsdClock from './bsd-clock.ts';
import freebsd from './freebsd.ts';
import linux from './linux/linux.ts';
import mglru from './linux/mglru.ts';
import { lruSp } from './lru-sp.ts';
import mach, { machThresholds } from './mach.ts';
import machSoftBits from './mach-soft-bits.ts';
import { ofPolicy } from './of-policy.ts';
import pff from './pff.ts';
import { sampled } from './sampled.ts';
import uvm from './uvm.ts';
import vms from './vms/vms.ts';
import workingSet from './working-set.ts';

export const centralManagements = {
  mach: ofPolicy(mach as Policy, {
    hasDefaultPager: true,
    servesExternalPagers: true,
    thresholds: machThresholds,
  }),
  vms: vms as CentralManagement,
  'bsd-clock': bsdClock as CentralManagement,
  freebsd: freebsd as CentralManagement,
  linux: linux as CentralManagement,
  'linux-mglru': mglru as CentralManagement,
  'working-set': workingSet as CentralManagement,
  pff: pff as CentralManagement,
  uvm: uvm as CentralManagement,
  'lru-sp': lruSp([]) as CentralManagement,
  'lru-sp-bits': sampled(lruSp([]) as CentralManagement, 'lru-sp-bits') as CentralManagement,
  'mach-soft-bits': machSoftBits as CentralManagement,
} satisfies Readonly<Record<string, CentralManagement>>;
