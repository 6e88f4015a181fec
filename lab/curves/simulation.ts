/**
 * Simulation: one policy, in a fixed number of frames, alone with its program.
 *
 *   fault -> referencesSeen (all before it) -> (frames full: victim -> removed) -> admitted -> executed
 *
 * A frame store of bits stands in place of the machine. Left out: everything but residence, referenced
 * and modified bits: messages, transfers, the clean reserve, time.
 */

import type { Policy, PolicyView } from '../../contracts/policy.ts';
import { PolicyFault } from '../../paging/policy-fault.ts';
import { kindOfRun, lengthOfRun, type ReferenceString } from '../../sim-hw/references.ts';
import { nextUses } from '../bounds/next-use.ts';

export const RESIDENT = 1;
const REFERENCED = 2;
const MODIFIED = 4;

/** What is simulated, shared by all sizes of a policy. */
export interface Stream {
  /** Packed runs; those of a policy of future sight know when their page is used next, else empty. */
  readonly runs: Uint32Array;
  readonly nextUse: Uint32Array;
  readonly pages: number;
}

export interface Simulation {
  readonly policy: Policy;
  readonly stream: Stream;
  readonly frames: number;
  readonly state: unknown;
  readonly view: PolicyView;
  /** By page: RESIDENT, REFERENCED, MODIFIED. */
  readonly bits: Uint8Array;
  held: number;
  /** Runs executed, and how many of them the policy has been shown. */
  executed: number;
  shown: number;
  /** Faults on a read, a write, a fetch; modified pages that left. */
  readonly faultsOf: Float64Array;
  writeBacks: number;
  /** Looks at pages since the last fault. */
  looks: number;
  /** While a victim is chosen: the page that the frame is for. */
  wanted: number;
  /** References in runs [0, countedTo). */
  references: number;
  countedTo: number;
}

/** The runs as a policy of that sight is to see them. */
export function streamOf(runs: Uint32Array, pages: number, { sight }: Policy): Stream {
  return { runs, pages, nextUse: sight === 'future' ? nextUses(runs, pages) : new Uint32Array(0) };
}

/** A simulation that has executed nothing. Throws PolicyFault when `create` fails. */
export function startSimulation(
  policy: Policy,
  stream: Stream,
  frames: number,
  parameters: Readonly<Record<string, number>> = {},
  seed = 0,
): Simulation {
  const { pages } = stream;
  const simulation: Omit<Simulation, 'view'> = {
    policy,
    stream,
    frames,
    state: policy.create({
      pages,
      guaranteedFrames: frames,
      parameters: { ...policy.parameters, ...parameters },
      seed,
    }),
    bits: new Uint8Array(pages),
    held: 0,
    executed: 0,
    shown: 0,
    faultsOf: new Float64Array(4),
    writeBacks: 0,
    looks: 0,
    wanted: -1,
    references: 0,
    countedTo: 0,
  };
  return Object.assign(simulation, { view: viewOf(simulation) });
}

/** Faults so far: the first of a run faults, the others do not. */
export function faultsSoFar({ faultsOf }: Simulation): number {
  return faultsOf[0] + faultsOf[1] + faultsOf[2];
}

/** Executes the runs up to `to`. Throws PolicyFault when the policy misbehaves. */
export function advance(simulation: Simulation, to: number): void {
  const { bits, stream } = simulation;
  const { runs } = stream;
  for (let at = simulation.executed; at < to; at++) {
    const run = runs[at];
    const page = run >>> 8;
    const before = bits[page];
    // A write is kind 1: bit 6 of the run becomes MODIFIED.
    const touched = REFERENCED | ((run >>> 4) & MODIFIED);
    if ((before & RESIDENT) === 0) {
      simulation.executed = at;
      fault(simulation, run);
      bits[page] = RESIDENT | touched;
    } else if ((before & touched) !== touched) bits[page] = before | touched;
  }
  simulation.executed = to;
}

/**
 * The policy over the whole of a program at each of several sizes, in one pass: block by block, size by
 * size. Throws PolicyFault when it misbehaves.
 */
