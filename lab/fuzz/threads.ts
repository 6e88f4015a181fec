/**
 * Threads of fuzzed tasks: some have a few, which begin the task's own program elsewhere in it. Drawn
 * last and from streams of their own: all else of a seed stays what it is.
 */

import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import { between, chance } from './chance.ts';

/** Managements under which they are drawn: none sees references, none suspends tasks. */
const DRAWN: readonly CellOptions['management'][] = ['contracts', 'mach', 'global-clock'];

/** What of `options` is otherwise. `ordinary`: so many tasks, the first ones, are no stirrers. */
export function drawThreads(options: CellOptions, seed: number, ordinary: number): CellOptions {
  const random = splitRandom(seed, 'threads');
  if (!chance(random, 30) || !mayHaveAny(options)) return options;
  const tasks = options.tasks.map((task, at) => {
    const isDrawn = chance(random, 40);
    if (!isDrawn || at >= ordinary || !mayHave(task)) return task;
    const count = chance(random, 70) ? between(random, 1, 3) : between(random, 4, 12);
    return { ...task, threads: Array.from({ length: count }, () => elsewhere(random, task)) };
  });
  return { ...options, tasks };
}

/** What scenarios are refused for (lab/scenario/check-threads.ts). */
function mayHaveAny({ clock, schedule, management, machine }: CellOptions): boolean {
  if (clock !== 'ns' || schedule !== 'slices') return false;
  if ((machine.cpus ?? 1) > 1 && machine.tlbConsistency === 'tick') return false;
  return DRAWN.includes(management);
}

function mayHave(task: CellTask): boolean {
  const { policy, atEnd, hostile, pageBytes, kinds, program } = task;
  if (policy.sight === 'oracle' || policy.sight === 'future') return false;
  if (atEnd !== 'exit' || hostile !== null || pageBytes !== 4096) return false;
  if (kinds.superpages !== null || program.stops?.says !== undefined) return false;
  return !task.reads && !task.streams && !task.finalFrames && task.operation === undefined;
}

/** The program, begun somewhere else in it. */
function elsewhere(random: RandomState, { program }: CellTask): ReferenceString {
  const { runs, references, pageNumbers } = program;
  const from = between(random, 0, runs.length - 1);
  const turned = new Uint32Array(runs.length);
  turned.set(runs.subarray(from));
  turned.set(runs.subarray(0, from), runs.length - from);
  return { references, runs: turned, pageNumbers };
}
