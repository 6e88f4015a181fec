import { expect, test } from 'vitest';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';

const TASKS = `tasks:
  - { name: a, program: { kind: loop, pages: 9, rounds: 90, write: 1 } }
  - { name: b, program: { kind: loop, pages: 9, rounds: 90, write: 1 } }
`;

function check(machine: string, more = '') {
  return checkScenario(parseSource('x.yaml', `name: s\nmachine: ${machine}\n${more}${TASKS}`));
}

test('one CPU unless the scenario says otherwise, and interrupts', () => {
  expect(check('{ frames: 64 }').machine).toMatchObject({ cpus: 1, tlbConsistency: 'interrupt' });
  const { machine } = check('{ frames: 64, cpus: 64, tlbConsistency: tick }');
  expect(machine).toMatchObject({ cpus: 64, tlbConsistency: 'tick' });
});

test.each<[string, string, string, RegExp]>([
  ['none', '{ frames: 64, cpus: 0 }', '', /cpus/],
  ['too many', '{ frames: 64, cpus: 65 }', '', /cpus/],
  ['an unknown way', '{ frames: 64, tlbConsistency: hope }', '', /tlbConsistency/],
  ['lockstep', '{ frames: 64, cpus: 2 }', 'schedule: lockstep\n', /schedule: slices/],
  ['references', '{ frames: 64, cpus: 2 }', 'clock: references\n', /expected clock: ns/],
  [
    'a measure that one CPU has not',
    '{ frames: 64 }',
    'expect: [{ that: mach.shootdowns == 0, because: x }]\n',
    /shootdowns/,
  ],
])('%s is refused with its place', (_, machine, more, expected) => {
  expect(() => check(machine, more)).toThrow(InputError);
  expect(() => check(machine, more)).toThrow(expected);
});
