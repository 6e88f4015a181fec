import { expect, test } from 'vitest';
import { checkScenario, InputError, override, parseSource } from '../../../lab/scenario/index.ts';

const good = `name: small
machine: { frames: 64 }
terms: { graceExtra: { us: 5 } }
tasks:
  - { name: a, program: { kind: loop, pages: 9, rounds: 2 } }
  - { name: b, program: { kind: loop, pages: 9, rounds: 2 }, policy: fifo }
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

test('a good scenario has its defaults', () => {
  const scenario = checkScenario(parseSource('x.yaml', good));
  expect(scenario.frames).toEqual([64]);
  expect(scenario.slice).toBe(5_000_000);
  expect(scenario.terms.graceExtra).toBe(5000);
  expect(scenario.machine).toMatchObject({ pageTable: 'x86-64', tlb: 'skylake', device: 'nvme' });
  expect(scenario.tasks[0]).toMatchObject({ policy: { name: 'clock' }, guaranteed: null });
});

/** Where `mark` stands in the text, as line:column from 1. */
function placeIn(text: string, mark: string): string {
  const before = text.slice(0, text.indexOf(mark)).split('\n');
  return `x.yaml:${before.length}:${(before.at(-1) as string).length + 1}: `;
}

test.each<[string, from: string, to: string, mark: string, expected: RegExp]>([
  ['zero frames', 'frames: 64', 'frames: 0', '0 }', /machine.frames is 0, expected at least 1/],
  ['an unknown key', 'terms:', 'term:', 'term:', /term is unknown, .*did you mean 'terms'/],
  ['an unknown policy', 'fifo', 'fiffo', 'fiffo', /'fiffo'.*did you mean 'fifo'/],
  ['an unknown profile', 'frames', 'costs: pdp, frames', 'pdp', /'pdp'.*decstation-5000/],
  ['a page size', 'policy: fifo', 'pageSize: 512', '512', /expected 4096 or 2097152/],
  [
    'a name twice',
    'name: b',
    'name: a',
    'a, program: { kind: loop, pages: 9, rounds: 2 }, policy',
    /again/,
  ],
  [
    'a guarantee above memory',
    'policy: fifo',
    'contract: { guaranteed: 65 }',
    '65',
    /at most the 64/,
  ],
  [
    'a program without end',
    '{ kind: loop, pages: 9, rounds: 2 }, policy',
    '{ kind: hog, pages: 9000, step: 1 }, policy',
    '{ kind: hog',
    /comes to 81000000 references, expected at most/,
  ],
  [
    'a rest that nothing counts',
    'policy: fifo }',
    'policy: fifo }\n  - { name: c, program: { kind: hog, pages: 9, step: 1, restNs: 5 }, pageSize: 2097152 }',
    '{ kind: hog',
    /stops between pages of 4096 bytes, expected no pageSize/,
  ],
  [
    'a window that ends before it begins',
    'terms:',
    'windows: { calm: { from: { ms: 2 }, to: { ms: 1 } } }\nterms:',
    '{ from',
    /windows.calm ends at or before its beginning/,
  ],
  ['advice from nobody', 'policy: fifo', 'adapts: true', 'true', /for a policy server, expected/],
  ['a share above memory', 'policy: fifo', 'contract: { extra: 101% }', '101%', /share of memory/],
  ['a unit of the other clock', 'us: 5', 'references: 5', '{ references', /clock of terms is ns/],
  [
    'no program',
    'program: { kind: loop, pages: 9, rounds: 2 } }',
    'limit: 3 }',
    '{ name: a',
    /neither/,
  ],
  ['an unknown program', 'kind: loop', 'kind: lop', 'lop,', /did you mean 'loop'/],
  ['an unknown management', 'tasks:', 'managements: [mac]\ntasks:', 'mac]', /did you mean 'mach'/],
  ['a parameter', 'policy: fifo', 'policy: { name: fifo, tau: 3 }', 'tau', /it has none/],
  ['broken YAML', 'name: small', 'name: [small', 'machine', /is no YAML/],
])('%s is refused with its place', (_, from, to, mark, expected) => {
  const text = good.replace(from, to);
  const message = errorOf(text);
  expect(message).toMatch(expected);
  expect(message.slice(0, placeIn(text, mark).length)).toBe(placeIn(text, mark));
  expect(message).not.toContain('\n');
});

test('an option is the place of what it brought in', () => {
  const source = parseSource('x.yaml', good);
  const given = (options: Parameters<typeof override>[1]) => () =>
    checkScenario(override(source, options));
  expect(given({ policy: 'cloc' })).toThrow(/^--policy: .*did you mean 'clock'/);
  expect(given({ frames: [8, 8] })).toThrow(/^--frames: .*twice/);
  expect(given({ policy: 'lru', task: 'c' })).toThrow(/^--task: is 'c'/);
  const lost = given({ set: { 'central.parameters.mach': { inactiveShare: 0.3 } } });
  expect(lost).toThrow(/^x.yaml: has no central.parameters, .* to set central.parameters.mach;/);
  const scenario = given({ policy: 'lru', task: 'b', limit: 3, seed: 9 })();
  expect(scenario.tasks.map((task) => task.policy.name)).toEqual(['clock', 'lru']);
  expect(scenario.tasks.map((task) => task.limit)).toEqual([3, 3]);
  expect(scenario.seed).toBe(9);
});
