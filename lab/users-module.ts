/** Users' modules: code of a user's own, a policy or a pager, loaded from a file. A host file. */

import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inputError } from './scenario/input-error.ts';

export interface UsersModule {
  /** As errors call it. */
  readonly what: string;
  readonly file: string;
  /** Where to look it up. */
  readonly guide: string;
  /** What would do: `a file`, ... */
  readonly expected?: string;
}

/** Its default export. Throws InputError where there is no module; what its code throws while it is loaded is told, too. */
export async function defaultExportOf(module: UsersModule): Promise<unknown> {
  const { what, file, guide, expected = 'a file' } = module;
  if (!existsSync(file))
    throw inputError(what, `does not exist, expected ${expected}; check the path`);
  if (statSync(file).isDirectory())
    throw inputError(what, `is a folder, expected ${expected}; check the path`);
  try {
    const loaded: { default?: unknown } = await import(pathToFileURL(resolve(file)).href);
    return loaded.default;
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const found = `cannot be loaded (${why.split('\n')[0]})`;
    throw inputError(what, `${found}, expected a module of erasable TypeScript; ${guide}`);
  }
}
