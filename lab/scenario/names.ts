/** Names that must be known: of parts, managements, bounds. */

import { inputError } from './input-error.ts';
import type { BoundName, ManagementName } from './scenario.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';

/** Those of `known` that are asked for, each once, in the order of `known`. */
export function namesOf<Name extends ManagementName | BoundName>(
  source: Source,
  asked: readonly string[],
  known: readonly Name[],
  key: string,
): Name[] {
  for (const [at, name] of asked.entries()) {
    requireName(source, [key, at], name, known, key.slice(0, -1));
    if (asked.indexOf(name) === at) continue;
    const place = placeOf(source, [key, at]);
    throw inputError(place, `${key} lists ${name} twice, expected each once; remove one`);
  }
  return known.filter((name) => asked.includes(name));
}

/** Refuses a name that is not among `known`, with a suggestion. */
export function requireName(
  source: Source,
  path: Path,
  name: string,
  known: readonly string[],
  noun: string,
): void {
  if (known.includes(name)) return;
  const what = `${pathText(path)} is '${name}', expected a ${noun} that exists`;
  throw inputError(placeOf(source, path), `${what}; ${didYouMean(name, known)}`);
}
