import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CAUSES,
  FIRST_OP,
  type MessageName,
  messageName,
  messages,
  OP,
} from '../../contracts/messages.ts';
import * as refusals from '../../contracts/refusals.ts';
import { penalties, termsSchema } from '../../contracts/terms.ts';
import { isValid } from '../../contracts/validator.ts';
import { carried } from '../support/words.ts';

const names = Object.keys(messages) as MessageName[];

/** What zod says of the words, taken as the fields in order. */
function zodSays(name: MessageName, words: readonly number[]): boolean {
  const schema = messages[name];
  const fields = Object.keys(schema.shape);
  return schema.safeParse(Object.fromEntries(fields.map((field, i) => [field, words[i]]))).success;
}

function derived(op: number, words: readonly number[]): boolean {
  return isValid({ op, ...carried(op, words) });
}

/** Values at, beside and far from every bound of every field. */
const edges = [0, 1, 2, 3, 9, 10, 11, 31, 32, 255, 256, 1022, 1023, 1024];
const far = [2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e300];
const odd = [-1, -0, 0.5, 1.5, -0.5, Number.NaN, Number.POSITIVE_INFINITY, -2];
const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...edges, ...far, ...odd) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 2 ** 25 }) },
  { weight: 1, arbitrary: fc.double() },
);

test('[MEM7] the derived validator says what the zod schema says, for every message', () => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.array(word, { minLength: 5, maxLength: 5 }),
      fc.nat(4),
      (name, words, likely) => {
        // Most words in bounds, else nearly every message would be refused for its first.
        const tame = words.map((value, i) => (i === likely ? value : Math.abs(value) < 2 ? 1 : 0));
        for (const candidate of [words, tame]) {
          const says = zodSays(name, candidate);
          if (says) accepted++;
          else refused++;
          expect(derived(OP[name], candidate), `${name} ${candidate}`).toBe(says);
        }
      },
    ),
    { seed: 107, numRuns: 8000 },
  );
  expect(Math.min(accepted, refused)).toBeGreaterThan(2000);
});

test('[MEM7] each field of each message is bounded: missing, huge, negative, fractional', () => {
  for (const name of names) {
    const fields = Object.keys(messages[name].shape).length;
    for (let at = 0; at < fields; at++)
      for (const wrong of [2 ** 60, -2, 0.5, Number.NaN, undefined as unknown as number]) {
        const words = Array.from({ length: fields }, (_, i) => (i === at ? wrong : 0));
        if (wrong !== undefined) expect(derived(OP[name], words), `${name} ${at}`).toBe(false);
        expect(zodSays(name, words), `${name} ${at}`).toBe(false);
      }
  }
});

test('[MEM7] op numbers of no message are refused', () => {
  for (const op of [-1, 0, 5, 15, FIRST_OP + names.length, 16.5, Number.NaN])
    expect(derived(op, [0, 0, 0, 0, 0])).toBe(false);
});

test('a message keeps its op number: append, never reorder', () => {
  expect(OP.contract).toBe(16);
  expect(OP.allocate).toBe(18);
  expect(OP.notice).toBe(28);
  expect(OP.swapped).toBe(36);
  for (const name of names) expect(messageName(OP[name])).toBe(name);
  expect(messageName(FIRST_OP - 1)).toBeUndefined();
});

test('every reason and every cause has its words', () => {
  const reasons = Object.values(refusals).filter((value) => typeof value === 'number');
  expect(reasons.toSorted((a, b) => a - b)).toEqual(reasons.map((_, i) => i));
  expect(refusals.refusalTexts).toHaveLength(reasons.length);
  expect(new Set(refusals.refusalTexts).size).toBe(reasons.length);
  expect(CAUSES).toHaveLength(4);
});

test('terms: graces are needed and positive, the rest has defaults', () => {
  const parsed = termsSchema.parse({ graceExtra: 1, graceShrink: 2 });
  expect(parsed).toMatchObject({ term: 0, penalty: 'repossess', arbiter: 'excess' });
  expect(parsed).toMatchObject({ karmaBad: 8, karmaWindow: 1000 });
  expect(penalties).toContain(parsed.penalty);
  for (const bad of [
    {},
    { graceExtra: 0, graceShrink: 1 },
    { graceExtra: 1, graceShrink: 1.5 },
    { graceExtra: 1, graceShrink: 1, penalty: 'fine' },
    { graceExtra: 1, graceShrink: 1, tax: 3 },
  ])
    expect(termsSchema.safeParse(bad).success).toBe(false);
});
