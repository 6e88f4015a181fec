/** Checking threads: what knows one place in one order of references a task with several has not. */

import { findPolicy } from '../../clients/policies/index.ts';
import type { Sight } from '../../contracts/policy.ts';
import { centralOf } from '../run/centrals.ts';
import { type InputError, inputError } from './input-error.ts';
import { garbageKinds } from './program-schema.ts';
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
  if (wrong !== undefined) throw refusal(source, at, wrong);
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

/** Throws where the policy of task `at`, a file of the user's own, sees what no pager of threads does. */
export function checkLoadedPolicy(source: Source, at: number, name: string, sight: Sight): void {
  const wrong = wrongSight(name, sight);
  if (wrong !== undefined) throw refusal(source, at, wrong);
}

function refusal(source: Source, at: number, wrong: string): InputError {
  return inputError(
    placeOf(source, ['tasks', at, 'threads']),
    `tasks[${at}] has several threads, and ${wrong}; correct it`,
  );
}

function wrongSight(policy: string, sight: Sight | undefined): string | undefined {
  if (sight !== 'oracle' && sight !== 'future') return undefined;
  return `policy ${policy} sees references one by one, expected one of hardware sight`;
}

/** What is garbage one thread says, of a page that another may be at. */
function wrongProgram({ program, threads = [] }: TaskDocument): string | undefined {
  for (const kind of [program, ...threads.map((thread) => thread.program)].map((one) => one?.kind))
    if (kind !== undefined && garbageKinds.includes(kind))
      return `program ${kind} says what is garbage, expected one that does not`;
  return undefined;
}

function wrongTask(task: TaskDocument): string | undefined {
  const policy = typeof task.policy === 'string' ? task.policy : task.policy.name;
  const wrong = wrongSight(policy, findPolicy(policy)?.sight) ?? wrongProgram(task);
  if (wrong !== undefined) return wrong;
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
