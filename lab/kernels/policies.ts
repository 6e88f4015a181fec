/**
 * Policies as kernels (rules.ts), and what they count. Where there is none, for these parameters or on this
 * machine, the answer is null, and lab/curves/simulation.ts gives the same, victim for victim [POL18].
 */

import { advanceKernel, ask, doublesAt, type Kernel, startKernel } from './kernel.ts';
import { kernelsWanted } from './modules.ts';
import { type Parameters, ruleOf } from './rules.ts';

/** What a policy costs in so many frames. */
export interface LaneCounts {
  readonly frames: number;
  /** Faults on a read, a write, a fetch. */
  readonly faultsOf: readonly [number, number, number];
  /** Modified pages that left. */
  readonly writeBacks: number;
}

/** So many sizes side by side: the fields of a word of 64 bits. */
export const LANES_MAX = 16;

/**
 * Tenths of a second that 16 sizes of 40 M references of recorded python took, `curve python.lht --policy NAME
 * --sizes auto:16 --workers 1`, user and system, 2026-11-23; 1 for who is not here.
 */
const KERNEL_COSTS: Readonly<Record<string, number>> = {
  'multi-queue': 135,
  lfu: 36,
  'w-tinylfu': 32,
  mru: 25,
  slru: 18,
  eelru: 15,
  lirs: 9,
  '2q': 5,
  pff: 5,
  aging: 4,
  arc: 4,
  'working-set': 4,
  lecar: 3,
  'lru-k': 3,
  lru: 2,
  nru: 2,
};
/** What kernelCost gives at most. */
export const KERNEL_COST_MOST = Math.max(...Object.values(KERNEL_COSTS));

/** Whether policy `name` with all its `parameters` is to run as a kernel, which may still not be had. */
export function hasKernel(name: string, parameters: Parameters): boolean {
  return kernelsWanted(process.env.LEASEHOLD_KERNELS) && hasLanes(name, parameters);
}

/** Whether policy `name` with all its `parameters` has a kernel. */
export function hasLanes(name: string, parameters: Parameters): boolean {
  return ruleOf(name, parameters) !== undefined;
}

/** What decides who begins where several wait: the longest, so that those that end last are short. 0: no kernel. */
export function kernelCost(name: string, parameters: Parameters): number {
  return hasLanes(name, parameters) ? (KERNEL_COSTS[name] ?? 1) : 0;
}

/**
 * A kernel of policy `name` with all its `parameters` that has executed nothing, a lane for each of at most
 * LANES_MAX `sizes`; or null: there is none.
 */
export function startLanes(
  name: string,
  parameters: Parameters,
  pages: number,
  sizes: readonly number[],
  seed = 0,
): Kernel | null {
  const rule = ruleOf(name, parameters);
  if (rule === undefined || sizes.length > LANES_MAX) return null;
  const kernel = startKernel(rule.kernel, pages, sizes.length, rule.rule, ...rule.common);
  if (kernel === null) return null;
  try {
    for (const [at, frames] of sizes.entries())
      ask(kernel, 'lane', at, frames, ...rule.lane(frames, seed));
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return null;
    throw error;
  }
  return kernel;
}

/** What the kernel has counted so far, in the order of `sizes`. */
export function countsOfLanes(kernel: Kernel, sizes: readonly number[]): LaneCounts[] {
  return sizes.map((frames, at) => {
    const [read, write, fetch, writeBacks] = doublesAt(kernel, ask(kernel, 'counts', at), 4);
    return { frames, faultsOf: [read, write, fetch], writeBacks };
  });
}

/**
 * The policy over all `runs` at each of `sizes`, LANES_MAX at a time; null: it has no kernel, here or with
 * these parameters.
 */
export function simulateLanes(
  name: string,
  parameters: Parameters,
  runs: Uint32Array,
  pages: number,
  sizes: readonly number[],
  seed = 0,
): LaneCounts[] | null {
  const counts: LaneCounts[] = [];
  for (let from = 0; from < sizes.length; from += LANES_MAX) {
    const some = sizes.slice(from, from + LANES_MAX);
    const kernel = startLanes(name, parameters, pages, some, seed);
    if (kernel === null) return null;
    advanceKernel(kernel, runs);
    counts.push(...countsOfLanes(kernel, some));
  }
  return counts;
}
