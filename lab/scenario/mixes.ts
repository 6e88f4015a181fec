/**
 * Mixes: several workloads in one scenario file, each a scenario of its own. What stands beside
 * `mixes` holds for all of them; what a mix says goes before it, key by key (keys of `machine` one by
 * one).
 *
 *   machine: { costs: modern-nvme }
 *   mixes:
 *     - { name: loop, what: a loop beside a locality, machine: { frames: 400 }, tasks: [...] }
 */

import { z } from 'zod';
import { inputError } from './input-error.ts';
import { parseBy } from './issues.ts';
import { placeOf, type Source } from './source.ts';
import { name } from './value-schemas.ts';

export interface Mix {
  readonly name: string;
  /** In words, for the table. */
  readonly what: string;
  readonly source: Source;
}

const MIXES_MAX = 32;

const mixesSchema = z.looseObject({
  name,
  machine: z.looseObject({}).optional(),
  mixes: z
    .array(
      z.looseObject({
        name,
        what: z.string().min(1).max(200),
        machine: z.looseObject({}).optional(),
      }),
    )
    .min(1)
    .max(MIXES_MAX),
});

/** The mixes of a file, as scenarios that `checkScenario` has still to read; null: it has none. */
export function mixesOf(source: Source): Mix[] | null {
  const { value } = source;
  if (value === null || typeof value !== 'object' || !('mixes' in value)) return null;
  const { mixes, ...common } = parseBy(mixesSchema, source);
  const names = mixes.map((mix) => mix.name);
  const twice = names.findIndex((one, at) => names.indexOf(one) !== at);
  if (twice >= 0) {
    const what = `mixes[${twice}].name is '${names[twice]}' again, expected a name of its own`;
    throw inputError(placeOf(source, ['mixes', twice, 'name']), `${what}; change it`);
  }
  return mixes.map(({ what, ...mix }, at) => ({
    name: mix.name,
    what,
    source: {
      ...source,
      value: { ...common, ...mix, machine: { ...common.machine, ...mix.machine } },
      within: ['mixes', at],
    },
  }));
}
