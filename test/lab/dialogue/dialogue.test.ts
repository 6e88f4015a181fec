import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as refusals from '../../../contracts/refusals.ts';
import { reasonNames } from '../../../lab/dialogue/dialogue.ts';
import {
  checkDialogue,
  defended,
  dialogueText,
  holdDialogue,
  type StepRecord,
  switchText,
  undefended,
} from '../../../lab/dialogue/index.ts';
import { InputError, parseSource } from '../../../lab/scenario/index.ts';

const head = `name: small
frames: 4
tasks: [one, other]
steps:
  - { task: one, say: contract, with: { guaranteed: 2, extra: 1 }, hears: contractIs }
`;

function hold(...steps: string[]): StepRecord[] {
  const text = head + steps.map((step) => `  - { ${step} }\n`).join('');
  return holdDialogue(defended(checkDialogue(parseSource('x.yaml', text))));
}

/** What is wrong with the last step, after others that are as expected. */
function wrongLast(...steps: string[]): string | null | undefined {
  const records = hold(...steps);
  expect(records.slice(0, -1).map(({ wrong }) => wrong)).toEqual(records.slice(1).map(() => null));
  return records.at(-1)?.wrong;
}

test('a step tells what was said, what was heard, and who then holds how much', () => {
  const [, step] = hold('task: one, say: allocate, with: { order: 1 }, hears: granted');
  expect(step).toMatchObject({ said: { order: 1 }, free: 2, wrong: null, at: 0 });
  expect(step?.heard).toMatchObject([{ task: 'one', message: { name: 'granted' } }]);
  expect(step?.standing[0]).toEqual({ task: 'one', held: 2, guaranteed: 2, extra: 1 });
});

test.each<[string, string, RegExp | null]>([
  ['another answer', 'task: one, say: renew, hears: granted', /heard contractIs, expected granted/],
  ['an answer to nothing', 'task: other, hears: notice', /other heard nothing, expected notice/],
  ['no refusal', 'task: one, say: renew, refused: BUSY', /heard contractIs, expected refused/],
  ['another reason', 'task: other, say: renew, refused: BUSY', /for NO_CONTRACT, expected BUSY/],
  ['another field', 'task: one, say: renew, hears: contractIs, finds: { extra: 2 }', /extra is 1/],
  [
    'a name nobody keeps',
    'task: one, say: returnFrames, with: { slot: a }',
    /nothing is kept as a/,
  ],
  ['a field to keep', 'task: one, say: renew, hears: contractIs, keep: { x: a }', /has no field x/],
  ['the right reason', 'task: other, say: renew, refused: NO_CONTRACT', null],
])('%s is told as it is', (_, step, expected) => {
  const wrong = wrongLast(step);
  if (expected === null) expect(wrong).toBe(null);
  else expect(wrong).toMatch(expected);
});

test('a capability goes along, and its receiver has it under a name of its own', () => {
  const records = hold(
    'task: one, say: splitContract, with: { guaranteed: 1, control: -1 }, hears: controlIs, keep: { control: c }',
    'task: one, say: handControl, to: other, along: c, theirs: d',
    'task: other, hears: handControl',
    'task: other, say: useControl, with: { control: d }, hears: contractIs, finds: { guaranteed: 1 }',
    'task: one, say: handControl, to: other, along: c',
  );
  expect(records.map(({ wrong }) => wrong)).toEqual([
    null,
    null,
    null,
    null,
    null,
    'nobody heard it',
  ]);
});

test('time passes when a step waits, and a deadline with it; the dead hold nothing', () => {
  const records = hold(
    'task: one, say: contract, with: { guaranteed: 2, extra: 1, term: 50 }, hears: contractIs',
    'task: one, say: allocate, hears: granted',
    'wait: 60',
    'task: one, hears: expired, finds: { held: 1 }',
    'kill: one',
  );
  expect(records.map(({ at }) => at)).toEqual([0, 0, 0, 60, 60, 60]);
  expect(records.at(-1)?.free).toBe(4);
  const text = dialogueText('small', records);
  expect(text).toContain('60 ns pass');
  expect(text).toContain('6 steps, all as expected');
  expect(dialogueText('small', hold('task: other, hears: notice'))).toContain(
    'NOT AS EXPECTED: other heard nothing, expected notice',
  );
});

