/**
 * Policies that know the future, by the kernel of that name (assembly/future.ts), 16 sizes at a time. Where there
 * is none, for these parameters or on this machine, the answer is null, and lab/curves/simulation.ts gives the
 * same [POL18].
 */

import { advanceKernelBackward, ask, startKernel } from './kernel.ts';
import { kernelsWanted } from './modules.ts';
import { countsOfLanes, LANES_MAX, type LaneCounts } from './policies.ts';
import type { Parameters } from './rules.ts';

/** As assembly/future.ts numbers them. */
const VMIN = 0;
const WRITE_BACK = 1;
/** Whoever is kept for longer than there are moments to wait for would be kept where it is never used again. */
const TAU_MAX = 0x7fffffff;

interface Rule {
  readonly rule: number;
  readonly parameter: number;
}

const rules: Readonly<Record<string, (parameters: Parameters) => Rule | undefined>> = {
  vmin: ({ tau }) => (tau >= 0 && tau <= TAU_MAX ? { rule: VMIN, parameter: tau } : undefined),
  'optimal-write-back': ({ writeCost }) =>
    writeCost >= 0 ? { rule: WRITE_BACK, parameter: writeCost } : undefined,
};

/** Whether policy `name` with all its `parameters` is to run as a kernel, which may still not be had. */
export function hasFutureKernel(name: string, parameters: Parameters): boolean {
  return kernelsWanted(process.env.LEASEHOLD_KERNELS) && ruleOf(name, parameters) !== undefined;
}

/** The policy over all `runs` at each of `sizes`; null: it has no kernel, here or with these parameters. */
export function simulateFuture(
  name: string,
  parameters: Parameters,
  runs: Uint32Array,
  pages: number,
  sizes: readonly number[],
): LaneCounts[] | null {
  const rule = ruleOf(name, parameters);
  if (rule === undefined) return null;
  const counts: LaneCounts[] = [];
  for (let from = 0; from < sizes.length; from += LANES_MAX) {
    const some = sizes.slice(from, from + LANES_MAX);
    const { rule: number, parameter } = rule;
    const kernel = startKernel('future', runs.length, pages, some.length, number, parameter);
    if (kernel === null) return null;
    for (const [at, frames] of some.entries()) ask(kernel, 'lane', at, frames);
    advanceKernelBackward(kernel, runs);
    ask(kernel, 'decide');
    counts.push(...countsOfLanes(kernel, some));
  }
  return counts;
}

function ruleOf(name: string, parameters: Parameters): Rule | undefined {
  return Object.hasOwn(rules, name) ? rules[name]?.(parameters) : undefined;
}
