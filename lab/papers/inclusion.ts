/**
 * Inclusion: how often what a policy holds in F frames is not all in what it holds in F + 1. A stack
 * algorithm never breaks it (Mattson, Gecsei, Slutz, Traiger 1970).
 *
 * Each task's own policy runs over the task's program alone, from empty memory, at both sizes; after
 * each run the two resident sets are set beside one another. A page that is never used again does not
 * count: OPT may choose any of these, and what it chooses costs nothing.
 */

import { findPolicy } from '../../clients/policies/index.ts';
import { assert } from '../../sim-hw/assert.ts';
import { advance, holds, startSimulations, streamOf } from '../curves/simulation.ts';
import type { Measured } from '../scenario/expectations.ts';
import type { LoadedScenario, LoadedTask } from '../scenario/load.ts';

/** By memory size of the scenario, a task each: the runs after which inclusion does not hold. */
export function inclusion({ tasks, frames }: LoadedScenario): Measured {
  const rows = frames.map((size) => ({
    management: 'inclusion',
    frames: size,
    tasks: tasks.map((task) => ({ name: task.name, broken: broken(task, size) })),
    totals: {},
  }));
  return { rows };
}

function broken(task: LoadedTask, frames: number): number {
  const pages = task.references.pageNumbers.length;
  const { runs } = task.references;
  const lastUse = new Uint32Array(pages);
  for (const [at, run] of runs.entries()) lastUse[run >>> 8] = at;
  const smaller = new Uint8Array(runs.length * pages);
  residents(task, frames, (held, at) => smaller.set(held, at * pages));
  let times = 0;
  residents(task, frames + 1, (held, at) => {
    if (isBroken(smaller, at * pages, held, lastUse, at)) times++;
  });
  return times;
}

/** Whether a page that is used again is held in the smaller memory and not in the larger. */
function isBroken(
  smaller: Uint8Array,
  from: number,
  larger: Uint8Array,
  lastUse: Uint32Array,
  at: number,
): boolean {
  for (let page = 0; page < larger.length; page++) {
    const isGone = smaller[from + page] > larger[page];
    if (isGone && lastUse[page] > at) return true;
  }
  return false;
}

/** Hands over, after each run, for each page whether it is held: 1 or 0. */
function residents(
  { policy: { name, parameters }, references: program }: LoadedTask,
  frames: number,
  take: (held: Uint8Array, at: number) => void,
): void {
  const policy = findPolicy(name);
  assert(policy !== undefined, `inclusion: ${name} is a policy of the house`);
  const stream = streamOf(program.runs, program.pageNumbers.length, policy);
  const simulations = startSimulations(policy, stream, [frames], parameters);
  const held = new Uint8Array(stream.pages);
  for (let at = 0; at < program.runs.length; at++) {
    advance(simulations, at + 1);
    for (let page = 0; page < held.length; page++)
      held[page] = Number(holds(simulations.sizes[0], page));
    take(held, at);
  }
}
