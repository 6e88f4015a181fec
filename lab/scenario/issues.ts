/**
 * Issues: what zod found wrong with a scenario, as one line with the place in the file.
 *
 * Of several issues one is told, a misspelt key before what is missing because of it.
 */

import { z } from 'zod';
import { type InputError, inputError } from './input-error.ts';
import { type Path, pathText, placeOf, placeOfKey, type Source } from './source.ts';
import { nearestName } from './suggest.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** Parses the source by the schema. Throws InputError for the first issue. */
export function parseBy<Schema extends z.ZodType>(schema: Schema, source: Source): z.infer<Schema> {
  const result = schema.safeParse(source.value, { error: describe });
  if (result.success) return result.data;
  throw firstError(source, result.error.issues);
}

function firstError(source: Source, issues: readonly Issue[]): InputError {
  const flat = issues.map((one) => deepest(one, []));
  const issue = flat.find((one) => one.code === 'unrecognized_keys') ?? flat[0];
  const unknown = issue.code === 'unrecognized_keys';
  const path = unknown ? [...issue.path, issue.keys[0]] : issue.path;
  const place = unknown ? placeOfKey(source, path) : placeOf(source, path);
  const where = path.length === 0 ? '' : `${pathText(path)} `;
  return inputError(place, `${where}${issue.message}`);
}

type FlatIssue = Issue & { path: Path };

/** Of a union the branch that the input was meant for: the one that got furthest into it. */
function deepest(issue: Issue, prefix: Path): FlatIssue {
  const path = [...prefix, ...(issue.path as (string | number)[])];
  if (issue.code === 'invalid_union' && 'errors' in issue && issue.errors.length > 0) {
    const branches = issue.errors.map((branch) => branch[0]);
    const meant = branches.find(
      (branch) => branch.path.length > 0 || branch.code === 'unrecognized_keys',
    );
    const sameType = branches.find((branch) => branch.code !== 'invalid_type');
    const found = meant ?? (sameType?.code === 'invalid_value' ? undefined : sameType);
    if (found) return deepest(found, path);
  }
  return { ...issue, path } as FlatIssue;
}

/** The message of one issue, from `is` on; its place and path are put before it. */
function describe(issue: RawIssue): string | undefined {
  const given = shown(issue.input);
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `is missing, expected ${kindOf(issue)}; add it`;
      return `is ${given}, expected ${kindOf(issue)}; correct it`;
    case 'unrecognized_keys':
      return unknownKey(issue);
    case 'invalid_value': {
      const values = issue.values.map(String);
      const asked = typeof issue.input === 'string' ? nearestName(issue.input, values) : undefined;
      const next = asked === undefined ? 'correct it' : `did you mean '${asked}'?`;
      if (issue.input === undefined) return `is missing, expected ${values.join(', ')}; add it`;
      return `is ${given}, expected ${values.join(', ')}; ${next}`;
    }
    case 'too_small':
      if (issue.origin === 'array' || issue.origin === 'string')
        return `is too short, expected at least ${issue.minimum} of it; add more`;
      return `is ${given}, expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}; correct it`;
    case 'too_big':
      if (issue.origin === 'array' || issue.origin === 'string')
        return `is too long, expected at most ${issue.maximum}; shorten it`;
      return `is ${given}, expected at most ${issue.maximum}; correct it`;
    case 'not_multiple_of':
      return `is ${given}, expected a multiple of ${issue.divisor}; correct it`;
    case 'invalid_union':
      return unionText(issue, given);
    case 'invalid_format':
      return `is ${given}, expected frames (400) or a share of memory ("25%"); correct it`;
    default:
      return undefined;
  }
}

function unknownKey(issue: RawIssue & { keys?: unknown }): string {
  const asked = String((issue.keys as string[])[0]);
  const allowed = Object.keys((issue.inst as unknown as { shape?: object }).shape ?? {});
  const nearest = nearestName(asked, allowed);
  const next = nearest === undefined ? 'remove it' : `did you mean '${nearest}'?`;
  return `is unknown, expected one of ${allowed.join(', ')}; ${next}`;
}

function unionText(issue: RawIssue, given: string): string {
  const { discriminator, inst } = issue as RawIssue & { discriminator?: string };
  const options = (inst as unknown as { options?: z.ZodType[] } | undefined)?.options ?? [];
  if (discriminator !== undefined) {
    const kinds = options.flatMap((option) => {
      const literal = (option as unknown as z.ZodObject).shape[discriminator];
      return [...(literal as z.ZodLiteral<string>).values];
    });
    const asked = (issue.input as Record<string, unknown> | undefined)?.[discriminator];
    const nearest = nearestName(String(asked), kinds);
    const next = nearest === undefined ? 'correct it' : `did you mean '${nearest}'?`;
    return `is ${shown(asked)}, expected ${kinds.join(', ')}; ${next}`;
  }
  const expected = [...new Set(options.map((option) => shapeText(option)))];
  if (issue.input === undefined) return `is missing, expected ${expected.join(' or ')}; add it`;
  return `is ${given}, expected ${expected.join(' or ')}; correct it`;
}

/** What a schema accepts, in a few words. */
function shapeText(schema: z.ZodType): string {
  if (schema instanceof z.ZodObject) return `{ ${Object.keys(schema.shape).join(', ')} }`;
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String).join(', ');
  if (schema instanceof z.ZodArray) return 'a list';
  if (schema instanceof z.ZodTuple) return 'a pair [from, to]';
  if (schema instanceof z.ZodString) return 'a text';
  return 'a whole number';
}

function kindOf(issue: RawIssue): string {
  const { expected } = issue as RawIssue & { expected?: string };
  switch (expected) {
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'string':
      return 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
    case 'tuple':
      return 'a list';
    case 'object':
      return 'a mapping of keys to values';
    default:
      return String(expected);
  }
}

/** A value as a message quotes it: short, on one line. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = typeof value === 'string' ? `'${value}'` : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
