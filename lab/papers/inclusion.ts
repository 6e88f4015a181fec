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
import { advance, RESIDENT, startSimulation, streamOf } from '../curves/simulation.ts';
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
  residents(task, frames, (bits, at) => smaller.set(bits, at * pages));
  let times = 0;
  residents(task, frames + 1, (bits, at) => {
    if (isBroken(smaller, at * pages, bits, lastUse, at)) times++;
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
    const gone = smaller[from + page] & ~larger[page] & RESIDENT;
    if (gone !== 0 && lastUse[page] > at) return true;
  }
  return false;
}

/** Hands over each page's bits after each run. */
function residents(
  { policy: { name, parameters }, references: program }: LoadedTask,
  frames: number,
  take: (bits: Uint8Array, at: number) => void,
): void {
  const policy = findPolicy(name);
  assert(policy !== undefined, `inclusion: ${name} is a policy of the house`);
  const stream = streamOf(program.runs, program.pageNumbers.length, policy);
  const simulation = startSimulation(policy, stream, frames, parameters);
  for (let at = 0; at < program.runs.length; at++) {
    advance(simulation, at + 1);
    take(simulation.bits, at);
  }
}
