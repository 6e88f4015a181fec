/**
 * A management that is a policy, over the pages of all tasks: it names victims and nothing else. So
 * the very code that pages one task under contracts pages them all here.
 */

import type { CentralManagement } from '../../contracts/central-management.ts';
import type { Policy } from '../../contracts/policy.ts';

export function ofPolicy(policy: Policy, more: Partial<CentralManagement> = {}): CentralManagement {
  return { ...policy, control: 'victims', ...more } as CentralManagement;
}
