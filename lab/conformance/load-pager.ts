/** Loads a pager: one of the house by its name, or a file of the user's own. A host file. */

import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { badPagers, goodPagers } from '../../servers/central/mach/emmi/pagers/index.ts';
import { inputError } from '../scenario/input-error.ts';
import { defaultExportOf } from '../users-module.ts';

const guide = 'see docs/external-pagers.md';

/** Throws InputError where there is no pager. */
export async function loadPager(given: string): Promise<PagerModule> {
  const house = [...goodPagers, ...badPagers];
  const found = house.find(({ name }) => name === given);
  if (found !== undefined) return found;
  const names = house.map(({ name }) => name).join(', ');
  const what = `pager ${given}`;
  const expected = `a file or one of ${names}`;
  const loaded = await defaultExportOf({ what, file: given, guide, expected });
  const wrong = wrongWith(loaded);
  if (wrong !== undefined) throw inputError(what, `${wrong}; ${guide}`);
  return loaded as PagerModule;
}

function wrongWith(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object')
    return 'has no default export that is an object, expected a pager';
  const pager = value as Record<string, unknown>;
  if (typeof pager.name !== 'string' || pager.name === '') return 'has no name, expected a text';
  for (const method of ['create', 'hear'])
    if (typeof pager[method] !== 'function') return `has no ${method}(), expected a function`;
  if (pager.names !== undefined && pager.names !== '1987')
    return `has names ${String(pager.names)}, expected 1987 or nothing`;
  return undefined;
}
