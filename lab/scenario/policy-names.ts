/** Policy names: what a text that names a policy may be: `lru`, `./mine.ts`, `working-set:tau=5000`. */

import { inputError } from './input-error.ts';

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A policy's name or file, with parameters behind colons. Throws InputError that names `place`. */
export function policyOfText(
  text: string,
  place: string,
): { name: string; parameters: Record<string, number> } {
  const [, name, settings] = /^(.*?)((?::[\w-]+=[^:]*)*)$/.exec(text) as RegExpExecArray;
  const parameters: Record<string, number> = {};
  for (const setting of settings.split(':').slice(1)) {
    const [key, value] = setting.split('=') as [string, string];
    if (!NUMBER.test(value))
      throw inputError(place, `${key} is '${value}', expected a number; correct it`);
    if (Object.hasOwn(parameters, key))
      throw inputError(place, `${key} is given twice, expected once; leave one out`);
    parameters[key] = Number(value);
  }
  return { name, parameters };
}

/** A file rather than a name: it has a folder or the ending of a module. */
export function isPolicyFile(name: string): boolean {
  return name.includes('/') || name.includes('\\') || /\.(ts|mts|js|mjs)$/.test(name);
}
