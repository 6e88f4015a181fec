import { expect, test } from 'vitest';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';

const good = `name: small
machine: { frames: 64 }
managements: [contracts, mach]
archives: [{ name: shelf, lock: { us: 300 } }, { name: bench, hostile: sitter }]
tasks:
  - { name: a, program: { kind: loop, pages: 9, rounds: 2 }, contract: { guaranteed: 20 },
      reads: { pages: [2, 6], from: [bench, shelf], lockMax: { us: 400 } } }
`;

test('archives and what is read from them, with defaults', () => {
  const { archives, tasks } = checkScenario(parseSource('x.yaml', good));
  expect(archives).toEqual([
    { name: 'shelf', lock: 300_000, sits: false },
    { name: 'bench', lock: 1_000_000, sits: true },
  ]);
  const reads = { pages: [2, 6], from: ['bench', 'shelf'], window: 4, lockMax: 400_000 };
  expect(tasks[0]?.reads).toEqual(reads);
});

test.each<[string, from: string, to: string, line: number, expected: RegExp]>([
  ['an archive named as a task', 'archives: [', 'archives: [{ name: a }, ', 4, /'a' again/],
  ['an unknown archive', 'from: [bench', 'from: [bunch', 7, /'bunch'.*did you mean 'bench'/],
  ['no pages', '[2, 6]', '[6, 6]', 7, /from 6 to 6, expected from below to/],
  ['no guarantee', 'contract: { guaranteed: 20 }', 'atEnd: exit', 7, /name it/],
  ['a guarantee too small', 'guaranteed: 20', 'guaranteed: 4', 7, /guaranteed of 5; raise it/],
  ['a hoarder', 'name: a,', 'name: a, hostile: hoarder,', 7, /expected no hoarder/],
  ['equal parts', 'mach]', 'contracts-equal]', 7, /expected no row contracts-equal/],
  ['locks all too long', 'us: 400', 'us: 200', 7, /of 200000, expected 300000, .*; raise lockMax/],
  ['a snatcher of nothing', 'reads:', 'hostile: snatcher, x:', 7, /unknown|[Uu]nrecognized|x/],
])('%s is refused with its line and what to do', (_, from, to, line, expected) => {
  const text = good.replace(from, to);
  expect(text).not.toBe(good);
  const check = () => checkScenario(parseSource('x.yaml', text));
  expect(check).toThrow(InputError);
  expect(check).toThrow(new RegExp(`^x.yaml:${line}`));
  expect(check).toThrow(expected);
});

test('a snatcher needs something to snatch', () => {
  const text = good.replace(/reads: .*\n/, 'hostile: snatcher }\n');
  expect(() => checkScenario(parseSource('x.yaml', text))).toThrow(/expected a key reads; add it/);
});
