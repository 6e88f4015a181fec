/**
 * Message fields: the words of a message by the names that its schema gives them. For whoever shows
 * messages to people; receivers read the words. What has no schema (a message of the nucleus, an op
 * that nobody knows) keeps the names of its words.
 */

import { z } from 'zod';
import { type MessageName, messageName, messages, TIME_MAX } from './messages.ts';
import type { Words } from './validator.ts';

interface Field {
  readonly name: string;
  readonly isTime: boolean;
}

const fieldsOfName = Object.fromEntries(
  Object.entries(messages).map(([name, schema]) => {
    const { properties } = z.toJSONSchema(schema) as {
      properties: Record<string, { maximum: number }>;
    };
    const fields = Object.entries(properties).map(
      ([field, { maximum }]): Field => ({ name: field, isTime: maximum === TIME_MAX }),
    );
    return [name, fields];
  }),
);

/** Name of the op: of its schema, else `#77`. */
export function opName(op: number): string {
  return messageName(op) ?? `#${op}`;
}

/** The message's fields by name, in the order of its schema. */
export function fieldsOf(message: Words): Record<string, number> {
  const name = messageName(message.op);
  const { w0, w1, w2, w3, time } = message;
  if (name === undefined) return { w0, w1, w2, w3, time };
  const words = [w0, w1, w2, w3];
  const named: Record<string, number> = {};
  let next = 0;
  for (const field of fieldsOfName[name] as Field[])
    named[field.name] = field.isTime ? time : (words[next++] as number);
  return named;
}

/** The words that carry fields given by name; a field that is not given is 0. */
export function wordsOf(
  name: MessageName,
  given: Readonly<Record<string, number>>,
): Omit<Words, 'op'> {
  const words = [0, 0, 0, 0];
  let time = 0;
  let next = 0;
  for (const field of fieldsOfName[name] as Field[]) {
    const value = given[field.name] ?? 0;
    if (field.isTime) time = value;
    else words[next++] = value;
  }
  const [w0, w1, w2, w3] = words as [number, number, number, number];
  return { w0, w1, w2, w3, time };
}

/** Names of the fields of a message, in order. */
export function fieldNames(name: MessageName): string[] {
  return (fieldsOfName[name] as Field[]).map((field) => field.name);
}
