/** Checking threads: what knows one place in one order of references a task with several has not. */

import { findPolicy } from '../../clients/policies/index.ts';
import { centralOf } from '../run/centrals.ts';
import { inputError } from './input-error.ts';
import type { ThreadChoice } from './scenario.ts';
import type { ScenarioDocument, TaskDocument } from './schema.ts';
import { placeOf, type Source } from './source.ts';

/** Threads of task `at` beside its first. Throws InputError with the place of what is wrong. */
export function checkThreads(
  source: Source,
  document: ScenarioDocument,
  at: number,
): ThreadChoice[] {
  const task = document.tasks[at] as TaskDocument;
  const { threads = [] } = task;
  if (threads.length === 0) return [];
  const wrong = wrongTask(task) ?? wrongRun(document);
  if (wrong !== undefined)
    throw inputError(
      placeOf(source, ['tasks', at, 'threads']),
      `tasks[${at}] has several threads, and ${wrong}; correct it`,
    );
  return threads.map(({ trace, program, limit }, index) => {
    const path = ['tasks', at, 'threads', index];
    if ((trace === undefined) === (program === undefined)) {
      const has = trace === undefined ? 'neither trace nor program' : 'both trace and program';
      const what = `tasks[${at}].threads[${index}] has ${has}, expected one`;
      throw inputError(placeOf(source, path), `${what}; correct it`);
    }
    return { trace: trace ?? null, program: program ?? null, limit: limit ?? null };
  });
}

function wrongTask(task: TaskDocument): string | undefined {
  const policy = typeof task.policy === 'string' ? task.policy : task.policy.name;
  const sight = findPolicy(policy)?.sight;
  if (sight === 'oracle' || sight === 'future')
    return `policy ${policy} sees references one by one, expected one of hardware sight`;
  if (task.atEnd !== 'exit') return `atEnd is ${task.atEnd}, expected exit`;
  if (task.hostile !== undefined) return `hostile is ${task.hostile}, expected none`;
  if (task.pageSize !== 4096) return `pageSize is ${task.pageSize}, expected 4096`;
  if (task.contract.guaranteed === undefined)
    return 'contract.guaranteed is not named, expected frames: no curve tells what they need';
  for (const key of ['superpages', 'reads', 'streams', 'operation', 'finalPager'] as const)
    if (task[key] !== undefined) return `${key} is there, expected none`;
  return undefined;
}

function wrongRun(document: ScenarioDocument): string | undefined {
  const { clock, schedule, machine, bounds, managements } = document;
  if (clock !== 'ns') return `clock is ${clock}, expected ns: each makes references of its own`;
  if (schedule !== 'slices') return `schedule is ${schedule}, expected slices`;
  if (machine.cpus > 1 && machine.tlbConsistency === 'tick')
    return 'tlbConsistency is tick, which holds back a whole task, expected interrupt or tolerate';
  if (bounds.includes('optimal'))
    return 'bounds has optimal, which needs one order of references, expected it without';
  const seer = managements.find((name) => centralOf(name)?.sight === 'oracle');
  return seer && `managements has ${seer}, which sees references one by one, expected it without`;
}
