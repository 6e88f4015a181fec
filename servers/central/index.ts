/**
 * The central managements that come with the house, by name, in the order of the table. Each is one
 * file; `skeleton.ts` is the one to copy and is not listed. Scenarios, the command line and booting
 * know of a management by this list alone (lab/run/centrals.ts adds those that are a client's policy).
 */

import type { CentralManagement } from '../../contracts/central-management.ts';
import type { Policy } from '../../contracts/policy.ts';
import mach, { machThresholds } from './mach.ts';
import { ofPolicy } from './of-policy.ts';

export const centralManagements = {
  mach: ofPolicy(mach as Policy, {
    hasDefaultPager: true,
    servesExternalPagers: true,
    thresholds: machThresholds,
  }),
} satisfies Readonly<Record<string, CentralManagement>>;
