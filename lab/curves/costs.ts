/**
 * Costs: what a policy's points are reckoned to take beside others', by the way they are come by. Decides who
 * begins, and how much of the work is done.
 */

import { findPolicy } from '../../clients/policies/index.ts';
import type { PointsJob } from '../compare/trace-jobs.ts';
import { hasKernel, KERNEL_COST_MOST, kernelCost } from '../kernels/policies.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { isOnePass } from './points.ts';

/** What one pass gives at every size is one job. */
export function isStack({ name, file }: PolicyChoice, traffic: boolean): boolean {
  return file === null && isOnePass(name, traffic);
}

/** Whether a kernel takes the runs as they come. */
export function isKernel(policy: PolicyChoice): boolean {
  return policy.file === null && hasKernel(policy.name, settingsOf(policy));
}

const COST_WITHOUT_KERNEL = KERNEL_COST_MOST + 1;

/**
 * What decides who begins, the greatest first, so that the last to end is a short one: who is not known, oracles
 * that want every run, those that do not, the others; then kernels.
 */
export function costOf(choice: PolicyChoice): number {
  const { name, file } = choice;
  const policy = file === null ? findPolicy(name) : undefined;
  if (policy === undefined) return COST_WITHOUT_KERNEL + 3;
  if (isKernel(choice)) return kernelCost(name, settingsOf(choice));
  if (policy.referencesSeen === undefined) return COST_WITHOUT_KERNEL;
  return COST_WITHOUT_KERNEL + (policy.digest === undefined ? 2 : 1);
}

/** What its points are reckoned to cost: of each size, or of the one pass that gives all. */
export function costAt({
  policy,
  frames,
  traffic,
}: Pick<PointsJob, 'policy' | 'frames' | 'traffic'>): number {
  return costOf(policy) * (isStack(policy, traffic) ? 1 : frames.length);
}

export function settingsOf({ name, parameters }: PolicyChoice): PolicyChoice['parameters'] {
  return { ...findPolicy(name)?.parameters, ...parameters };
}
