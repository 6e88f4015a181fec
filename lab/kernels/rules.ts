/**
 * Rules: which of the house's policies, with which parameters, is which rule of which kernel
 * (assembly/marks.ts, assembly/lists.ts, assembly/ranks.ts, assembly/bits.ts, assembly/eelru.ts).
 */

export type Parameters = Readonly<Record<string, number>>;

/** As assembly/lists.ts numbers them. */
const LRU = 0;
const ARC = 1;
const TWO_QUEUE = 2;
const SLRU = 3;
const LIRS = 4;
const W_TINYLFU = 5;
const MULTI_QUEUE = 6;
/** As assembly/ranks.ts numbers them. */
const LFU = 0;
const LRU_K = 1;
const LECAR = 2;
/** As assembly/bits.ts numbers them. */
const NRU = 0;
const AGING = 1;
const WORKING_SET = 2;
const PFF = 3;
/** As assembly/marks.ts numbers them. */
const CIRCLE = 0;
const SIEVE = 1;
const S3_FIFO = 2;
const RANDOM = 3;
const MRU = 4;
const CAR = 5;
const CLOCK_PRO = 6;
/** In place of a parameter that the rule has no use for. */
const NO_WEIGHT = 0xffffffff;

/** As clients/policies/random.ts has it. */
const SEED_WHEN_ZERO = 2463534242;

/** A policy in words of the kernel. */
export interface Rule {
  readonly kernel: 'marks' | 'lists' | 'ranks' | 'bits' | 'eelru';
  readonly rule: number;
  /** Its parameters at all sizes. Of marks: uses that it tells apart, 0 to 3, and those that a page comes with. */
  readonly common: readonly number[];
  /** Its parameters at a size. */
  readonly lane: (frames: number, seed: number) => readonly [number, number, number];
}

const plain = (rule: number, most: number, first: number): Rule => ({
  kernel: 'marks',
  rule,
  common: [most, first],
  lane: () => [NO_WEIGHT, 0, 0],
});

const list = (
  rule: number,
  lane: Rule['lane'] = () => [0, 0, 0],
  common: readonly number[] = [0, 0],
): Rule => ({
  kernel: 'lists',
  rule,
  common,
  lane,
});

const rank = (
  rule: number,
  common: readonly number[],
  lane: Rule['lane'] = () => [0, 0, 0],
): Rule => ({
  kernel: 'ranks',
  rule,
  common,
  lane,
});

/** Undefined: with fewer `references` than the policy's least. */
const bits = (rule: number, references: number, least: number): Rule | undefined =>
  references >= least
    ? { kernel: 'bits', rule, common: [references], lane: () => [0, 0, 0] }
    : undefined;

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
  car: ({ countsFault }) => ({
    ...plain(CAR, 1, 1),
    lane: () => [countsFault !== 0 ? 1 : 0, 0, 0],
  }),
  'clock-pro': clockPro,
  lru: () => list(LRU),
  mru: () => plain(MRU, 0, 0),
  arc: () => list(ARC),
  '2q': twoQueue,
  slru: segmented,
  lirs,
  lfu,
  'lru-k': lruK,
  lecar,
  'w-tinylfu': wTinyLfu,
  'multi-queue': multiQueue,
  eelru,
  nru: ({ period }) => bits(NRU, period, 0),
  aging: ({ period }) => bits(AGING, period, 1),
  'working-set': ({ tau }) => bits(WORKING_SET, tau, 0),
  pff: ({ threshold }) => bits(PFF, threshold, 0),
};

/** A policy in words of a kernel; undefined: `name` with all its `parameters` has none. */
export function ruleOf(name: string, parameters: Parameters): Rule | undefined {
  return Object.hasOwn(rules, name) ? rules[name]?.(parameters) : undefined;
}

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

function clockPro({ cold, countsFault }: Parameters): Rule | undefined {
  if (!(cold >= 0 && cold <= 1)) return undefined;
  return {
    ...plain(CLOCK_PRO, 1, 1),
    lane: (frames) => [Math.max(1, Math.floor(cold * frames)), countsFault !== 0 ? 1 : 0, 0],
  };
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

function wTinyLfu({ window, protected: safe, sample }: Parameters): Rule | undefined {
  if (!(isShare(window) && isShare(safe) && sample >= 1)) return undefined;
  const lane = (frames: number): readonly [number, number, number] => {
    const windowMost = Math.max(1, partOf(frames, window));
    return [windowMost, partOf(Math.max(0, frames - windowMost), safe), 0];
  };
  return list(W_TINYLFU, lane, [sample, 0]);
}

function multiQueue(parameters: Parameters): Rule | undefined {
  const { queues, ghosts, lifeTime, correlated, repeats } = parameters;
  if (!(queues >= 1 && queues <= 15 && isShare(ghosts))) return undefined;
  if (correlated !== 0 || Number.isNaN(lifeTime)) return undefined;
  return list(MULTI_QUEUE, () => [queues, repeats > 0 ? 1 : 0, 0], [ghosts, lifeTime]);
}

/** Halving counts would change what all sizes share. */
function lfu({ age, keeps }: Parameters): Rule | undefined {
  if (age !== 0) return undefined;
  return rank(LFU, [keeps > 0 ? 1 : 0, 0, 0]);
}

/** So would what is forgotten, or counted only where a page has a frame. */
function lruK({ k, correlated, retained }: Parameters): Rule | undefined {
  if (!(k >= 1 && k <= 15 && Number.isInteger(k)) || correlated !== 0 || retained >= 0)
    return undefined;
  return rank(LRU_K, [k, 0, 0]);
}

/** Where counts are kept by some pages that come back and not by others, they are not less a base. */
function lecar({ learning, history, keeps, least }: Parameters): Rule | undefined {
  if (keeps > 0 || !(isShare(learning) && isShare(history) && isShare(least))) return undefined;
  return rank(LECAR, [0, learning, least], (frames, seed) => [
    partOf(frames, history),
    seed >>> 0 || SEED_WHEN_ZERO,
    0,
  ]);
}

/** Bins as clients/policies/eelru.ts makes them. */
function eelru({ bins, reach }: Parameters): Rule | undefined {
  if (!(bins >= 1 && reach >= 1)) return undefined;
  const lane = (frames: number): readonly [number, number, number] => {
    const width = Math.max(1, Math.floor(frames / bins));
    const memoryBins = Math.max(1, Math.floor(frames / width));
    return [width, memoryBins, Math.max(memoryBins + 1, Math.floor((frames * reach) / width))];
  };
  return { kernel: 'eelru', rule: 0, common: [], lane };
}

function isShare(share: number): boolean {
  return share >= 0;
}

/** Rounded down, as far as the kernel counts. */
function partOf(frames: number, share: number): number {
  return Math.min(0xfffffffe, Math.floor(share * frames));
}
