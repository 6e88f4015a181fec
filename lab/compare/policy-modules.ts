/**
 * Policy modules: a policy by name or from a file of the user's own. A host file; worker side.
 *
 * A user's policy is wrapped: each call is marked in the watch, so that one that never comes back
 * is found, and named. Policies of the house run bare.
 */

import { findPolicy } from '../../clients/policies/index.ts';
import type { ParameterRange, ParameterRanges, Policy, Sight } from '../../contracts/policy.ts';
import { PolicyFault } from '../../paging/policy-fault.ts';
import { inputError } from '../scenario/input-error.ts';
import { isInRange, rangeText } from '../scenario/parameters.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { defaultExportOf } from '../users-module.ts';
import { answered, ask, type Watch, type WatchedMethod, watchedMethods } from './watch.ts';

/** What a policy says of itself. */
export interface PolicyFacts {
  readonly name: string;
  readonly sight: Sight;
  readonly summary: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly ranges: ParameterRanges;
}

const sights: readonly string[] = ['none', 'hardware', 'oracle', 'future'];
const guide = 'see clients/policies/README.md';

/** Loads the file and returns what it declares. Throws InputError when it holds no policy. */
export async function inspectPolicy(file: string, watch: Watch | null): Promise<PolicyFacts> {
  const { name, sight, summary, parameters, ranges } = await importPolicy(file, watch);
  return {
    name,
    sight,
    summary: String(summary ?? ''),
    parameters: { ...parameters },
    ranges: { ...ranges },
  };
}

/** The policy's code, for task `task` at place `index` of its cell. */
export async function loadPolicy(
  choice: PolicyChoice,
  task: string,
  index: number,
  watch: Watch | null,
): Promise<Policy> {
  if (choice.file !== null)
    return guarded(await importPolicy(choice.file, watch), task, index, watch);
  const policy = findPolicy(choice.name);
  if (!policy) throw inputError(choice.name, 'is no policy, expected one that exists; correct it');
  return policy;
}

async function importPolicy(file: string, watch: Watch | null): Promise<Policy> {
  const what = `policy ${file}`;
  if (watch) ask(watch, 0, watchedMethods.indexOf('load'));
  let loaded: unknown;
  try {
    loaded = await defaultExportOf({ what, file, guide });
  } finally {
    if (watch) answered(watch);
  }
  const wrong = wrongWith(loaded);
  if (wrong !== undefined) throw inputError(what, `${wrong}; ${guide}`);
  return loaded as Policy;
}

/** What keeps a value from being a policy, or undefined. */
function wrongWith(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object')
    return 'has no default export that is an object, expected a Policy';
  const policy = value as Record<string, unknown>;
  if (typeof policy.name !== 'string' || policy.name === '') return 'has no name, expected a text';
  if (!sights.includes(policy.sight as string))
    return `has sight ${String(policy.sight)}, expected ${sights.join(', ')}`;
  for (const method of ['create', 'admitted', 'removed', 'victim'])
    if (typeof policy[method] !== 'function') return `has no ${method}(), expected a function`;
  const looks = policy.sight === 'oracle' || policy.sight === 'future';
  if (looks && typeof policy.referencesSeen !== 'function')
    return `has sight ${policy.sight} and no referencesSeen(), expected a function`;
  return wrongParameter(policy.parameters ?? {}) ?? wrongRange(policy);
}

function wrongParameter(parameters: unknown): string | undefined {
  if (parameters === null || typeof parameters !== 'object')
    return 'has parameters that are no object, expected { name: number }';
  for (const [key, value] of Object.entries(parameters))
    if (!Number.isFinite(value)) return `has parameter ${key} = ${value}, expected a number`;
  return undefined;
}

function wrongRange({ parameters, ranges = {} }: Record<string, unknown>): string | undefined {
  if (ranges === null || typeof ranges !== 'object')
    return 'has ranges that are no object, expected { name: { least, most, means } }';
  const defaults = (parameters ?? {}) as Record<string, number>;
  for (const [key, range] of Object.entries(ranges as Record<string, ParameterRange | null>)) {
    if (!Object.hasOwn(defaults, key)) return `has a range of ${key}, expected a parameter`;
    if (range === null || !Number.isFinite(range.least) || !Number.isFinite(range.most))
      return `has a range of ${key} without numbers, expected { least, most, means }`;
    if (!isInRange(range, defaults[key]))
      return `has ${key} = ${defaults[key]}, expected ${rangeText(range)}`;
  }
  return undefined;
}

/** The policy, each of its calls marked in the watch, what `create` throws laid at its door. */
function guarded(policy: Policy, task: string, index: number, watch: Watch | null): Policy {
  const watched = <Result>(method: WatchedMethod, call: () => Result): Result => {
    if (!watch) return call();
    ask(watch, index, watchedMethods.indexOf(method));
    try {
      return call();
    } finally {
      answered(watch);
    }
  };
  const { referencesSeen, outside } = policy;
  return {
    ...policy,
    create: (context) => watched('create', () => created(policy, task, context)),
    admitted: (state, page, view) => watched('admitted', () => policy.admitted(state, page, view)),
    removed: (state, page, view) => watched('removed', () => policy.removed(state, page, view)),
    victim: (state, view) => watched('victim', () => policy.victim(state, view)),
    ...(referencesSeen && {
      referencesSeen: (state: unknown, batch: Parameters<typeof referencesSeen>[1]) =>
        watched('referencesSeen', () => referencesSeen.call(policy, state, batch)),
    }),
    ...(outside && {
      outside: (state: unknown, view: Parameters<typeof outside>[1]) =>
        watched('outside', () => outside.call(policy, state, view)),
    }),
  };
}

function created(policy: Policy, task: string, context: Parameters<Policy['create']>[0]): unknown {
  let state: unknown;
  try {
    state = policy.create(context);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new PolicyFault(
      policy.name,
      `failed in create() for task ${task}: ${text.split('\n')[0]}`,
    );
  }
  if (state === null || typeof state !== 'object')
    throw new PolicyFault(
      policy.name,
      `returned no state from create(), expected an object; ${guide}`,
    );
  return state;
}
