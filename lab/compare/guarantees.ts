/**
 * Guarantees: who gets how many frames for certain, at one memory size.
 *
 * `contracts`: the lab chooses, from how often each task's own policy faults at each number of
 * frames (`policy-curve.ts`), the split of a share of memory that would cost the least faults in
 * all; a task's contract in the scenario goes before that choice.
 * `contracts-equal`: the same share in equal parts, whatever the scenario says.
 *
 * A task may also borrow: its extras are what a scenario names, else all that is not its own.
 */

import { chooseGuarantees } from '../bounds/index.ts';
import { GUARANTEE_MIN } from '../scenario/check-guarantees.ts';
import { inputError } from '../scenario/input-error.ts';
import type { LoadedScenario, LoadedTask } from '../scenario/load.ts';
import { framesOf } from '../scenario/scenario.ts';
import { placeOf } from '../scenario/source.ts';

export interface Guarantee {
  readonly guaranteed: number;
  readonly extra: number;
}

export interface Guarantees {
  readonly perTask: readonly Guarantee[];
  /** Who chose G and from what. */
  readonly note: string;
}

/**
 * Fault curve of a task by frames of 4 KiB: a task with larger pages gains only with each whole
 * page.
 */
export function curveByFrames(curve: Float64Array, order: number): Float64Array {
  if (order === 0) return curve;
  const step = 2 ** order;
  const stretched = new Float64Array((curve.length - 1) * step + 1);
  for (let frames = 0; frames < stretched.length; frames++)
    stretched[frames] = curve[Math.floor(frames / step)];
  return stretched;
}

/**
 * Guarantees in a memory of `frames`, `available` of which are left to tasks. `curves` as
 * `curveByFrames` returns them. Refuses (InputError) named guarantees that do not fit.
 */
export function guaranteesByCurve(
  loaded: LoadedScenario,
  curves: readonly Float64Array[],
  frames: number,
  available: number,
): Guarantees {
  const { tasks, guarantees } = loaded;
  // Who shares another's contract adds nothing to the sum.
  const named = tasks.map(({ guaranteed, sharedWith }) => {
    if (sharedWith !== null) return 0;
    return guaranteed === null ? null : framesOf(guaranteed, frames);
  });
  const sum = named.reduce<number>((all, one) => all + (one ?? 0), 0);
  const open = tasks.flatMap((_, at) => (named[at] === null ? [at] : []));
  const least = leastOf(open.map((at) => tasks[at]));
  // Where a policy server admits, what every task names is what it asks for.
  const asks = loaded.policyServer !== null && open.length === 0;
  if (!asks && sum + least * open.length > available)
    throw doesNotFit(loaded, sum, frames, available);
  const budget = Math.max(least * open.length, Math.floor(guarantees.share * available) - sum);
  const fitting = Math.min(budget, available - sum);
  const chosen =
    open.length === 0
      ? []
      : chooseGuarantees(
          open.map((at) => curves[at]),
          fitting,
          least,
        );
  const own = tasks.map((task, at) => {
    const guaranteed = named[at] ?? wholePages(task, chosen[open.indexOf(at)]);
    return { guaranteed, extra: extraOf(task, guaranteed, frames, available) };
  });
  const perTask = tasks.map(({ sharedWith }, at) =>
    sharedWith === null ? own[at] : own[tasks.findIndex(({ name }) => name === sharedWith)],
  );
  return { perTask, note: noteOf(loaded, named) };
}

/** The share of memory in equal parts. */
export function guaranteesEqual(
  loaded: LoadedScenario,
  frames: number,
  available: number,
): Guarantees {
  const { tasks, guarantees } = loaded;
  const least = leastOf(tasks);
  if (least * tasks.length > available) throw doesNotFit(loaded, 0, frames, available);
  const part = Math.floor((guarantees.share * available) / tasks.length);
  const perTask = tasks.map((task) => {
    const own = wholePages(task, Math.max(least, part));
    return { guaranteed: own, extra: extraOf(task, own, frames, available) };
  });
  const share = percent(guarantees.share);
  return { perTask, note: `G in equal parts of ${share} of the frames left to tasks` };
}

function leastOf(tasks: readonly LoadedTask[]): number {
  return tasks.reduce((least, task) => Math.max(least, 2 ** task.order), GUARANTEE_MIN);
}

function wholePages(task: LoadedTask, frames: number): number {
  const step = 2 ** task.order;
  return Math.max(step, frames - (frames % step));
}

function extraOf(task: LoadedTask, own: number, frames: number, available: number): number {
  if (task.extra === null) return Math.max(0, available - own);
  return Math.min(framesOf(task.extra, frames), Math.max(0, available - own));
}

function noteOf(
  { tasks, guarantees, policyServer }: LoadedScenario,
  named: readonly (number | null)[],
): string {
  if (named.every((one) => one !== null))
    return policyServer === null
      ? 'G from the scenario'
      : 'G asked for as in the scenario, granted by the policy server';
  const kept = tasks.filter((_, at) => named[at] !== null).map((task) => task.name);
  const except = kept.length === 0 ? '' : `; ${kept.join(', ')}: from the scenario`;
  return (
    `G chosen by the lab, ${percent(guarantees.share)} of the frames left to tasks, for the fewest faults ` +
    `when each policy runs alone over its whole trace${except}`
  );
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function doesNotFit(loaded: LoadedScenario, sum: number, frames: number, available: number): Error {
  const taken = `${frames - available} of ${frames} frames are the pagers' and servers' own`;
  const what = `guarantees of ${sum} frames and the least for ${loaded.tasks.length} tasks do not fit`;
  const next = 'lower them, give the machine more frames, or set pagerFrames: outside';
  return inputError(
    placeOf(loaded.source, ['machine', 'frames']),
    `${what}, expected at most ${Math.max(0, available)} since ${taken}; ${next}`,
  );
}
