/** Check of a scenario's policy server: its users, the tasks that belong to them, its times. */

import { inputError } from './input-error.ts';
import type { PolicyServerChoice, PolicyUser } from './scenario.ts';
import type { ScenarioDocument } from './schema.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { ticksOf } from './ticks.ts';

/** The policy server of the scenario, or null. Throws InputError with the place of what is wrong. */
export function checkPolicyServer(
  source: Source,
  document: ScenarioDocument,
): PolicyServerChoice | null {
  const { policyServer, clock, tasks } = document;
  if (policyServer === undefined) {
    requireNoUsers(source, document);
    return null;
  }
  const users = checkUsers(source, policyServer.users, ['policyServer', 'users']);
  requireLayers(source, document);
  const names = users.map(({ name }) => name);
  for (const [at, { user }] of tasks.entries()) {
    if (user === undefined || names.includes(user)) continue;
    const what = `tasks[${at}].user is '${user}', expected one of policyServer.users`;
    const next = names.length === 0 ? 'list it there' : didYouMean(user, names);
    throw inputError(placeOf(source, ['tasks', at, 'user']), `${what}; ${next}`);
  }
  const time = (key: 'start' | 'replaceAt' | 'diesAt' | 'period', least: number): number | null => {
    const given = policyServer[key];
    return given === undefined ? null : ticksOf(source, given, clock, ['policyServer', key], least);
  };
  const start = time('start', 0) ?? 0;
  const replaceAt = time('replaceAt', 1);
  const diesAt = time('diesAt', 1);
  for (const [key, at] of [
    ['replaceAt', replaceAt],
    ['diesAt', diesAt],
  ] as const) {
    if (at === null || at > start) continue;
    const what = `policyServer.${key} is not after policyServer.start, expected a later moment`;
    throw inputError(placeOf(source, ['policyServer', key]), `${what}; raise it`);
  }
  const { successor } = policyServer;
  if (replaceAt !== null && successor === undefined) {
    const what = 'policyServer.replaceAt names a moment, expected a policyServer.successor too';
    throw inputError(placeOf(source, ['policyServer', 'replaceAt']), `${what}; add one`);
  }
  return {
    start,
    replaceAt,
    diesAt,
    period: time('period', 1) ?? (clock === 'ns' ? 1_000_000 : 10_000),
    users,
    successor:
      successor === undefined ? null : { users: checkSuccessor(source, users, successor.users) },
  };
}

/** Only a swap server over layers keeps quotas. */
function requireLayers(source: Source, { policyServer, swap }: ScenarioDocument): void {
  if (swap !== undefined || policyServer === undefined) return;
  const { users, successor } = policyServer;
  for (const [path, given] of [
    [['policyServer', 'users'], users],
    [['policyServer', 'successor', 'users'], successor?.users ?? []],
  ] as const) {
    const at = given.findIndex((user) => user.swap !== undefined);
    if (at < 0) continue;
    const place = [...path, at, 'swap'];
    const what = `${pathText(place)} is a quota of swap in layers, expected a key swap`;
    throw inputError(placeOf(source, place), `${what}; add one or remove it`);
  }
}

function checkUsers(source: Source, users: readonly PolicyUser[], path: Path): PolicyUser[] {
  for (const [at, { name }] of users.entries()) {
    if (users.findIndex((user) => user.name === name) === at) continue;
    const where = pathText([...path, at, 'name']);
    const what = `${where} is '${name}' again, expected a name of its own`;
    throw inputError(placeOf(source, [...path, at, 'name']), `${what}; rename one`);
  }
  return users.map((user) => ({ ...user }));
}

/** The successor's users are the same, in the same order, with quotas of its own. */
function checkSuccessor(
  source: Source,
  users: readonly PolicyUser[],
  given: readonly PolicyUser[],
): PolicyUser[] {
  const path: Path = ['policyServer', 'successor', 'users'];
  const quotas = checkUsers(source, given, path);
  const names = users.map(({ name }) => name);
  for (const [at, { name }] of quotas.entries()) {
    if (names.includes(name)) continue;
    const what = `${pathText([...path, at, 'name'])} is '${name}', expected a user of policyServer`;
    throw inputError(placeOf(source, [...path, at, 'name']), `${what}; list it there too`);
  }
  return users.map((user) => quotas.find(({ name }) => name === user.name) ?? { name: user.name });
}

function requireNoUsers(source: Source, { tasks }: ScenarioDocument): void {
  for (const [at, task] of tasks.entries())
    for (const key of ['user', 'weight', 'priority', 'adapts'] as const) {
      if (task[key] === undefined) continue;
      const what = `tasks[${at}].${key} is for a policy server, expected a policyServer`;
      throw inputError(placeOf(source, ['tasks', at, key]), `${what}; add one or remove it`);
    }
}
