import { expect, test } from 'vitest';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';

const good = `name: small
machine: { frames: 64 }
managements: [contracts, mach]
tasks:
  - { name: a, program: { kind: loop, pages: 9, rounds: 2 }, contract: { guaranteed: 30 } }
  - name: b
    program: { kind: loop, pages: 9, rounds: 2 }
    contract: { from: a, guaranteed: 30, extra: 0 }
  - name: c
    program: { kind: loop, pages: 9, rounds: 2 }
    contract: { with: b }
`;

function errorOf(text: string): string {
  try {
    checkScenario(parseSource('x.yaml', text));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  return 'no error';
}

test('parts of contracts are read; who shares one adds nothing to the sum', () => {
  const { tasks } = checkScenario(parseSource('x.yaml', good));
  expect(tasks.map(({ from }) => from)).toEqual([null, 'a', null]);
  expect(tasks.map(({ sharedWith }) => sharedWith)).toEqual([null, null, 'b']);
});

test.each<[string, from: string, to: string, expected: RegExp]>([
  ['a parent', 'from: a', 'from: aa', /x.yaml:8:\d+: .*from is 'aa', expected a task .*'a'/],
  ['a part of itself', 'from: a', 'from: b', /from is 'b', expected a task with a contract of its/],
  ['a part without a size', ', extra: 0', '', /from names a parent, expected guaranteed and extra/],
  ['a partner', 'with: b', 'with: x', /x.yaml:11:\d+: .*with is 'x', expected a task/],
  ['a partner without a part', 'with: b', 'with: a', /with is 'a', expected a task with contract/],
  ['a share of a size', 'with: b', 'with: b, extra: 3', /expected no other keys; remove them/],
  ['a row', 'mach]', 'contracts-equal]', /leave contracts-equal out/],
])('%s that cannot be is refused with its place', (_, from, to, expected) => {
  expect(errorOf(good.replace(from, to))).toMatch(expected);
});
