/** Check of contracts that are parts of others: who they are split from, and who shares them. */

import { inputError } from './input-error.ts';
import type { Scenario, ScenarioTask } from './scenario.ts';
import { placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';

/** Refuses (InputError) names of no task, parts of parts, and rows that know no parts. */
export function checkParts(source: Source, { tasks, managements }: Scenario): void {
  for (const [at, task] of tasks.entries()) {
    const { from, sharedWith } = task;
    if (from === null && sharedWith === null) continue;
    const where = (key: string) => placeOf(source, ['tasks', at, 'contract', key]);
    const say = (key: string, what: string) =>
      inputError(where(key), `tasks[${at}].contract.${key} ${what}`);
    if (managements.includes('contracts-equal')) {
      const what = 'is a part of a contract, expected rows that know parts';
      throw say(from === null ? 'with' : 'from', `${what}; leave contracts-equal out`);
    }
    if (sharedWith !== null) {
      const other = find(tasks, sharedWith, (what) => say('with', what));
      if (other.from === null)
        throw say('with', `is '${sharedWith}', expected a task with contract.from; give it one`);
      if (from !== null || task.guaranteed !== null || task.extra !== null)
        throw say('with', `shares a whole contract, expected no other keys; remove them`);
      continue;
    }
    const parent = find(tasks, from as string, (what) => say('from', what));
    if (parent.from !== null || parent.sharedWith !== null || parent === task)
      throw say('from', `is '${from}', expected a task with a contract of its own; name another`);
    if (task.guaranteed === null || task.extra === null)
      throw say('from', 'names a parent, expected guaranteed and extra beside it; add them');
  }
}

function find(
  tasks: readonly ScenarioTask[],
  name: string,
  say: (what: string) => Error,
): ScenarioTask {
  const task = tasks.find((one) => one.name === name);
  if (task !== undefined) return task;
  const names = tasks.map((one) => one.name);
  throw say(`is '${name}', expected a task of this scenario; ${didYouMean(name, names)}`);
}
