/**
 * Simulation: one policy at several fixed numbers of frames, alone with its program, in one pass.
 *
 * A frame store of bits stands in place of the machine (residence.ts); blocks in which a size has no fault
 * are passed by their digest (digest.ts), and fault.ts says what happens elsewhere. Left out: everything
 * but residence, referenced and modified bits: messages, transfers, the clean reserve, time.
 */

import type { Policy } from '../../contracts/policy.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { type Digest, finestEnd, levelAt, STEP_BITS } from './digest.ts';
import { fault } from './fault.ts';
import {
  executeUntilAbsent,
  executeWhereHeld,
  HELD,
  SIZES_TOGETHER,
  touch,
  WORDS,
} from './residence.ts';
import {
  type Simulation,
  type Simulations,
  startSimulations,
  streamOf,
} from './simulation-state.ts';

export {
  faultsSoFar,
  holds,
  type Simulation,
  type Simulations,
  type Stream,
  startSimulations,
  streamOf,
} from './simulation-state.ts';

/**
 * The policy over the whole of a program at each of several sizes. Throws PolicyFault when it
 * misbehaves.
 */
export function simulate(
  policy: Policy,
  { runs, pageNumbers }: Pick<ReferenceString, 'runs' | 'pageNumbers'>,
  sizes: readonly number[],
  parameters: Readonly<Record<string, number>> = {},
  seed = 0,
  digest?: Digest,
): Simulation[] {
  const stream = streamOf(runs, pageNumbers.length, policy, digest);
  const found: Simulation[] = [];
  for (let from = 0; from < sizes.length; from += SIZES_TOGETHER) {
    const some = sizes.slice(from, from + SIZES_TOGETHER);
    const simulations = startSimulations(policy, stream, some, parameters, seed);
    advance(simulations, runs.length);
    found.push(...simulations.sizes);
  }
  return found;
}

/** Executes the runs up to `to`. Throws PolicyFault when the policy misbehaves. */
export function advance(simulations: Simulations, to: number): void {
  const { stream, all } = simulations;
  const { digest } = stream;
  let at = simulations.executed;
  while (at < to) {
    const level = levelAt(digest, at, to);
    if (level < 0) {
      const end = digest.levels.length === 0 ? to : Math.min(to, finestEnd(at + 1));
      execute(simulations, at, end, all);
      at = end;
    } else {
      const { blockBits } = digest.levels[level];
      pass(simulations, level, at >>> blockBits, all);
      at += 1 << blockBits;
    }
  }
  simulations.executed = to;
}

/** A whole block: by its digest where it has no fault, part by part elsewhere. */
function pass(simulations: Simulations, level: number, block: number, bits: number): void {
  const { blockBits, runs, starts } = simulations.stream.digest.levels[level];
  const { words } = simulations;
  const left = bits & ~executeWhereHeld(words, runs, starts[block], starts[block + 1], bits);
  if (left === 0) return;
  if (level === 0) {
    execute(simulations, block << blockBits, (block + 1) << blockBits, left);
    return;
  }
  const part = block << STEP_BITS;
  for (let at = 0; at < 1 << STEP_BITS; at++) pass(simulations, level - 1, part + at, left);
}

/** Run by run. */
function execute(simulations: Simulations, from: number, to: number, bits: number): void {
  const { words, stream } = simulations;
  const { runs } = stream;
  let at = executeUntilAbsent(words, runs, from, to, bits);
  while (at < to) {
    const run = runs[at];
    let absent = bits & ~words[(run >>> 8) * WORDS + HELD];
    while (absent !== 0) {
      const index = 31 - Math.clz32(absent);
      fault(simulations.sizes[index], at);
      absent &= ~(1 << index);
    }
    touch(words, run, bits);
    at = executeUntilAbsent(words, runs, at + 1, to, bits);
  }
}
