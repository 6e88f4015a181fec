/**
 * Fault: what a policy is told and asked at one.
 *
 *   referencesSeen (all before it) -> (frames full: victim -> removed) -> admitted -> (outside -> removed)
 */

import type { Policy } from '../../contracts/policy.ts';
import { PolicyFault } from '../../paging/policy-fault.ts';
import { kindOfRun } from '../../sim-hw/references.ts';
import { finestEnd, levelAt, STEP_BITS } from './digest.ts';
import { HELD, MODIFIED, takeFrom, WORDS } from './residence.ts';
import { holds, type Simulation } from './simulation-state.ts';

/** Run `at` touches a page that this size does not hold. Throws PolicyFault. */
export function fault(simulation: Simulation, at: number): void {
  const { policy, state, view, words, bit, stream } = simulation;
  const run = stream.runs[at];
  const page = run >>> 8;
  simulation.executed = at;
  simulation.faultsOf[kindOfRun(run)]++;
  simulation.looks = 0;
  try {
    if (policy.referencesSeen !== undefined) show(simulation, at);
    if (simulation.held === simulation.frames) {
      simulation.wanted = page;
      const victim = policy.victim(state, view);
      simulation.wanted = -1;
      takeAway(simulation, victim);
    } else simulation.held++;
    words[page * WORDS + HELD] |= bit;
    policy.admitted(state, page, view);
    if (policy.outside !== undefined) {
      // Not to be given up before its reference has been executed.
      words[page * WORDS + HELD] &= ~bit;
      giveUpOutside(simulation);
      words[page * WORDS + HELD] |= bit;
    }
  } catch (error) {
    throw faultOf(policy, error);
  }
}

/**
 * Shows the policy the runs up to `to`. The first of them is the one that faulted last, and is shown as
 * it is; there was no fault behind it, so digests will do where the policy takes them.
 */
function show(simulation: Simulation, to: number): void {
  const { stream, shown, takesDigest } = simulation;
  if (shown === to) return;
  const { digest, runs } = stream;
  simulation.shown = to;
  let at = takesDigest ? Math.min(to, finestEnd(shown + 1)) : to;
  showBatch(simulation, runs, shown, at);
  for (let level = levelAt(digest, at, to); level >= 0; level = levelAt(digest, at, to)) {
    const { blockBits } = digest.levels[level];
    showBlock(simulation, level, at >>> blockBits);
    at += 1 << blockBits;
  }
  if (at < to) showBatch(simulation, runs, at, to);
}

/** By its digest if the policy takes it, else part by part. */
function showBlock(simulation: Simulation, level: number, block: number): void {
  const { policy, state, batch, stream } = simulation;
  const { blockBits, runs, starts } = stream.digest.levels[level];
  batch.runs = runs;
  batch.from = starts[block];
  batch.to = starts[block + 1];
  if (policy.digest?.(state, batch)) policy.referencesSeen?.(state, batch);
  else if (level === 0)
    showBatch(simulation, stream.runs, block << blockBits, (block + 1) << blockBits);
  else {
    const part = block << STEP_BITS;
    for (let at = 0; at < 1 << STEP_BITS; at++) showBlock(simulation, level - 1, part + at);
  }
}

function showBatch(simulation: Simulation, runs: Uint32Array, from: number, to: number): void {
  const { policy, state, batch } = simulation;
  batch.runs = runs;
  batch.from = from;
  batch.to = to;
  policy.referencesSeen?.(state, batch);
}

/** Pages that the policy wants no longer go [POL16]. */
function giveUpOutside(simulation: Simulation): void {
  const { policy, state, view } = simulation;
  for (let left = simulation.held - 1; left > 0; left--) {
    const page = policy.outside?.(state, view) ?? -1;
    if (page < 0) return;
    takeAway(simulation, page);
    simulation.held--;
  }
}

/** The page that the policy named goes. */
function takeAway(simulation: Simulation, page: number): void {
  const { policy, state, view, words, bit } = simulation;
  const { name } = policy;
  if (!(page >= 0 && holds(simulation, page))) {
    const problem = `named page ${page} as victim, expected a resident page`;
    throw new PolicyFault(name, `${problem}; check admitted and removed`);
  }
  if ((words[page * WORDS + MODIFIED] & bit) !== 0) simulation.writeBacks++;
  takeFrom(words, page, bit);
  policy.removed(state, page, view);
}

function faultOf({ name }: Policy, error: unknown): PolicyFault {
  if (error instanceof PolicyFault) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new PolicyFault(name, `failed: ${text.split('\n')[0]}; see clients/policies/README.md`);
}
