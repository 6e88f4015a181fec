/** Checking guarantees: what is promised to tasks and servers, against each size of memory. */

import { type InputError, inputError } from './input-error.ts';
import { framesOf, type Scenario, type ScenarioTask } from './scenario.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';

/** Frames that a task without a named guarantee gets at the least. */
export const GUARANTEE_MIN = 4;

/** Guarantees are promises: what is named may not exceed memory, and the rest needs its least. */
export function checkGuarantees(source: Source, scenario: Scenario, frames: number): void {
  const { tasks } = scenario;
  const asks = scenario.policyServer !== null && tasks.every((task) => task.guaranteed !== null);
  // What pagers, swap and file servers keep for their work is guaranteed as well.
  let sum = scenario.swap?.memory?.guaranteed ?? 0;
  for (const { reserve } of scenario.externalPagers) sum += reserve;
  for (const { cache } of scenario.files) sum += cache?.guaranteed ?? 0;
  for (const { finalFrames } of tasks) sum += finalFrames ?? 0;
  for (const [at, task] of tasks.entries()) {
    // Several tasks on one contract: it counts once.
    if (task.sharedWith !== null) continue;
    const least = Math.max(2 ** task.order, task.guaranteed === null ? GUARANTEE_MIN : 0);
    const own = task.guaranteed === null ? least : framesOf(task.guaranteed, frames);
    sum += own;
    if (own < 2 ** task.order && scenario.managements.includes('contracts')) {
      const what = `guarantees ${task.name} ${own} of ${frames} frames`;
      const expected = `expected at least ${2 ** task.order}, one page of ${task.pageBytes} bytes`;
      throw tooMuch(source, at, task, `${what}, ${expected}; raise it`);
    }
    // Where a policy server admits, what every task names is what it asks for.
    if (sum <= frames || asks) continue;
    const what = `guarantees up to task ${task.name} sum to ${sum} frames`;
    throw tooMuch(
      source,
      at,
      task,
      `${what}, expected at most the ${frames} of memory; lower them`,
    );
  }
}

function tooMuch(source: Source, at: number, task: ScenarioTask, what: string): InputError {
  const path: Path = ['tasks', at, ...(task.guaranteed === null ? [] : ['contract', 'guaranteed'])];
  return inputError(placeOf(source, path), `${pathText(path)}: ${what}`);
}
