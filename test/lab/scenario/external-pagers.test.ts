/** External pagers in scenarios: what is refused, with its place; a cycle is named [LAST3]. */

import { expect, test } from 'vitest';
import { checkScenario } from '../../../lab/scenario/check.ts';
import { parseSource } from '../../../lab/scenario/source.ts';

function load(pagers: string, more = '') {
  const text = `
name: t
machine: { frames: 64 }
managements: [contracts${more === '' ? '' : ', contracts-undefended'}]
bounds: []
externalPagers: ${pagers}
tasks:
  - { name: one, program: { kind: loop, pages: 9, rounds: 2 } }
  - { name: two, program: { kind: loop, pages: 9, rounds: 2 } }
${more}`;
  return checkScenario(parseSource('t.yaml', text)).externalPagers;
}

test('pagers, their tasks and what backs them, by place', () => {
  const [a, b] = load('[{ name: a, tasks: [two], backing: b }, { name: b, perPage: { us: 3 } }]');
  expect(a).toMatchObject({ tasks: [1], backing: 1, buffers: 4, reserve: 1, perPage: 0 });
  expect(b).toMatchObject({ tasks: [], backing: -1, perPage: 3000 });
});

test('what cannot be is refused with its place; a cycle is named', () => {
  const wrong = [
    ['[{ name: a, backing: a }]', 't.yaml:6:38: externalPagers[0].backing closes a cycle, a -> a:'],
    [
      '[{ name: a, backing: b }, { name: b, backing: c }, { name: c, backing: a }]',
      'externalPagers[2].backing closes a cycle, c -> a -> b -> c: each would wait',
    ],
    ['[{ name: a, backing: swop }]', "backing is 'swop', expected swap or a pager; did you mean"],
    ['[{ name: one }]', "name is 'one', expected a name of its own"],
    ['[{ name: a, buffers: 1, reserve: 2 }]', "reserve is '2', expected at most its 1 buffers"],
    ['[{ name: a, tasks: [tow] }]', "tasks names 'tow', expected a task"],
    ['[{ name: a, tasks: [one] }, { name: b, tasks: [one] }]', 'which has a pager already'],
  ] as const;
  const policed = load('[{ name: a }]', 'policyServer: {}\nundefended: [no-penalty]');
  expect(policed).toHaveLength(1);
  expect(() => load('[{ name: a, buffers: 64, reserve: 60 }]')).toThrow('sum to 68 frames');
  for (const [pagers, what] of wrong) expect(() => load(pagers), pagers).toThrow(what);
  const both = '[{ name: a, backing: b }, { name: b, backing: a }]';
  expect(load(both, 'undefended: [cyclic-backing]')).toHaveLength(2);
});

test('beside mach: a machine that has its reserves, and the clock of its daemon; final pagers: plain swap', () => {
  const scenario = (head: string, more: string) => () =>
    checkScenario(
      parseSource(
        't.yaml',
        `name: t\n${head}\nbounds: []\ntasks:\n  - { name: one, program: { kind: loop, pages: 9, rounds: 2 }, ${more} }\n`,
      ),
    );
  const pagers = 'externalPagers: [{ name: a }]';
  const own = 'contract: { guaranteed: 4 }';
  const wrong = [
    [`machine: { frames: 63 }\nmanagements: [mach]\n${pagers}`, own, 'expected 64 frames'],
    [
      `machine: { frames: 64 }\nclock: references\nmanagements: [mach]\n${pagers}`,
      own,
      'expected clock: ns; leave mach out',
    ],
    [
      'machine: { frames: 64 }\nmanagements: [contracts]\ndisk: {}',
      `${own}, finalPager: {}`,
      'tasks[0].finalPager pages to plain swap, expected no disk',
    ],
    [
      'machine: { frames: 8 }\nmanagements: [contracts]',
      'contract: { guaranteed: 8 }, finalPager: { frames: 1 }',
      'sum to 9 frames',
    ],
  ] as const;
  for (const [head, more, what] of wrong) expect(scenario(head, more), head).toThrow(what);
  const mach = `machine: { frames: 64 }\nmanagements: [mach]\n${pagers}`;
  expect(scenario(mach, own)().externalPagers).toHaveLength(1);
  const final = scenario(
    'machine: { frames: 64 }\nmanagements: [contracts]',
    `${own}, finalPager: {}`,
  )();
  expect(final.tasks[0]?.finalFrames).toBe(2);
});