export function simulate(
  policy: Policy,
  { runs, pageNumbers }: Pick<ReferenceString, 'runs' | 'pageNumbers'>,
  sizes: readonly number[],
  parameters: Readonly<Record<string, number>> = {},
  seed = 0,
): Simulation[] {
  const stream = streamOf(runs, pageNumbers.length, policy);
  const simulations = sizes.map((frames) =>
    startSimulation(policy, stream, frames, parameters, seed),
  );
  for (let from = 0; from < runs.length; from += BLOCK_RUNS) {
    const to = Math.min(runs.length, from + BLOCK_RUNS);
    for (const simulation of simulations) advance(simulation, to);
  }
  return simulations;
}

/** Runs that fit into a cache beside what a few policies keep: 128 KiB. */
const BLOCK_RUNS = 1 << 15;

function fault(simulation: Simulation, run: number): void {
  const { policy, state, view, bits, stream, executed } = simulation;
  simulation.faultsOf[kindOfRun(run)]++;
  simulation.looks = 0;
  try {
    if (policy.referencesSeen !== undefined && simulation.shown < executed) {
      const { runs, nextUse } = stream;
      policy.referencesSeen(state, { runs, from: simulation.shown, to: executed, nextUse });
      simulation.shown = executed;
    }
    if (simulation.held === simulation.frames) {
      simulation.wanted = run >>> 8;
      const victim = policy.victim(state, view);
      simulation.wanted = -1;
      requireResident(policy, victim, bits);
      if ((bits[victim] & MODIFIED) !== 0) simulation.writeBacks++;
      bits[victim] = 0;
      policy.removed(state, victim, view);
    } else simulation.held++;
    bits[run >>> 8] = RESIDENT;
    policy.admitted(state, run >>> 8, view);
    if (policy.outside !== undefined) {
      // Not to be given up before its reference has been executed: `advance` makes it resident again.
      bits[run >>> 8] = 0;
      giveUpOutside(simulation);
    }
  } catch (error) {
    throw faultOf(policy, error);
  }
}

/** Pages that the policy wants no longer go [POL16]. */
function giveUpOutside(simulation: Simulation): void {
  const { policy, state, view, bits } = simulation;
  for (let left = simulation.held - 1; left > 0; left--) {
    const page = policy.outside?.(state, view) ?? -1;
    if (page < 0) return;
    requireResident(policy, page, bits);
    if ((bits[page] & MODIFIED) !== 0) simulation.writeBacks++;
    bits[page] = 0;
    simulation.held--;
    policy.removed(state, page, view);
  }
}

function requireResident({ name }: Policy, victim: number, bits: Uint8Array): void {
  if (((bits[victim] ?? 0) & RESIDENT) !== 0) return;
  throw new PolicyFault(
    name,
    `named page ${victim} as victim, expected a resident page; check admitted and removed`,
  );
}

/** Looks at pages that one answer may take, per page, before it is taken for a loop. */
const LOOKS_A_PAGE = 8;

function viewOf(simulation: Omit<Simulation, 'view'>): PolicyView {
  const { bits } = simulation;
  const look = (page: number, bit: number): boolean => {
    if (++simulation.looks > LOOKS_A_PAGE * bits.length + 1000)
      throw new Error('looked at pages without end and named no victim');
    return (bits[page] & bit) !== 0;
  };
  return {
    now: () => referencesSoFar(simulation),
    wanted: () => simulation.wanted,
    referenced: (page) => look(page, REFERENCED),
    clearReferenced: (page) => {
      bits[page] &= ~REFERENCED;
    },
    modified: (page) => look(page, MODIFIED),
    evictable: (page) => look(page, RESIDENT),
    // What is simulated is the policy alone: no page has a kind of its own.
    priority: () => 0,
    discardable: () => false,
  };
}

/** Counted when asked: few policies want to know. */
function referencesSoFar(simulation: Omit<Simulation, 'view'>): number {
  const { runs } = simulation.stream;
  let { references } = simulation;
  for (let at = simulation.countedTo; at < simulation.executed; at++)
    references += lengthOfRun(runs[at]);
  simulation.references = references;
  simulation.countedTo = simulation.executed;
  return references;
}

function faultOf({ name }: Policy, error: unknown): PolicyFault {
  if (error instanceof PolicyFault) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new PolicyFault(name, `failed: ${text.split('\n')[0]}; see clients/policies/README.md`);
}
