/** The key `central` of a scenario: settings of managements, and what is refused. */

import { expect, test } from 'vitest';
import { checkScenario } from '../../../lab/scenario/check.ts';
import { parseSource } from '../../../lab/scenario/source.ts';

const check = (central: string) =>
  checkScenario(
    parseSource(
      'test.yaml',
      `name: settings
machine: { frames: 64 }
central: ${central}
tasks:
  - { name: editor, program: { kind: loop, pages: 8, rounds: 2 } }
`,
    ),
  ).central;

test('settings are taken as they stand, by management and by task [CENT7]', () => {
  expect(check('{ kernel: one, parameters: { mach: { inactiveShare: 0.3 } } }')).toEqual({
    kernel: 'one',
    defaultPager: 'server',
    pager: 'kernel',
    parameters: { mach: { inactiveShare: 0.3 } },
  });
});

test.each([
  [
    '{ parameters: { much: { a: 1 } } }',
    "names 'much', expected a central management; did you mean 'mach'?",
  ],
  [
    '{ parameters: { mach: { inactiveshare: 1 } } }',
    "names 'inactiveshare', expected a setting of mach; did you mean 'inactiveShare'?",
  ],
  ['{ parameters: { mach: { period: 1 } } }', "names 'period', expected a setting of mach"],
  [
    '{ tasks: { mach: { editer: {} } } }',
    "names 'editer', expected a task; did you mean 'editor'?",
  ],
  [
    '{ tasks: { mach: { editor: { max: 1 } } } }',
    "names 'max', expected a setting of mach for one task; there is none; remove it",
  ],
  ['{ parameters: { mach: { inactiveShare: -1 } } }', 'expected'],
])('%s is refused [CENT7]', (central, why) => {
  expect(() => check(central)).toThrow(why);
});
