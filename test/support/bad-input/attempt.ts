/** Attempts of bad input: a message is said, and what comes of it is looked at. */

import { expect } from 'vitest';
import { type MessageName, messages, OP, TIME_MAX } from '../../../contracts/messages.ts';
import { isValid } from '../../../contracts/validator.ts';
import { newest } from '../../../nucleus/messages.ts';
import { checkBooks, type DeskOptions, type Heard, MEMORY, say } from '../desk.ts';
import { type FullDesk, fullDesk, hashAll } from './desk.ts';
import { LEGAL, type ReasonName, type Row, reasonName, reasonOf } from './row.ts';

const everyName = Object.keys(messages) as MessageName[];

/** A full desk on which what must have been said has been; all messages are watched from then on. */
export function prepared(given?: (desk: FullDesk) => void, options?: DeskOptions): FullDesk {
  const desk = fullDesk(options);
  given?.(desk);
  for (const inbox of desk.heard) inbox.length = 0;
  desk.kernel.tap = ({ state }) => {
    const sent = newest(state.queue);
    if (sent.from === MEMORY) expect(isValid(sent), `sent ${JSON.stringify(sent)}`).toBe(true);
  };
  return desk;
}

export type Attempt = readonly [words: readonly number[], what: string];

/** Says each; the only answers are that refusal, nobody else hears anything, all is as it was. */
export function expectRefused(
  desk: FullDesk,
  sender: number,
  name: MessageName,
  attempts: readonly Attempt[],
  reason: number,
): void {
  const before = hashAll(desk);
  for (const [words, what] of attempts) {
    const where = `${name}(${words.map(String).join(', ')}) of task ${sender}: ${what}`;
    const heard = say(desk, sender, name, words).map(short);
    expect(heard, where).toEqual([`refused ${name}: ${reasonName(reason)}`]);
  }
  const tried = attempts.map(([, what]) => what).join(', ');
  expect(hashAll(desk), `${name}, one of ${tried}: something has changed`).toBe(before);
  expect(desk.heard.flat(), name).toEqual([]);
}

export function short([name, , reason, op]: Heard): string {
  const of = everyName.find((one) => OP[one] === op);
  return name === 'refused' ? `refused ${of}: ${reasonName(reason as number)}` : name;
}

/** The message is served, or refused for the one reason. */
export function expectAnswer(
  desk: FullDesk,
  sender: number,
  name: MessageName,
  { words }: Row,
  answer: ReasonName | typeof LEGAL,
): void {
  if (answer !== LEGAL)
    return expectRefused(desk, sender, name, [[words(desk), 'its row']], reasonOf(answer));
  const refused = say(desk, sender, name, words(desk)).filter(([heard]) => heard === 'refused');
  expect(refused.map(short), name).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
}

/** What no field may hold, whatever its bounds. */
const nonsense: readonly unknown[] = [
  undefined,
  null,
  true,
  '1',
  [],
  {},
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0.5,
  -0.5,
  -1e-300,
  2 ** 31 + 0.5,
  2 ** 53,
  -(2 ** 31),
  Number.MAX_VALUE,
];

export function boundsOf(name: MessageName, field: string): { minValue: number; maxValue: number } {
  return messages[name].shape[field as never];
}

/** The same, and one beyond either bound. */
export function badValues(name: MessageName, field: string): unknown[] {
  const { minValue, maxValue } = boundsOf(name, field);
  const beyond = maxValue === TIME_MAX ? 2 ** 53 : maxValue + 1;
  return [...nonsense, minValue - 1, beyond];
}
