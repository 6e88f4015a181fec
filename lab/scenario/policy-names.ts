/** Policy names: what a text that names a policy, or a parameter of one, may be. */

import { inputError } from './input-error.ts';
import { didYouMean } from './suggest.ts';

/** Refuses parameters that the policy does not declare. */
export function requireParameters(
  policy: string,
  declared: Readonly<Record<string, number>>,
  given: Readonly<Record<string, number>>,
  at: (key: string) => { place: string; where: string },
): void {
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(declared, key)) continue;
    const { place, where } = at(key);
    const all = Object.keys(declared);
    const next = all.length === 0 ? 'it has none; remove it' : didYouMean(key, all);
    throw inputError(place, `${where} is unknown, expected a parameter of ${policy}; ${next}`);
  }
}

/** A file rather than a name: it has a folder or the ending of a module. */
export function isPolicyFile(name: string): boolean {
  return name.includes('/') || name.includes('\\') || /\.(ts|mts|js|mjs)$/.test(name);
}
