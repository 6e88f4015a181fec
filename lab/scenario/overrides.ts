/**
 * Overrides: what the command line says goes before what the file says, and is checked the same
 * way.
 *
 * An error in such a value has the option as its place.
 */

import { inputError } from './input-error.ts';
import { policyOfText } from './policy-names.ts';
import type { Path, Source } from './source.ts';
import { didYouMean } from './suggest.ts';

export interface Overrides {
  readonly seed?: number;
  readonly frames?: readonly number[];
  /** References of each task at most. */
  readonly limit?: number;
  /** Policy of all honest tasks, or of the one named. */
  readonly policy?: string;
  readonly task?: string;
  /** Any value, by its path: `tasks.0.policy` (the runs of lab/papers). */
  readonly set?: Readonly<Record<string, unknown>>;
}

/**
 * The source with the options put in. A source of the wrong shape is left for the schema to tell.
 */
export function override(source: Source, options: Overrides): Source {
  const value = structuredClone(source.value);
  if (!isMapping(value)) return source;
  const overridden: { path: Path; option: string }[] = [];
  const put = (path: Path, option: string, given: unknown): boolean => {
    let holder: unknown = value;
    for (const part of path.slice(0, -1)) holder = (holder as Record<string, unknown>)?.[part];
    if (holder === null || typeof holder !== 'object') return false;
    (holder as Record<string, unknown>)[path[path.length - 1]] = given;
    overridden.push({ path, option });
    return true;
  };
  for (const [path, given] of Object.entries(options.set ?? {})) {
    const parts = path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    if (put(parts, `set ${path}`, given)) continue;
    const parent = parts.slice(0, -1).join('.');
    throw inputError(source.file, `has no ${parent}, expected it, to set ${path}; write it there`);
  }
  if (options.seed !== undefined) put(['seed'], '--seed', options.seed);
  if (options.frames !== undefined) put(['machine', 'frames'], '--frames', [...options.frames]);
  const policy = options.policy === undefined ? null : policyOfText(options.policy, '--policy');
  const tasks = Array.isArray(value.tasks)
    ? value.tasks.map((task) => (isMapping(task) ? task : {}))
    : [];
  for (const [at, task] of tasks.entries()) {
    if (options.limit !== undefined) {
      const own = typeof task.limit === 'number' ? task.limit : options.limit;
      put(['tasks', at, 'limit'], '--limit', Math.min(own, options.limit));
    }
    const meant =
      options.task === undefined ? task.hostile === undefined : task.name === options.task;
    if (policy !== null && meant)
      put(['tasks', at, 'policy'], '--policy', { name: policy.name, ...policy.parameters });
  }
  requireTask(
    options,
    tasks.map((task) => String(task.name)),
  );
  return { ...source, value, overridden };
}

function requireTask({ task, policy }: Overrides, names: readonly string[]): void {
  if (task === undefined) return;
  if (policy === undefined)
    throw inputError('--task', `names ${task} alone, expected --policy with it; add --policy NAME`);
  if (!names.includes(task))
    throw inputError('--task', `is '${task}', expected a task; ${didYouMean(task, names)}`);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
