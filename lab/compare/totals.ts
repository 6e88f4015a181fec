/**
 * Totals of a row, slowdowns of its tasks, and Jain's index of how fairly they were slowed.
 *
 * Counts and times are sums over all tasks; the mean of fault times is weighted by faults, their
 * 99th percentile is the worst task's, and so is the largest number of frames. Mean frames are what
 * all tasks held together, averaged over time: never more than there are. Slowdown (mean) and
 * fairness are over honest tasks: how a hostile one fares is its own affair.
 */

import type { TaskResult, TimeNs, Totals } from '../results.ts';

/** Rounds to 4 decimals: ratios of whole numbers, the same bytes everywhere. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/**
 * Completion over completion alone with unlimited memory, for each task. Null for a task that did
 * not execute all of its program (it was killed) and where a time is missing.
 */
export function withSlowdowns(
  tasks: readonly TaskResult[],
  alone: readonly (TaskResult | null)[],
): TaskResult[] {
  return tasks.map((task, at) => {
    const ideal = alone[at];
    const whole = ideal !== null && task.references >= ideal.references;
    if (!whole || !ideal.virtualNs || task.virtualNs === null) return { ...task, slowdown: null };
    return { ...task, slowdown: rounded(task.virtualNs / ideal.virtualNs) };
  });
}

/**
 * The totals; `honest[i]` tells whether task i counts for slowdown and fairness, `framesMean` is of
 * the whole cell.
 */
export function totalsOf(
  tasks: readonly TaskResult[],
  honest: readonly boolean[],
  framesMean: number,
): Totals {
  const slowdowns = tasks.flatMap((task, at) =>
    honest[at] && task.slowdown !== null ? [task.slowdown] : [],
  );
  const faults = sumOf(tasks, (task) => task.faults);
  return {
    references: sumOf(tasks, (task) => task.references),
    faults,
    compulsoryFaults: sumOf(tasks, (task) => task.compulsoryFaults),
    hardFaults: sumOf(tasks, (task) => task.hardFaults),
    softFaults: sumOf(tasks, (task) => task.softFaults),
    lostFaults: sumOf(tasks, (task) => task.lostFaults),
    regeneratedFaults: sumOf(tasks, (task) => task.regeneratedFaults),
    pageIns: sumOf(tasks, (task) => task.pageIns),
    pageOuts: sumOf(tasks, (task) => task.pageOuts),
    revocationsMet: sumOf(tasks, (task) => task.revocationsMet),
    revocationsMissed: sumOf(tasks, (task) => task.revocationsMissed),
    revocationsPartly: sumOf(tasks, (task) => task.revocationsPartly),
    messages: sumOf(tasks, (task) => task.messages),
    virtualNs: sumOrNull(tasks, (task) => task.virtualNs),
    timeNs: sumOfTimes(tasks),
    stallNs: sumOrNull(tasks, (task) => task.stallNs),
    faultNsMean: meanFaultNs(tasks, faults),
    faultNsP99: tasks.some((task) => task.faultNsP99 === null)
      ? null
      : tasks.reduce((most, task) => Math.max(most, task.faultNsP99 ?? 0), 0),
    framesMean,
    framesMax: tasks.reduce((most, task) => Math.max(most, task.framesMax), 0),
    slowdown:
      slowdowns.length === 0
        ? null
        : rounded(slowdowns.reduce((sum, one) => sum + one, 0) / slowdowns.length),
    jain: jainIndex(slowdowns.map((one) => 1 / one)),
  };
}

/** (sum x)^2 / (n sum x^2): 1 when all are equal, 1/n when one has all (Jain, Chiu, Hawe 1984). */
export function jainIndex(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sum = values.reduce((all, one) => all + one, 0);
  const squares = values.reduce((all, one) => all + one * one, 0);
  return squares === 0 ? null : rounded((sum * sum) / (values.length * squares));
}

function sumOf(tasks: readonly TaskResult[], value: (task: TaskResult) => number): number {
  return tasks.reduce((sum, task) => sum + value(task), 0);
}

function sumOrNull(
  tasks: readonly TaskResult[],
  value: (task: TaskResult) => number | null,
): number | null {
  return tasks.reduce<number | null>((sum, task) => {
    const one = value(task);
    return sum === null || one === null ? null : sum + one;
  }, 0);
}

function meanFaultNs(tasks: readonly TaskResult[], faults: number): number | null {
  if (tasks.some((task) => task.faultNsMean === null)) return null;
  if (faults === 0) return 0;
  return Math.round(sumOf(tasks, (task) => (task.faultNsMean ?? 0) * task.faults) / faults);
}

function sumOfTimes(tasks: readonly TaskResult[]): TimeNs | null {
  const sum: TimeNs = {
    program: 0,
    translation: 0,
    trap: 0,
    message: 0,
    scan: 0,
    zero: 0,
    ioWait: 0,
    cpuWait: 0,
    rest: 0,
  };
  for (const { timeNs } of tasks) {
    if (timeNs === null) return null;
    for (const part of Object.keys(sum) as (keyof TimeNs)[]) sum[part] += timeNs[part];
  }
  return sum;
}
