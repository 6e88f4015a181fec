/**
 * Validator of messages on the fault path, derived from the same zod schemas
 * (contracts/messages.ts) and tested equal to them: per word of each op, the least and the greatest
 * integer allowed.
 */

import { z } from 'zod';
import { FIRST_OP, type MessageName, messages } from './messages.ts';

const WORDS = 5;
const names = Object.keys(messages) as MessageName[];
const least = new Float64Array(names.length * WORDS);
const greatest = new Float64Array(names.length * WORDS).fill(Number.POSITIVE_INFINITY);
const fields = new Uint8Array(names.length);

interface IntegerSchema {
  readonly minimum: number;
  readonly maximum: number;
}

for (const [index, name] of names.entries()) {
  const json = z.toJSONSchema(messages[name]) as { properties: Record<string, IntegerSchema> };
  const bounds = Object.values(json.properties);
  fields[index] = bounds.length;
  for (const [word, { minimum, maximum }] of bounds.entries()) {
    least[index * WORDS + word] = minimum;
    greatest[index * WORDS + word] = maximum;
  }
}

/** Words as the nucleus carries them. */
export interface Words {
  readonly op: number;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly w4: number;
}

/** True exactly when the message's zod schema accepts the words as its fields in order. */
export function isValid(message: Words): boolean {
  const index = message.op - FIRST_OP;
  if (!(index >= 0 && index < names.length)) return false;
  const count = fields[index] as number;
  const at = index * WORDS;
  return (
    inBounds(message.w0, at) &&
    (count < 2 || inBounds(message.w1, at + 1)) &&
    (count < 3 || inBounds(message.w2, at + 2)) &&
    (count < 4 || inBounds(message.w3, at + 3)) &&
    (count < 5 || inBounds(message.w4, at + 4))
  );
}

function inBounds(word: number, at: number): boolean {
  return (
    word >= (least[at] as number) && word <= (greatest[at] as number) && Math.floor(word) === word
  );
}
