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

/** In the order of the list, each once. Throws InputError that names `place`. */
export async function choicesOf(text: string, place: string, pool: Pool): Promise<PolicyChoice[]> {
  return Promise.all(
    askedIn(text, place).map((asked) => ('file' in asked ? asked : ofFile(asked, place, pool))),
  );
}

/** Refuses what choicesOf refuses of the list itself: before a trace is read for it. */
export function requireChoices(text: string, place: string): void {
  askedIn(text, place);
}

interface AskedFile {
  readonly path: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** Those of the house as they are; of a user's own, the file that is to be looked into. */
function askedIn(text: string, place: string): (PolicyChoice | AskedFile)[] {
  const parts = text.split(',').map((part) => part.trim());
  const asked = parts.map((part) => askedAs(part, place));
  const doubled = parts.find((part, at) => parts.indexOf(part) < at);
  if (doubled === undefined) return asked;
  throw inputError(place, `has '${doubled}' twice, expected each once; leave one out`);
}

function askedAs(text: string, place: string): PolicyChoice | AskedFile {
  const { name, parameters } = policyOfText(text, place);
  if (isPolicyFile(name)) return { path: name, parameters };
  const policy = findPolicy(name);
  if (policy === undefined) {
    const next = didYouMean(name, Object.keys(policies));
    throw inputError(place, `is '${name}', expected a policy or a file like ./mine.ts; ${next}`);
  }
  const { parameters: known = {}, ranges = {} } = policy;
  requireParameters(name, { parameters: known, ranges }, parameters, wherein(place));
  return { name, file: null, parameters };
}

async function ofFile({ path, parameters }: AskedFile, place: string, pool: Pool) {
  const file = resolve(path);
  const facts = await pool.run({ kind: 'inspect', file }, `loading ${path}`);
  requireParameters(facts.name, facts, parameters, wherein(place));
  return { name: facts.name, file, parameters };
}

function wherein(place: string) {
  return (key: string) => ({ place, where: `parameter ${key}` });
}

/** The choice as one would type it. */
export function policyText({ name, parameters }: PolicyChoice): string {
  return [name, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(':');
}