test.each<[string, string, RegExp]>([
  [
    'a task',
    'task: ona, say: renew',
    /x.yaml:6:\d+: steps\[1\].task is 'ona', expected one of one/,
  ],
  ['a receiver', 'task: one, say: renew, to: x', /to is 'x', expected one of one, other, swap/],
  ['a message', 'task: one, say: renw', /say is 'renw'.*'renew'/],
  [
    'a field',
    'task: one, say: renew, with: { slot: 1 }',
    /slot is no field of renew, expected tag/,
  ],
  ['a reason', 'task: one, say: renew, refused: BUZY', /refused is 'BUZY'.*'BUSY'/],
  ['two things at once', 'task: one, wait: 4', /names 2 of task, wait and kill, expected one/],
  ['nothing at all', 'note: x', /names 0 of task, wait and kill, expected one/],
])('%s that cannot be is refused with its place', (_, step, expected) => {
  expect(() => hold(step)).toThrow(InputError);
  expect(() => hold(step)).toThrow(expected);
});

test.each([
  ['a switch of the core', 'lend-to-anybody', { planted: 'lend-to-anybody' }],
  ['a switch of terms', 'no-idle-tax', { planted: null, document: { terms: { idleTax: 0 } } }],
  ['a switch of claims', 'first-pays-on', { planted: null, document: { claims: 'keep' } }],
])('%s takes one defence away, and the steps that belong to the other time', (_, name, differs) => {
  const steps = '  - { when: undefended, wait: 1 }\n  - { when: defended, wait: 2 }\n';
  const text = `undefended: ${name}\n${head}${steps}`;
  const document = checkDialogue(parseSource('x.yaml', text));
  const without = undefended(document);
  expect(without).toMatchObject(differs);
  expect(without?.document.steps.slice(1).map(({ wait }) => wait)).toEqual([1]);
  expect(defended(document).document).toMatchObject({ terms: { idleTax: 0.75 }, claims: 'first' });
  expect(holdDialogue(defended(document)).map(({ at }) => at)).toEqual([0, 2]);
  expect(switchText(name)).toMatch(new RegExp(`^${name}: .* \\[[A-Z]+[0-9]+\\]$`));
});

test('a rule of the servers that is switched off does not hold', () => {
  const steps = [
    '  - { task: one, say: allocate, hears: granted, keep: { slot: a } }',
    '  - { task: one, say: returnFrames, with: { slot: a } }',
  ].join('\n');
  const text = `undefended: leak-on-return\n${head}${steps}\n`;
  const document = checkDialogue(parseSource('x.yaml', text));
  const [without, with_] = [undefended(document), defended(document)].map((spoken) =>
    spoken === null ? [] : holdDialogue(spoken),
  );
  expect([without?.at(-1)?.free, with_?.at(-1)?.free]).toEqual([3, 4]);
});

test.each<[string, string, RegExp]>([
  ['a switch', 'undefended: no-tax\n', /x.yaml:1:\d+: undefended is 'no-tax', expected a switch/],
  ['a step of a row that is not there', '', /steps\[1\].when is 'defended', expected a key/],
])('%s that cannot be is refused', (_, first, expected) => {
  const text = `${first}${head}  - { when: defended, wait: 2 }\n`;
  expect(() => checkDialogue(parseSource('x.yaml', text))).toThrow(expected);
});

test('reasons are named by their numbers', () => {
  expect(reasonNames[refusals.LOCKED_NOW]).toBe('LOCKED_NOW');
  expect(reasonNames.length).toBe(refusals.refusalTexts.length);
});

test('[PMAP1] a shared frame on a table with one mapping a frame: an alias a turn, elsewhere none', () => {
  const aliasesOn = (pageTable: string): (number | null)[] => {
    const file = new URL('../../../scenarios/dialogues/aliases.yaml', import.meta.url);
    const text = readFileSync(file, 'utf8').replace('pageTable: rt-pc', `pageTable: ${pageTable}`);
    const records = holdDialogue(defended(checkDialogue(parseSource('aliases.yaml', text))));
    const wrong = records.filter(({ wrong: why }) => why !== null);
    expect(wrong.length).toBe(pageTable === 'rt-pc' ? 0 : 6);
    for (const { wrong: why } of wrong) expect(why).toMatch(/^0 aliases are dropped, expected \d$/);
    return records.slice(-7).map(({ aliases }) => aliases);
  };
  expect(aliasesOn('rt-pc')).toEqual([0, 1, 2, 3, 4, 4, 4]);
  for (const pageTable of ['x86-64', 'vax', 'mips'])
    expect(aliasesOn(pageTable)).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test('a page table that does not exist is refused, with its place', () => {
  const text = head.replace('frames: 4', 'frames: 4\npageTable: pdp-11');
  expect(() => checkDialogue(parseSource('x.yaml', text))).toThrow(/x\.yaml:3.*pageTable/s);
});
