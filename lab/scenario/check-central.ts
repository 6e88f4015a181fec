/** Checking the settings of central managements: known rows, settings they have, tasks there are. */

import { z } from 'zod';
import type { CentralManagement } from '../../contracts/central-management.ts';
import type { ParameterRange, ParameterRanges } from '../../contracts/policy.ts';
import type { CentralParts } from '../run/cell-options.ts';
import { type CentralName, centralNames, centrals } from '../run/centrals.ts';
import { inputError } from './input-error.ts';
import { requireInRange } from './parameters.ts';
import type { ScenarioDocument } from './schema.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { name } from './value-schemas.ts';

const settingsSchema = z.record(z.string(), z.number());

/** Of every management that is called once a period, of the clock of terms. */
const PERIOD: ParameterRange = {
  least: 1,
  most: 1e15,
  whole: true,
  means: 'nanoseconds, or references, between two calls',
};

/** Where the parts of a central management live; as they stand here they are servers. */
export const centralSchema = z.strictObject({
  /** one: pager, memory server and swap server are one kernel, and speak for free. */
  kernel: z.enum(['servers', 'one']).default('servers'),
  /** Mach's default pager: a server, or part of the kernel. */
  defaultPager: z.enum(['server', 'kernel']).default('server'),
  /** The pager: entered by the trap of a fault, or a task that is sent each fault. */
  pager: z.enum(['kernel', 'server']).default('kernel'),
  /** Settings by management: of all of it, and of single tasks. */
  parameters: z.record(z.string(), settingsSchema).optional(),
  tasks: z.record(z.string(), z.record(name, settingsSchema)).optional(),
});

/** The key `central` of a scenario. Throws InputError with the place of what is wrong. */
export function checkCentral(source: Source, { central, tasks }: ScenarioDocument): CentralParts {
  const { parameters, tasks: single, ...parts } = central;
  const names = tasks.map((task) => task.name);
  for (const [row, settings] of Object.entries(parameters ?? {})) {
    const path = ['central', 'parameters', row];
    const { parameters: own, ranges = {}, period } = managementOf(source, path, row);
    const known = [...Object.keys(own ?? {}), ...(period === undefined ? [] : ['period'])];
    requireKeys(source, path, settings, known, `a setting of ${row}`);
    requireRanges(source, path, settings, { ...ranges, period: PERIOD });
  }
  for (const [row, byTask] of Object.entries(single ?? {})) {
    const path = ['central', 'tasks', row];
    const { taskParameters = {}, taskRanges = {} } = managementOf(source, path, row);
    const known = Object.keys(taskParameters);
    requireKeys(source, path, byTask, names, 'a task');
    for (const [task, settings] of Object.entries(byTask)) {
      requireKeys(source, [...path, task], settings, known, `a setting of ${row} for one task`);
      requireRanges(source, [...path, task], settings, taskRanges);
    }
  }
  return {
    ...parts,
    ...(parameters !== undefined && { parameters }),
    ...(single !== undefined && { tasks: single }),
  };
}

function requireRanges(
  source: Source,
  path: Path,
  settings: Readonly<Record<string, number>>,
  ranges: ParameterRanges,
): void {
  for (const [key, value] of Object.entries(settings)) {
    const at = [...path, key];
    requireInRange(ranges[key], value, placeOf(source, at), pathText(at));
  }
}

function managementOf(source: Source, path: Path, row: string): CentralManagement {
  requireKeys(source, path.slice(0, -1), { [row]: 0 }, centralNames, 'a central management');
  return centrals[row as CentralName];
}

function requireKeys(
  source: Source,
  path: Path,
  keys: Readonly<Record<string, unknown>>,
  known: readonly string[],
  noun: string,
): void {
  for (const key of Object.keys(keys)) {
    if (known.includes(key)) continue;
    const hint = known.length === 0 ? 'there is none; remove it' : didYouMean(key, known);
    throw inputError(
      placeOf(source, [...path, key]),
      `${pathText(path)} names '${key}', expected ${noun}; ${hint}`,
    );
  }
}
