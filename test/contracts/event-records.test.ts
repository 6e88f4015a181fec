import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contractEventSchema } from '../../contracts/contract-records.ts';
import { eventRecordSchema } from '../../contracts/event-records.ts';
import { fieldsOf, opName } from '../../contracts/message-fields.ts';
import { type MessageName, messages, OP } from '../../contracts/messages.ts';
import { carried } from '../support/words.ts';

const names = Object.keys(messages) as MessageName[];

test('[MEM7] the fields of a message are those of its schema, by name and in order', () => {
  for (const name of names) {
    const keys = Object.keys(messages[name].shape);
    const words = fc.tuple(...keys.map(() => fc.integer({ min: 0, max: 1 })));
    fc.assert(
      fc.property(words, (given) => {
        const wanted = Object.fromEntries(keys.map((key, at) => [key, given[at]]));
        const fields = fieldsOf({ op: OP[name], ...carried(OP[name], given) });
        expect(fields).toEqual(wanted);
        expect(Object.keys(fields)).toEqual(keys);
      }),
      { seed: 11, numRuns: 20 },
    );
    expect(opName(OP[name])).toBe(name);
  }
});

test('what has no schema keeps its words', () => {
  expect(opName(250)).toBe('#250');
  const words = { w0: 1, w1: 2, w2: 3, w3: 4, time: 5 };
  expect(fieldsOf({ op: 250, ...words })).toEqual(words);
  expect(fieldsOf({ op: 4, ...words })).toEqual(words);
});

test('a record with a field too many, too few or of another type is none', () => {
  const grant = { kind: 'grant', at: 1, task: 'a', frames: 1, extra: false, waited: 0 };
  expect(contractEventSchema.parse(grant)).toEqual(grant);
  expect(eventRecordSchema.parse(grant)).toEqual(grant);
  for (const wrong of [
    { ...grant, more: 1 },
    { ...grant, frames: undefined },
    { ...grant, at: -1 },
    { ...grant, at: 0.5 },
    { ...grant, kind: 'grants' },
  ])
    expect(eventRecordSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
});
