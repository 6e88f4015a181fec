/**
 * The bound `optimal` as rows: global Belady on the lockstep interleaving, faults only.
 *
 * It has all the memory, the pagers' own part too, moves frames between tasks at no cost and knows
 * the future; times are blank and what is not computed is 0. Starts, restarts, kills and contracts
 * do not exist in it.
 */

import type { Row, TaskResult } from '../results.ts';
import type { LoadedScenario, LoadedTask } from '../scenario/load.ts';
import type { Pool } from './pool.ts';
import { totalsOf } from './totals.ts';

/** One row for each memory size; none when pages of several sizes share the memory. */
export async function optimalRows(loaded: LoadedScenario, pool: Pool): Promise<Row[]> {
  const { tasks, frames } = loaded;
  const order = tasks[0].order;
  const sizes = frames.map((size) => Math.floor(size / 2 ** order));
  if (tasks.some((task) => task.order !== order) || sizes.some((size) => size < 1)) return [];
  const programs = tasks.map((task) => task.references);
  const bounds = await pool.run({ kind: 'optimal', programs, frames: sizes }, 'offline optimum');
  return bounds.map(({ perTask }, at) => {
    const results = perTask.map(({ faults, compulsory }, index) =>
      resultOf(tasks[index], faults, compulsory),
    );
    return {
      management: 'optimal',
      frames: frames[at],
      sight: 'future',
      notes: ['global Belady on the lockstep interleaving, one round each, faults only'],
      labels: [],
      tasks: results,
      totals: totalsOf(
        results,
        tasks.map((task) => task.hostile === null),
        0,
      ),
    };
  });
}

function resultOf(task: LoadedTask, faults: number, compulsory: number): TaskResult {
  // First touches of zeros read no device.
  const hard = task.initial === 'image' ? faults : faults - compulsory;
  return {
    name: task.name,
    references: task.references.references,
    faults,
    compulsoryFaults: compulsory,
    hardFaults: hard,
    softFaults: faults - hard,
    lostFaults: 0,
    regeneratedFaults: 0,
    pageIns: hard,
    pageOuts: 0,
    revocationsMet: 0,
    revocationsMissed: 0,
    revocationsPartly: 0,
    messages: 0,
    virtualNs: null,
    timeNs: null,
    stallNs: null,
    faultNsMean: null,
    faultNsP99: null,
    framesMean: 0,
    framesMax: 0,
    slowdown: null,
  };
}
