/**
 * Bad input, whole: every message of the memory server with every field out of its bounds, with
 * every wrong thing that a field can name, from a sender with no contract, after the contract's end,
 * from the dead; and each refusal that the specification lists. A refusal leaves all as it was.
 * The rows are in test/support/bad-input; a message that has none fails the first test.
 */

import { describe, expect, test } from 'vitest';
import { type MessageName, messages, OP, TIME_MAX } from '../../../contracts/messages.ts';
import { MALFORMED } from '../../../contracts/refusals.ts';
import { deliverAll, send } from '../../../nucleus/ipc.ts';
import { killTask } from '../../../nucleus/life.ts';
import {
  type Attempt,
  badValues,
  boundsOf,
  expectAnswer,
  expectRefused,
  prepared,
  short,
} from '../../support/bad-input/attempt.ts';
import { FIRST, fullDesk, hashAll, STRANGER, TERM } from '../../support/bad-input/desk.ts';
import { LEGAL, placeOf, RUN, reasonOf, wrongNumbers } from '../../support/bad-input/row.ts';
import { memoryTable, notForMemory } from '../../support/bad-input/rows.ts';
import {
  advance,
  checkBooks,
  hand,
  MEMORY,
  MEMORY_PORT,
  say,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import { carried } from '../../support/words.ts';

const everyName = Object.keys(messages) as MessageName[];

describe('the matrix is whole', () => {
  test('[MEM7] every message has a row, or is not for the memory server', () => {
    const rows = memoryTable.map(([name]) => name);
    const missing = everyName.filter(
      (name) => !rows.includes(name) && !notForMemory.includes(name),
    );
    expect(missing, 'add a row to test/support/bad-input, or list it in rows.ts').toEqual([]);
    expect(rows.filter((name) => notForMemory.includes(name))).toEqual([]);
  });

  test('[MEM7] every field that names something says what: of another kind it is refused', () => {
    const naming = ['container', 'slot', 'control', 'user'];
    const listed = ['fromPages.container', 'intoPages.container'];
    const missing = memoryTable.flatMap(([name, { names = {} }]) =>
      Object.keys(messages[name].shape)
        .filter((field) => naming.includes(field) && !(field in names))
        .map((field) => `${name}.${field}`),
    );
    expect(missing).toEqual(listed);
  });

  test('[MEM7] the hash notices a change: the tests here can fail', () => {
    const desk = fullDesk();
    const before = hashAll(desk);
    say(desk, FIRST, 'fromPages', [desk.open, 0, 1]);
    const listed = hashAll(desk);
    expect(listed).not.toBe(before);
    say(desk, FIRST, 'renew', [0]);
    expect(hashAll(desk)).not.toBe(listed);
  });
});

const others = notForMemory.filter((name) => name !== 'refused');

test.each(others)('[MEM7] %s is not served: malformed, and nothing has changed', (name) => {
  const desk = prepared();
  const fields = Object.keys(messages[name].shape).length;
  const whole = Array.from({ length: fields }, () => 1);
  expectRefused(desk, FIRST, name, [[whole, 'as it should be']], MALFORMED);
});

test('[MEM32] a refusal that nobody waits for is not answered, and nothing has changed', () => {
  const desk = prepared();
  const before = hashAll(desk);
  expect(say(desk, FIRST, 'refused', [1, MALFORMED, OP.allocate, 0])).toEqual([]);
  expect(hashAll(desk)).toBe(before);
  expect(say(desk, FIRST, 'refused', [0.5, MALFORMED, OP.allocate, 0])).toHaveLength(1);
});

describe.each(memoryTable)('%s', (name, row) => {
  const sender = row.sender ?? FIRST;
  const fields = Object.keys(messages[name].shape);

  test('[MEM7] is served as it should be', () => {
    expectAnswer(prepared(row.given), sender, name, row, LEGAL);
  });

  test.each(fields)('[MEM7] field %s out of its bounds, missing, no number: malformed', (field) => {
    const desk = prepared(row.given);
    const attempts = badValues(name, field).map((value): Attempt => {
      const words = [...row.words(desk)];
      words[placeOf(name, field)] = value as number;
      return [words, `${field} = ${String(value)}`];
    });
    expectRefused(desk, sender, name, attempts, MALFORMED);
  });

  const named = Object.entries(row.names ?? {});
  if (named.length > 0)
    test('[MEM7] [CAP1] [CAP3] names nothing that is none, dead, of another kind, or another’s', () => {
      for (const [field, names] of named) {
        const desk = prepared(row.given);
        const at = placeOf(name, field);
        const reason = reasonOf(names.reason);
        const attempts = wrongNumbers(desk, sender, names).map(([what, number]): Attempt => {
          const words = [...row.words(desk)];
          words[at] = number;
          return [words, `${field} is ${what}`];
        });
        expectRefused(desk, sender, name, attempts, reason);
        if (names.kinds.some((kind) => kind >= RUN) || field === 'user') continue;
        const stale = prepared(row.given);
        const words = [...row.words(stale)];
        const { kind, generation } = tableOf(stale, sender);
        if ((words[at] as number) < 0) words[at] = kind.indexOf(names.kinds[0] as number);
        (generation[words[at] as number] as number) -= 1;
        expectRefused(stale, sender, name, [[words, `${field} is stale`]], reason);
      }
    });

  const times = fields.filter((field) => boundsOf(name, field).maxValue === TIME_MAX);
  if (times.length > 0)
    test('[MEM31] [MEM7] the longest time there is: what is answered is no later than that', () => {
      const desk = prepared(row.given);
      advance(desk, 1);
      const words = [...row.words(desk)];
      for (const field of times) words[placeOf(name, field)] = TIME_MAX;
      const answers = say(desk, sender, name, words);
      expect(answers).toHaveLength(1);
      expect(checkBooks(desk)).toBeUndefined();
    });

  test('[MEM3] [MEM7] from a task that has no contract', () => {
    expectAnswer(prepared(row.given), STRANGER, name, row, row.stranger);
  });

  test('[CON7] [MEM7] after the end of the contract', () => {
    const desk = prepared(row.given);
    advance(desk, TERM);
    takeHeard(desk, FIRST);
    expectAnswer(desk, FIRST, name, row, row.expired);
  });

  test('[MEM6] from the dead: a message that was under way changes nothing', () => {
    const [said, silent] = [true, false].map((says) => {
      const desk = prepared(row.given);
      const words = row.words(desk);
      const { w0, w1, w2, w3, time } = carried(OP[name], words);
      if (says) send(desk.kernel, sender, MEMORY_PORT, OP[name], w0, w1, w2, w3, time);
      killTask(desk.kernel, sender);
      deliverAll(desk.kernel);
      return hashAll(desk);
    });
    expect(said).toBe(silent);
  });

  test('[MEM30] with a capability along: dropped, and refused as malformed', () => {
    const desk = prepared(row.given);
    const words = row.words(desk);
    const given = sender === FIRST ? desk.box : desk.giftOfStranger;
    const kept = tableOf(desk, MEMORY).objects;
    const { w1, w2, w3 } = carried(OP[name], words);
    expect(hand(desk, sender, name, given, w1, w2, MEMORY_PORT, w3)).toBe(true);
    const malformed = [`refused ${name}: MALFORMED`];
    expect(
      takeHeard(desk, sender)
        .filter(([heard]) => heard === 'refused')
        .map(short),
    ).toEqual(malformed);
    expect(tableOf(desk, MEMORY).objects).toBe(kept);
  });

  for (const [at, cell] of (row.cells ?? []).entries())
    test(`[MEM7] is refused: ${cell.reason}, ${at}`, () => {
      const { given = row.given, options, sender: by = sender } = cell;
      const desk = prepared(given, options);
      const variants = cell.words?.(desk) ?? [row.words(desk)];
      const attempts = variants.map((words): Attempt => [words, 'a cell']);
      expectRefused(desk, by, name, attempts, reasonOf(cell.reason));
    });
});
