/**
 * Simulation state: one policy at several sizes over one stream, and what the policy may look at.
 */

import type { Policy, PolicyContext, PolicyView, ReferenceBatch } from '../../contracts/policy.ts';
import { nextUses } from '../bounds/next-use.ts';
import { type Digest, digestOf, referencesUpTo } from './digest.ts';
import { HELD, MODIFIED, REFERENCED, WORDS } from './residence.ts';

/** What is simulated, shared by all sizes of a policy. */
export interface Stream {
  /** Packed runs; those of a policy of future sight know when their page is used next, else empty. */
  readonly runs: Uint32Array;
  readonly nextUse: Uint32Array;
  readonly pages: number;
  readonly digest: Digest;
}

/** One policy at several sizes, a bit each. */
export interface Simulations {
  readonly stream: Stream;
  readonly sizes: readonly Simulation[];
  /** By page, WORDS words of a bit a size: HELD, REFERENCED, MODIFIED. */
  readonly words: Int32Array;
  /** A bit for each size that there is. */
  readonly all: number;
  /** Runs executed. */
  executed: number;
}

export interface Simulation {
  readonly policy: Policy;
  readonly stream: Stream;
  readonly frames: number;
  /** This size's bit in the words. */
  readonly bit: number;
  readonly words: Int32Array;
  readonly state: unknown;
  readonly view: PolicyView;
  /** Whether the policy may be asked to take digests. */
  readonly takesDigest: boolean;
  /** What the policy is shown: written anew for each call. */
  readonly batch: { -readonly [Key in keyof ReferenceBatch]: ReferenceBatch[Key] };
  held: number;
  /** Runs executed before the last fault, and how many of them the policy has been shown. */
  executed: number;
  shown: number;
  /** Faults on a read, a write, a fetch; modified pages that left. */
  readonly faultsOf: Float64Array;
  writeBacks: number;
  /** Looks at pages since the last fault. */
  looks: number;
  /** While a victim is chosen: the page that the frame is for. */
  wanted: number;
}

/** The runs as a policy of that sight is to see them. `digest`: theirs, if it is known already. */
export function streamOf(
  runs: Uint32Array,
  pages: number,
  { sight }: Policy,
  digest: Digest = digestOf(runs, pages),
): Stream {
  const nextUse = sight === 'future' ? nextUses(runs, pages) : new Uint32Array(0);
  return { runs, pages, nextUse, digest };
}

/** At most SIZES_TOGETHER sizes that have executed nothing. Throws PolicyFault when `create` fails. */
export function startSimulations(
  policy: Policy,
  stream: Stream,
  sizes: readonly number[],
  parameters: Readonly<Record<string, number>> = {},
  seed = 0,
): Simulations {
  const words = new Int32Array(WORDS * stream.pages);
  const settings = { ...policy.parameters, ...parameters };
  const started = sizes.map((frames, at) =>
    startSimulation(policy, stream, words, 1 << at, {
      pages: stream.pages,
      guaranteedFrames: frames,
      parameters: settings,
      seed,
    }),
  );
  const all = started.reduce((bits, { bit }) => bits | bit, 0);
  return { stream, sizes: started, words, all, executed: 0 };
}

function startSimulation(
  policy: Policy,
  stream: Stream,
  words: Int32Array,
  bit: number,
  context: PolicyContext,
): Simulation {
  const { runs, nextUse } = stream;
  const simulation: Omit<Simulation, 'view'> = {
    policy,
    stream,
    frames: context.guaranteedFrames,
    bit,
    words,
    state: policy.create(context),
    takesDigest: policy.digest !== undefined && stream.digest.levels.length > 0,
    batch: { runs, from: 0, to: 0, nextUse },
    held: 0,
    executed: 0,
    shown: 0,
    faultsOf: new Float64Array(4),
    writeBacks: 0,
    looks: 0,
    wanted: -1,
  };
  return Object.assign(simulation, { view: viewOf(simulation) });
}

/** Faults so far: the first of a run faults, the others do not. */
export function faultsSoFar({ faultsOf }: Simulation): number {
  return faultsOf[0] + faultsOf[1] + faultsOf[2];
}

/** Whether the page has a frame. */
export function holds({ words, bit }: Simulation, page: number): boolean {
  return (words[page * WORDS + HELD] & bit) !== 0;
}

/** Looks at pages that one answer may take, per page, before it is taken for a loop. */
const LOOKS_A_PAGE = 8;

function viewOf(simulation: Omit<Simulation, 'view'>): PolicyView {
  const { words, bit, stream } = simulation;
  const looksMax = LOOKS_A_PAGE * stream.pages + 1000;
  const look = (page: number, word: number): boolean => {
    if (++simulation.looks > looksMax)
      throw new Error('looked at pages without end and named no victim');
    return (words[page * WORDS + word] & bit) !== 0;
  };
  return {
    now: () => referencesUpTo(stream.digest, stream.runs, simulation.executed),
    wanted: () => simulation.wanted,
    referenced: (page) => look(page, REFERENCED),
    clearReferenced: (page) => {
      words[page * WORDS + REFERENCED] &= ~bit;
    },
    modified: (page) => look(page, MODIFIED),
    evictable: (page) => look(page, HELD),
    // What is simulated is the policy alone: no page has a kind of its own.
    priority: () => 0,
    discardable: () => false,
  };
}
