import { expect, test } from 'vitest';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';

const good = `name: small
machine: { frames: 64 }
policyServer:
  users: [{ name: ada, guaranteed: 50%, held: 40 }, { name: bob }]
  replaceAt: { ms: 4 }
  successor: { users: [{ name: bob, guaranteed: 10 }] }
tasks:
  - { name: a, user: ada, weight: 3, priority: -1, contract: { guaranteed: 60 }, program: { kind: loop, pages: 9, rounds: 2 } }
  - { name: b, user: bob, contract: { guaranteed: 60 }, program: { kind: loop, pages: 9, rounds: 2 } }
`;

test('a policy server has its defaults, and guarantees that are asked for may exceed memory', () => {
  const { policyServer, tasks } = checkScenario(parseSource('x.yaml', good));
  expect(policyServer).toEqual({
    start: 0,
    period: 1_000_000,
    replaceAt: 4_000_000,
    diesAt: null,
    users: [{ name: 'ada', guaranteed: '50%', held: 40 }, { name: 'bob' }],
    successor: { users: [{ name: 'ada' }, { name: 'bob', guaranteed: 10 }] },
  });
  expect(tasks.map(({ user, weight, priority }) => [user, weight, priority])).toEqual([
    ['ada', 3, -1],
    ['bob', 1, 0],
  ]);
});

test.each<[string, from: string, to: string, line: number, expected: RegExp]>([
  ['an unknown user', 'user: bob', 'user: bab', 9, /'bab'.*did you mean 'bob'/],
  ['a user twice', '{ name: bob }]', '{ name: ada }]', 4, /'ada' again/],
  ['a successor’s own user', 'name: bob, g', 'name: eve, g', 6, /'eve', expected a user of/],
  [
    'nobody to hand over to',
    '  successor',
    '  # successor',
    5,
    /expected a policyServer.successor/,
  ],
  [
    'an end before the start',
    '  users: [{ name: ada',
    '  start: { ms: 5 }\n  users: [{ name: ada',
    6,
    /not after/,
  ],
  ['a weight of 0', 'weight: 3', 'weight: 0', 8, /expected at least 1/],
  [
    'a unit of the other clock',
    'replaceAt: { ms: 4 }',
    'period: { references: 4 }',
    5,
    /clock of terms is ns/,
  ],
  ['a quota of swap', '{ name: bob }]', '{ name: bob, swap: 5 }]', 4, /expected a key swap/],
  ['a successor’s', 'name: bob, guar', 'name: bob, swap: 5, guar', 6, /users\[0\].swap/],
  ['an unknown key', 'replaceAt', 'replacedAt', 5, /did you mean 'replaceAt'/],
])('%s is refused with its place', (_, from, to, line, expected) => {
  let message = 'no error';
  try {
    checkScenario(parseSource('x.yaml', good.replace(from, to)));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    message = (error as Error).message;
  }
  expect(message).toMatch(expected);
  expect(message).toMatch(new RegExp(`^x\\.yaml:${line}:\\d+: `));
  expect(message).not.toContain('\n');
});

test('keys for a policy server are refused where there is none', () => {
  const text = good.replace(/policyServer:[\s\S]*?tasks:/, 'tasks:');
  expect(() => checkScenario(parseSource('x.yaml', text))).toThrow(
    /tasks\[0\].user is for a policy server, expected a policyServer; add one or remove it/,
  );
});
