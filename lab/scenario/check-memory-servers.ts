/** Checking memory servers behind one another, and which of them each task deals with. */

import { inputError } from './input-error.ts';
import type { ScenarioDocument } from './schema.ts';
import { type Path, placeOf, type Source } from './source.ts';

/** Arbiters that look at frames of all clients: a server behind another would hide some of them. */
const ARBITERS_ALONE = ['lru-sp'];

/** Throws InputError with the place of what is wrong. */
export function checkMemoryServers(
  source: Source,
  { memoryServers, tasks, terms, disk }: ScenarioDocument,
): ScenarioDocument['memoryServers'] {
  const { depth } = memoryServers;
  const no = (path: Path, what: string) => inputError(placeOf(source, path), what);
  if (depth > 1 && ARBITERS_ALONE.includes(terms.arbiter))
    throw no(
      ['terms', 'arbiter'],
      `terms.arbiter ${terms.arbiter} orders all frames of the machine, expected ` +
        'memoryServers.depth of 1 beside it; name another arbiter',
    );
  for (const [at, task] of tasks.entries()) {
    if (/^memory(-\d+)?$/.test(task.name) && depth > 1)
      throw no(
        ['tasks', at, 'name'],
        `tasks[${at}].name is '${task.name}', expected no name of a memory server; rename it`,
      );
    const level = task.memoryServer;
    if (level === undefined || level === depth) continue;
    const path: Path = ['tasks', at, 'memoryServer'];
    if (level > depth)
      throw no(
        path,
        `tasks[${at}].memoryServer is ${level}, expected one of the ${depth} there are; ` +
          'raise memoryServers.depth',
      );
    const other = disk === undefined ? otherServers(task) : 'a disk server';
    if (other !== null)
      throw no(
        path,
        `tasks[${at}].memoryServer is ${level} and it has ${other}, expected the deepest, ` +
          `${depth}; remove one`,
      );
  }
  return memoryServers;
}

/** What has a task deal with servers that know the deepest memory server alone. */
function otherServers({
  reads,
  contract,
  adapts,
  user,
}: ScenarioDocument['tasks'][number]): string | null {
  if (reads !== undefined) return 'reads';
  if (contract.from !== undefined || contract.with !== undefined) return 'a part of a contract';
  if (contract.guaranteed === undefined) return 'no contract.guaranteed';
  return adapts === true || user !== undefined ? 'a policy server' : null;
}
