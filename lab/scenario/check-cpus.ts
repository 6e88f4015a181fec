/** Checking several CPUs: what has an order of its own cannot be spread over them. */

import { inputError } from './input-error.ts';
import type { ScenarioDocument } from './schema.ts';
import { placeOf, type Source } from './source.ts';

/** Throws InputError where the scenario has several CPUs and orders references one by one. */
export function checkCpus(source: Source, document: ScenarioDocument): void {
  const { cpus } = document.machine;
  if (cpus === 1) return;
  const refused =
    document.schedule === 'lockstep'
      ? ['schedule', 'lockstep, which orders references one by one', 'slices']
      : document.clock === 'references'
        ? ['clock', 'references, of which each CPU makes its own', 'ns']
        : null;
  if (refused === null) return;
  const [key, is, expected] = refused as [string, string, string];
  throw inputError(
    placeOf(source, [key]),
    `machine.cpus is ${cpus} and ${key} is ${is}, expected ${key}: ${expected} on several CPUs; ` +
      `take one CPU, or ${key}: ${expected}`,
  );
}
