/**
 * Choices: a list of policies as text: `lru,clock,working-set:tau=5000,./mine.ts`. A policy of the house
 * by name, one of a user's own as a file, with parameters behind colons.
 */

import { resolve } from 'node:path';
import { findPolicy, policies } from '../../clients/policies/index.ts';
import type { Pool } from '../compare/pool.ts';
import { inputError } from '../scenario/input-error.ts';
import { isPolicyFile, requireParameters } from '../scenario/policy-names.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { didYouMean } from '../scenario/suggest.ts';

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** In the order of the list. Throws InputError that names `place`. */
export async function choicesOf(text: string, place: string, pool: Pool): Promise<PolicyChoice[]> {
  return Promise.all(text.split(',').map((part) => choiceOf(part.trim(), place, pool)));
}

async function choiceOf(text: string, place: string, pool: Pool): Promise<PolicyChoice> {
  const [, name, settings] = /^(.*?)((?::[\w-]+=[^:]*)*)$/.exec(text) as RegExpExecArray;
  const parameters = parametersOf(settings, place);
  const at = (key: string) => ({ place, where: `parameter ${key}` });
  if (isPolicyFile(name)) {
    const file = resolve(name);
    const facts = await pool.run({ kind: 'inspect', file }, `loading ${name}`);
    requireParameters(facts.name, facts.parameters, parameters, at);
    return { name: facts.name, file, parameters };
  }
  const policy = findPolicy(name);
  if (policy === undefined) {
    const next = didYouMean(name, Object.keys(policies));
    throw inputError(place, `is '${name}', expected a policy or a file like ./mine.ts; ${next}`);
  }
  requireParameters(name, policy.parameters ?? {}, parameters, at);
  return { name, file: null, parameters };
}

function parametersOf(settings: string, place: string): Record<string, number> {
  const parameters: Record<string, number> = {};
  for (const setting of settings.split(':').slice(1)) {
    const [key, value] = setting.split('=') as [string, string];
    if (!NUMBER.test(value))
      throw inputError(place, `${key} is '${value}', expected a number; correct it`);
    parameters[key] = Number(value);
  }
  return parameters;
}

/** The choice as one would type it. */
export function policyText({ name, parameters }: PolicyChoice): string {
  return [name, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(':');
}
