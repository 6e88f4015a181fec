/** Fields of a message in the order of its schema, and the words that carry them. */

import type { z } from 'zod';
import { messageName, messages, TIME_MAX } from '../../contracts/messages.ts';
import type { Words } from '../../contracts/validator.ts';

type Carrier = keyof Omit<Words, 'op'>;

/** The words that carry `fields` of a message `op`; of an op that is none, as they come. */
export function carried(op: number, fields: readonly number[]): Omit<Words, 'op'> {
  const words = { w0: 0, w1: 0, w2: 0, w3: 0, time: 0 };
  carriersOf(op).forEach((carrier, i) => {
    if (i < fields.length) words[carrier] = fields[i] as number;
  });
  return words;
}

/** Five words of a message: its fields in order, then the rest. */
export function inOrder(message: Words): number[] {
  return carriersOf(message.op).map((carrier) => message[carrier]);
}

function carriersOf(op: number): Carrier[] {
  const name = messageName(op);
  const shape: Record<string, z.ZodNumber> = name === undefined ? {} : messages[name].shape;
  const small: Carrier[] = ['w0', 'w1', 'w2', 'w3'];
  const order = Object.values(shape).map(({ maxValue }) =>
    maxValue === TIME_MAX ? 'time' : (small.shift() as Carrier),
  );
  return order.includes('time') ? [...order, ...small] : [...order, ...small, 'time'];
}
