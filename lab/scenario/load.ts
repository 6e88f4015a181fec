/**
 * Loading: a scenario file becomes programs in memory and everything a cell needs. A host file.
 *
 * Traces are read, and files of policies looked at, by the pool's workers: in parallel, and nothing
 * of a user's own code runs in the main thread. Programs lie in shared memory.
 */

import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { PageKinds } from '../../paging/page-kinds.ts';
import { formatFor, type PageTableFormat } from '../../sim-hw/page-table/index.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import type { PolicyFacts } from '../compare/policy-modules.ts';
import type { Pool } from '../compare/pool.ts';
import { ascending } from './ascending.ts';
import { checkScenario } from './check.ts';
import { checkLoadedPolicy } from './check-threads.ts';
import { generate } from './generate.ts';
import { InputError, inputError } from './input-error.ts';
import { type Overrides, override } from './overrides.ts';
import { placeKinds } from './page-kinds.ts';
import { requireParameters } from './parameters.ts';
import { relocate } from './relocate.ts';
import type { PolicyChoice, Scenario, ScenarioTask, Scratch, ThreadChoice } from './scenario.ts';
import { shared } from './shared.ts';
import { type Path, parseSource, pathText, placeOf, type Source } from './source.ts';
import { overAllPages } from './threads.ts';
import { regroup } from './units.ts';

export interface LoadedTask extends Omit<ScenarioTask, 'scratch' | 'kinds' | 'threads'> {
  readonly references: ReferenceString;
  /** Of its threads beside the first, over the same pages. */
  readonly threads: readonly ReferenceString[];
  /** Dense page ids [from, to). */
  readonly scratch: readonly (readonly [number, number])[];
  readonly kinds: PageKinds;
  /** Its file, if any, as an absolute path. */
  readonly policy: PolicyChoice;
  /** What was done to the program, in words. */
  readonly notes: readonly string[];
}

export interface LoadedScenario extends Omit<Scenario, 'tasks'> {
  readonly tasks: readonly LoadedTask[];
  /** For errors found later. */
  readonly source: Source;
}

const SCENARIO_BYTES_MAX = 1 << 24;

/** Reads, checks and loads. Throws InputError (one line) for anything that cannot be run. */
export async function loadScenario(
  file: string,
  overrides: Overrides,
  pool: Pool,
): Promise<LoadedScenario> {
  return loadSource(override(await readSource(file), overrides), pool);
}

/** The file as it stands. Throws InputError where it cannot be read. */
export async function readSource(file: string): Promise<Source> {
  return parseSource(file, await readScenarioText(file));
}

/** Checks and loads what has been read. Throws InputError for anything that cannot be run. */
export async function loadSource(source: Source, pool: Pool): Promise<LoadedScenario> {
  const scenario = checkScenario(source);
  const folder = dirname(resolve(source.file));
  const known = new Map<string, Promise<ReferenceString>>();
  const programOf = (choice: ThreadChoice, path: Path, name: string) => {
    if (choice.program !== null)
      return Promise.resolve(shared(generate(choice.program, choice.limit, scenario.seed, name)));
    const key = `${choice.limit} ${choice.trace}`;
    const reading = known.get(key) ?? readProgram(source, folder, choice, path, pool);
    known.set(key, reading);
    return reading;
  };
  const programs = scenario.tasks.map(async (task, at) => {
    const path = ['tasks', at];
    const first = programOf(task, path, task.name);
    if (task.threads.length === 0) return [await first];
    const others = task.threads.map((thread, index) =>
      programOf(thread, [...path, 'threads', index], `${task.name}.${index + 2}`),
    );
    return overAllPages(await Promise.all([first, ...others]));
  });
  const policies = scenario.tasks.map((task, at) =>
    loadPolicyChoice(source, folder, task, at, pool),
  );
  const reading = Promise.all(programs);
  // Where a policy is refused nobody waits for what is read, and its failure would end the process.
  reading.catch(() => {});
  const choices = await Promise.all(policies);
  const read = await reading;
  const tasks = scenario.tasks.map((task, at) =>
    placeTask(source, scenario, { ...task, policy: choices[at] }, at, read[at]),
  );
  return { ...scenario, tasks, source };
}

