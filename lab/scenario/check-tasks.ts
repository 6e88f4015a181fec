/** Check of the tasks of a scenario: names, programs, policies, page sizes, times. */

import { findPolicy, policies, suggestPolicy } from '../../clients/policies/index.ts';
import type { PageTableFormat } from '../../sim-hw/page-table/index.ts';
import { PAGE_BYTES } from '../../sim-hw/references.ts';
import { checkReads } from './check-archives.ts';
import { finalFramesOf } from './check-final-pagers.ts';
import { checkProgram } from './check-program.ts';
import { checkThreads } from './check-threads.ts';
import { checkStreams, checkTaskDisk } from './disk.ts';
import { inputError } from './input-error.ts';
import { checkKinds } from './page-kinds.ts';
import { requireParameters } from './parameters.ts';
import { isPolicyFile } from './policy-names.ts';
import type { PolicyChoice, ScenarioTask, Scratch } from './scenario.ts';
import type { ScenarioDocument, TaskDocument } from './schema.ts';
import { type Path, pathText, placeOf, placeOfKey, type Source } from './source.ts';
import { ticksOf } from './ticks.ts';

/** The tasks with their defaults. Throws InputError at the first that cannot be. */
export function checkTasks(
  source: Source,
  document: ScenarioDocument,
  format: PageTableFormat,
): ScenarioTask[] {
  const names = new Set<string>();
  return document.tasks.map((task, at) => {
    if (names.has(task.name)) {
      const what = `tasks[${at}].name is '${task.name}' again, expected a name of its own`;
      throw inputError(placeOf(source, ['tasks', at, 'name']), `${what}; rename one`);
    }
    names.add(task.name);
    return checkTask(source, document, task, at, format);
  });
}

function checkTask(
  source: Source,
  document: ScenarioDocument,
  task: TaskDocument,
  at: number,
  format: PageTableFormat,
): ScenarioTask {
  const path: Path = ['tasks', at];
  const { clock } = document;
  if ((task.trace === undefined) === (task.program === undefined)) {
    const has = task.trace === undefined ? 'neither trace nor program' : 'both trace and program';
    throw inputError(placeOf(source, path), `tasks[${at}] has ${has}, expected one; correct it`);
  }
  checkProgram(source, task, clock, path);
  return {
    name: task.name,
    trace: task.trace ?? null,
    program: task.program ?? null,
    limit: task.limit ?? null,
    threads: checkThreads(source, document, at),
    policy: checkPolicy(source, task.policy, [...path, 'policy']),
    guaranteed: task.contract.guaranteed ?? null,
    extra: task.contract.extra ?? null,
    from: task.contract.from ?? null,
    sharedWith: task.contract.with ?? null,
    atEnd: task.atEnd,
    initial: task.initial,
    pageBytes: task.pageSize,
    order: checkPageSize(source, task.pageSize, format, [...path, 'pageSize']),
    scratch: task.scratch.map((part, index) =>
      checkScratch(source, part, [...path, 'scratch', index]),
    ),
    zeroFill: task.zeroFill,
    start: ticksOf(source, task.start, clock, [...path, 'start'], 0),
    hostile: task.hostile ?? null,
    renegotiate: task.renegotiate.toSorted((a, b) => a.at - b.at),
    renews: task.renews,
    cpu: task.cpu,
    killAt:
      task.killAt === undefined
        ? null
        : ticksOf(source, task.killAt, clock, [...path, 'killAt'], 1),
    operation: task.operation,
    level: task.memoryServer ?? null,
    kinds: checkKinds(source, task, path, format, (part, where) =>
      checkScratch(source, part, where),
    ),
    reads: checkReads(source, document, task, at),
    disk: checkTaskDisk(source, task, clock, at),
    streams: checkStreams(source, task, document, at),
    budget: task.budget ?? null,
    income: task.income ?? 0,
    user: task.user ?? null,
    weight: task.weight ?? 1,
    priority: task.priority ?? 0,
    adapts: task.adapts ?? false,
    finalFrames: finalFramesOf(source, document, at),
  };
}

/**
 * A policy of the house must exist and know its parameters; a file is looked at when it is loaded.
 */
function checkPolicy(source: Source, given: TaskDocument['policy'], path: Path): PolicyChoice {
  const { name, ...rest } = typeof given === 'string' ? { name: given } : given;
  const parameters: Record<string, number> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      const what = `${pathText([...path, key])} is no number, expected one`;
      throw inputError(placeOf(source, [...path, key]), `${what}; correct it`);
    }
    parameters[key] = value;
  }
  if (isPolicyFile(name)) return { name, file: name, parameters };
  const policy = findPolicy(name);
  if (!policy) {
    const nearest = suggestPolicy(name);
    const next = nearest === undefined ? `there are ${listed()}` : `did you mean '${nearest}'?`;
    const what = `${pathText(path)} is '${name}', expected a policy or a file like ./mine.ts`;
    throw inputError(placeOf(source, path), `${what}; ${next}`);
  }
  const { parameters: known = {}, ranges = {} } = policy;
  requireParameters(name, { parameters: known, ranges }, parameters, (key) => ({
    place: placeOfKey(source, [...path, key]),
    where: pathText([...path, key]),
  }));
  return { name, file: null, parameters };
}

function checkPageSize(source: Source, bytes: number, format: PageTableFormat, path: Path): number {
  const order = format.orders.find((one) => PAGE_BYTES * 2 ** one === bytes);
  if (order !== undefined) return order;
  const sizes = format.orders.map((one) => PAGE_BYTES * 2 ** one).join(' or ');
  const what = `${pathText(path)} is ${bytes} bytes, expected ${sizes}`;
  throw inputError(
    placeOf(source, path),
    `${what}, which page table ${format.name} maps; correct it`,
  );
}

function checkScratch(source: Source, part: Scratch, path: Path): Scratch {
  const [from, to] = 'pages' in part ? part.pages : part;
  if (from < to) return part;
  const what = `${pathText(path)} runs from ${from} to ${to}, expected from below to`;
  throw inputError(placeOf(source, path), `${what}; correct it`);
}

function listed(): string {
  return Object.keys(policies).join(', ');
}
