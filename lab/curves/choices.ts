/**
 * Choices: a list of policies as text: `lru,clock,working-set:tau=5000,./mine.ts`. A policy of the house
 * by name, one of a user's own as a file, with parameters behind colons.
 */

import { resolve } from 'node:path';
import { findPolicy, policies } from '../../clients/policies/index.ts';
import type { Pool } from '../compare/pool.ts';
import { inputError } from '../scenario/input-error.ts';
import { requireParameters } from '../scenario/parameters.ts';
import { isPolicyFile, policyOfText } from '../scenario/policy-names.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { didYouMean } from '../scenario/suggest.ts';

/** In the order of the list. Throws InputError that names `place`. */
export async function choicesOf(text: string, place: string, pool: Pool): Promise<PolicyChoice[]> {
  return Promise.all(text.split(',').map((part) => choiceOf(part.trim(), place, pool)));
}

async function choiceOf(text: string, place: string, pool: Pool): Promise<PolicyChoice> {
  const { name, parameters } = policyOfText(text, place);
  const at = (key: string) => ({ place, where: `parameter ${key}` });
  if (isPolicyFile(name)) {
    const file = resolve(name);
    const facts = await pool.run({ kind: 'inspect', file }, `loading ${name}`);
    requireParameters(facts.name, facts, parameters, at);
    return { name: facts.name, file, parameters };
  }
  const policy = findPolicy(name);
  if (policy === undefined) {
    const next = didYouMean(name, Object.keys(policies));
    throw inputError(place, `is '${name}', expected a policy or a file like ./mine.ts; ${next}`);
  }
  const { parameters: known = {}, ranges = {} } = policy;
  requireParameters(name, { parameters: known, ranges }, parameters, at);
  return { name, file: null, parameters };
}

/** The choice as one would type it. */
export function policyText({ name, parameters }: PolicyChoice): string {
  return [name, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(':');
}