async function readScenarioText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > SCENARIO_BYTES_MAX)
      throw inputError(file, `has ${size} bytes, expected a scenario; is it a trace?`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw inputError(file, `cannot be read (${code}), expected a scenario file; check the path`);
  }
}

async function readProgram(
  source: Source,
  folder: string,
  { trace: named, limit }: ThreadChoice,
  path: Path,
  pool: Pool,
): Promise<ReferenceString> {
  const trace = named as string;
  try {
    const file = resolve(folder, trace);
    return await pool.run({ kind: 'read', file, limit }, `reading ${trace}`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw inputError(placeOf(source, [...path, 'trace']), `trace ${error.message}`);
  }
}

async function loadPolicyChoice(
  source: Source,
  folder: string,
  task: ScenarioTask,
  at: number,
  pool: Pool,
): Promise<PolicyChoice> {
  const { policy } = task;
  if (policy.file === null) return policy;
  const file = resolve(folder, policy.file);
  const place = placeOf(source, ['tasks', at, 'policy']);
  const facts = await inspectPolicy(policy, file, place, at, pool);
  if (task.threads.length > 0) checkLoadedPolicy(source, at, facts.name, facts.sight);
  return { ...policy, name: facts.name, file };
}

async function inspectPolicy(
  policy: PolicyChoice,
  file: string,
  place: string,
  at: number,
  pool: Pool,
): Promise<PolicyFacts> {
  try {
    const facts = await pool.run({ kind: 'inspect', file }, `loading ${policy.file}`);
    requireParameters(facts.name, facts, policy.parameters, (key) => ({
      place,
      where: `tasks[${at}].policy.${key}`,
    }));
    return facts;
  } catch (error) {
    if (!(error instanceof InputError) || error.message.startsWith(place)) throw error;
    throw inputError(place, error.message);
  }
}

/** Fits the program to the machine: pages of the task's size, numbers that the table can hold. */
function placeTask(
  source: Source,
  scenario: Scenario,
  task: ScenarioTask,
  at: number,
  [read, ...threads]: readonly ReferenceString[],
): LoadedTask {
  const format = formatFor(scenario.machine) as PageTableFormat;
  const inOrder = task.kinds.superpages === null ? read : ascending(read);
  const inUnits = task.order === 0 ? inOrder : shared(regroup(read));
  const notes: string[] = [];
  const relocated = relocate(inUnits, format, task.order);
  if ('refused' in relocated) {
    const next = 'take another page table, or limit the trace';
    throw inputError(placeOf(source, ['tasks', at]), `tasks[${at}] ${relocated.refused}; ${next}`);
  }
  if (relocated.moved)
    notes.push(
      `${task.name} relocated in order: its addresses do not fit the ${format.virtualPagesMax} ` +
        `pages of ${format.name}`,
    );
  const pages = read.pageNumbers.length;
  const scratch = task.scratch.map((part, index) =>
    placeScratch(source, part, pages, ['tasks', at, 'scratch', index]),
  );
  if (task.order > 0 && scratch.length > 0) {
    const what = `tasks[${at}].scratch is in pages of 4096 bytes`;
    throw inputError(
      placeOf(source, ['tasks', at, 'scratch']),
      `${what}, expected none at pageSize ${task.pageBytes}; remove it`,
    );
  }
  if (task.reads !== null)
    placeScratch(source, { pages: task.reads.pages }, pages, ['tasks', at, 'reads', 'pages']);
  const kinds = placeKinds(source, task.kinds, task, scratch, ['tasks', at], (part, path) =>
    placeScratch(source, part, pages, path),
  );
  const { pageNumbers } = relocated.program;
  return {
    ...task,
    references: shared(relocated.program),
    threads: threads.map((thread) => shared({ ...thread, pageNumbers })),
    scratch,
    kinds,
    notes,
  };
}

function placeScratch(
  source: Source,
  part: Scratch,
  pages: number,
  path: readonly (string | number)[],
): readonly [number, number] {
  if (!('pages' in part)) return [Math.floor(part[0] * pages), Math.ceil(part[1] * pages)];
  const [from, to] = part.pages;
  if (to <= pages) return [from, to];
  const what = `${path.includes('scratch') ? 'scratch' : pathText(path)} ends at page ${to}, expected at most the ${pages} pages of the program`;
  throw inputError(placeOf(source, path), `${what}; lower it`);
}
