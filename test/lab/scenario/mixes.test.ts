import { expect, test } from 'vitest';
import { checkScenario, mixesOf, override, parseSource } from '../../../lab/scenario/index.ts';

const TEXT = `name: several
machine: { costs: modern-nvme, pagerFrames: outside }
spareFrames: 3
mixes:
  - name: small
    what: a loop
    machine: { frames: 40 }
    tasks:
      - { name: a, program: { kind: loop, pages: 9, rounds: 2 } }
  - name: large
    what: the same with room
    spareFrames: 0
    machine: { frames: [80, 90], pagerFrames: counted }
    tasks:
      - { name: a, program: { kind: loop, pages: 9, rounds: 2 } }
`;

function scenarios(text: string) {
  return (mixesOf(parseSource('f.yaml', text)) ?? []).map(({ name, what, source }) => ({
    name,
    what,
    scenario: checkScenario(source),
  }));
}

test('what a mix says goes before what holds for all, keys of the machine one by one', () => {
  const [small, large] = scenarios(TEXT);
  expect(small).toMatchObject({ name: 'small', what: 'a loop' });
  expect(small?.scenario).toMatchObject({ name: 'small', frames: [40], spareFrames: 3 });
  expect(small?.scenario.machine.pagerFrames).toBe('outside');
  expect(large?.scenario).toMatchObject({ name: 'large', frames: [80, 90], spareFrames: 0 });
  expect(large?.scenario.machine).toMatchObject({ costs: 'modern-nvme', pagerFrames: 'counted' });
});

test('options go before both', () => {
  const [mix] = mixesOf(parseSource('f.yaml', TEXT)) ?? [];
  if (!mix) throw new Error('no mix');
  expect(checkScenario(override(mix.source, { frames: [7] })).frames).toEqual([7]);
});

test('a scenario without mixes has none', () => {
  expect(mixesOf(parseSource('f.yaml', 'name: one\n'))).toBeNull();
  expect(mixesOf(parseSource('f.yaml', '[]'))).toBeNull();
});

test.each([
  ['in a mix', TEXT.replace('rounds: 2', 'rounds: 0'), /^f\.yaml:9:61: tasks\[0\]/],
  ['in the second', TEXT.replace('frames: [80', 'frames: [0'), /^f\.yaml:13:25: machine\.frames/],
  [
    'in what holds for all',
    TEXT.replace('spareFrames: 3', 'spareFrames: x'),
    /^f\.yaml:3:14: spare/,
  ],
  [
    'of the machine for all',
    TEXT.replace('modern-nvme', 'modern'),
    /^f\.yaml:2:19: machine\.costs/,
  ],
  ['a name twice', TEXT.replace('name: large', 'name: small'), /^f\.yaml:10:11: mixes\[1\]\.name/],
  ['no mix at all', 'name: x\nmixes: []\n', /^f\.yaml:2:8: mixes/],
  ['no words', TEXT.replace('    what: a loop\n', ''), /^f\.yaml:5:5: mixes\[0\]\.what/],
  [
    'a key that is none',
    TEXT.replace('    what: a', '    whit: 1\n    what: a'),
    /^f\.yaml:6:5: whit/,
  ],
])('an error %s is told where it stands', (_where, text, error) => {
  expect(() => scenarios(text)).toThrow(error);
});
