/**
 * Policies as kernels: which of the house's policies have one (assembly/marks.ts, assembly/lists.ts), with
 * which parameters, and what they count. Where there is none, for these parameters or on this machine, the
 * answer is null, and lab/curves/simulation.ts gives the same, victim for victim [POL18].
 */

import { advanceKernel, ask, doublesAt, type Kernel, startKernel } from './kernel.ts';
import { kernelsWanted } from './modules.ts';

/** What a policy costs in so many frames. */
export interface LaneCounts {
  readonly frames: number;
  /** Faults on a read, a write, a fetch. */
  readonly faultsOf: readonly [number, number, number];
  /** Modified pages that left. */
  readonly writeBacks: number;
}

type Parameters = Readonly<Record<string, number>>;

/** As assembly/lists.ts numbers them. */
const LRU = 0;
const ARC = 1;
const TWO_QUEUE = 2;
const SLRU = 3;
const LIRS = 4;
/** As assembly/marks.ts numbers them. */
const CIRCLE = 0;
const SIEVE = 1;
const S3_FIFO = 2;
const RANDOM = 3;
/** In place of a parameter that the rule has no use for. */
const NO_WEIGHT = 0xffffffff;

/** As clients/policies/random.ts has it. */
const SEED_WHEN_ZERO = 2463534242;

/** So many sizes side by side: the fields of a word of 64 bits. */
export const LANES_MAX = 16;

/** A policy in words of the kernel. */
interface Rule {
  readonly kernel: 'marks' | 'lists';
  readonly rule: number;
  /** Of marks: uses that it tells apart, 0 to 3, and those that a page comes with. */
  readonly most: number;
  readonly first: number;
  /** Its parameters at a size. */
  readonly lane: (frames: number, seed: number) => readonly [number, number, number];
}

const plain = (rule: number, most: number, first: number): Rule => ({
  kernel: 'marks',
  rule,
  most,
  first,
  lane: () => [NO_WEIGHT, 0, 0],
});

const list = (rule: number, lane: Rule['lane'] = () => [0, 0, 0]): Rule => ({
  kernel: 'lists',
  rule,
  most: 0,
  first: 0,
  lane,
});

/** By name of the policy. Undefined: not with these parameters. */
const rules: Readonly<Record<string, (parameters: Parameters) => Rule | undefined>> = {
  fifo: () => plain(CIRCLE, 0, 0),
  clock: () => plain(CIRCLE, 1, 1),
  'second-chance': () => plain(CIRCLE, 1, 1),
  'fifo-reinsertion': reinsertion,
  gclock,
  sieve: () => plain(SIEVE, 1, 0),
  's3-fifo': s3Fifo,
  random: () => ({
    ...plain(RANDOM, 0, 0),
    lane: (_, seed) => [seed >>> 0 || SEED_WHEN_ZERO, 0, 0],
  }),
  lru: () => list(LRU),
  mru: () => list(LRU, () => [1, 0, 0]),
  arc: () => list(ARC),
  '2q': twoQueue,
  slru: segmented,
  lirs,
};

function reinsertion({ most, fresh }: Parameters): Rule | undefined {
  const counted = Math.max(1, Math.floor(most));
  if (!(counted <= 3)) return undefined;
  return plain(CIRCLE, counted, Math.min(counted, Math.max(0, Math.floor(fresh))));
}

/** A hand that goes round one by one: with large weights its twin, which leaps, is the faster one. */
function gclock(parameters: Parameters): Rule | undefined {
  const weight = Math.max(0, Math.floor(parameters.weight));
  const initial = Math.max(0, Math.floor(parameters.initial));
  if (!(weight <= 64 && initial <= 64)) return undefined;
  return { ...plain(CIRCLE, 1, 1), lane: () => [weight, initial, 0] };
}

function s3Fifo({ small, ghost, promote }: Parameters): Rule | undefined {
  const isPlain = small >= 0 && small <= 1 && isShare(ghost) && promote > 0 && promote <= 1000;
  if (!isPlain) return undefined;
  return {
    ...plain(S3_FIFO, 3, 0),
    lane: (frames) => [
      frames - Math.floor(frames * small),
      partOf(frames, ghost),
      Math.ceil(promote),
    ],
  };
}

function twoQueue(shares: Parameters): Rule | undefined {
  const { in: inShare, out } = shares;
  if (!(isShare(inShare) && isShare(out))) return undefined;
  return list(TWO_QUEUE, (frames) => [partOf(frames, inShare), partOf(frames, out), 0]);
}

function segmented({ segments, fill }: Parameters): Rule | undefined {
  const steps = Math.max(1, Math.floor(segments));
  if (!(steps <= 16)) return undefined;
  return list(SLRU, (frames) => [steps, Math.floor(frames / steps), fill > 0 ? 1 : 0]);
}

function lirs({ hir, stack }: Parameters): Rule | undefined {
  if (!(isShare(hir) && isShare(stack))) return undefined;
  return list(LIRS, (frames) => [
    Math.max(0, frames - Math.max(1, partOf(frames, hir))),
    partOf(frames, stack),
    0,
  ]);
}

function isShare(share: number): boolean {
  return share >= 0;
}

/** Rounded down, as far as the kernel counts. */
function partOf(frames: number, share: number): number {
  return Math.min(0xfffffffe, Math.floor(share * frames));
}

/** Whether policy `name` with all its `parameters` is to run as a kernel, which may still not be had. */
export function hasKernel(name: string, parameters: Parameters): boolean {
  return kernelsWanted(process.env.LEASEHOLD_KERNELS) && hasLanes(name, parameters);
}

/** Whether policy `name` with all its `parameters` has a kernel. */
export function hasLanes(name: string, parameters: Parameters): boolean {
  return Object.hasOwn(rules, name) && rules[name]?.(parameters) !== undefined;
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
  const rule = Object.hasOwn(rules, name) ? rules[name]?.(parameters) : undefined;
  if (rule === undefined || sizes.length > LANES_MAX) return null;
  const kernel = startKernel(rule.kernel, pages, sizes.length, rule.rule, rule.most, rule.first);
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
