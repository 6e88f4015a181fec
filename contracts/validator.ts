/**
 * Validator of messages on the fault path, derived from the same zod schemas
 * (contracts/messages.ts) and tested equal to them: per word of each op, the least and the greatest
 * integer allowed.
 */

import { z } from 'zod';
import { FIRST_OP, type MessageName, messages, OP, TIME_MAX } from './messages.ts';

const WORDS = 4;
const names = Object.keys(messages) as MessageName[];
const count = names.length;
/** A power of two not below: no look-up then needs a check of its bounds. */
const ROOM = 1 << (32 - Math.clz32(count - 1));
const LAST_WORD = ROOM * WORDS - 1;
const least = new Int32Array(ROOM * WORDS);
const greatest = new Int32Array(ROOM * WORDS);
const fields = new Uint8Array(ROOM);
const hasTime = new Uint8Array(ROOM);

interface IntegerSchema {
  readonly minimum: number;
  readonly maximum: number;
}

for (const [index, name] of names.entries()) {
  const json = z.toJSONSchema(messages[name]) as { properties: Record<string, IntegerSchema> };
  for (const { minimum, maximum } of Object.values(json.properties)) {
    if (maximum === TIME_MAX) hasTime[index] = 1;
    else {
      const at = index * WORDS + (fields[index] as number);
      fields[index] = (fields[index] as number) + 1;
      least[at] = minimum;
      greatest[at] = maximum;
    }
  }
}

/** Words as the nucleus carries them. */
export interface Words {
  readonly op: number;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly time: number;
}

/** True exactly when the message's zod schema accepts the words as its fields. */
export function isValid(message: Words): boolean {
  const index = (message.op - FIRST_OP) & (ROOM - 1);
  if (index + FIRST_OP !== message.op || index >= count) return false;
  const words = fields[index] as number;
  const at = index * WORDS;
  // One test at a time: of a chain by && V8 would keep a value that may be no boolean.
  if (!inBounds(message.w0, at)) return false;
  if (words > 1 && !inBounds(message.w1, at + 1)) return false;
  if (words > 2 && !inBounds(message.w2, at + 2)) return false;
  if (words > 3 && !inBounds(message.w3, at + 3)) return false;
  return hasTime[index] === 0 || isTime(message.time);
}

/** A refusal is an answer, and gets none: two servers would refuse each other without end [MEM32]. */
export function isRefusal(message: Words): boolean {
  return message.op === OP.refused && isValid(message);
}

function inBounds(word: number, at: number): boolean {
  const place = at & LAST_WORD;
  return (
    word >= (least[place] as number) &&
    word <= (greatest[place] as number) &&
    Math.floor(word) === word
  );
}

function isTime(word: number): boolean {
  return word >= 0 && word <= TIME_MAX && Math.floor(word) === word;
}
