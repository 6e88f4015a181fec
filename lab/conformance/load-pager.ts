/** Loads a pager: one of the house by its name, or a file of the user's own. A host file. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { badPagers, goodPagers } from '../../servers/central/mach/emmi/pagers/index.ts';
import { inputError } from '../scenario/input-error.ts';

const guide = 'see docs/external-pagers.md';

/** Throws InputError where there is no pager. */
export async function loadPager(given: string): Promise<PagerModule> {
  const house = [...goodPagers, ...badPagers];
  const found = house.find(({ name }) => name === given);
  if (found !== undefined) return found;
  const names = house.map(({ name }) => name).join(', ');
  const what = `pager ${given}`;
  if (!existsSync(given))
    throw inputError(what, `does not exist, expected a file or one of ${names}; check the path`);
  let module: { default?: unknown };
  try {
    module = await import(pathToFileURL(resolve(given)).href);
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const first = why.split('\n')[0];
    throw inputError(
      what,
      `cannot be loaded (${first}), expected a module of erasable TypeScript; ${guide}`,
    );
  }
  const wrong = wrongWith(module.default);
  if (wrong !== undefined) throw inputError(what, `${wrong}; ${guide}`);
  return module.default as PagerModule;
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
