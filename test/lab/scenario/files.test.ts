import { expect, test } from 'vitest';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';

const good = `name: small
machine: { frames: 64 }
managements: [contracts]
files: [{ name: disk, cache: { extra: 8 } }, { name: second, lock: { us: 300 }, diesAt: { ms: 2 } }]
tasks:
  - { name: a, program: { kind: loop, pages: 9, rounds: 2 }, contract: { guaranteed: 20 },
      reads: { pages: [2, 6], from: [second] } }
`;

test('file servers, with defaults', () => {
  const { files, tasks } = checkScenario(parseSource('x.yaml', good));
  const cache = { guaranteed: 0, extra: 8, protectedShare: 0.5, filters: false };
  expect(files).toEqual([
    { name: 'disk', lock: 1_000_000, cache, buffers: null, diesAt: null },
    { name: 'second', lock: 300_000, cache: null, buffers: null, diesAt: 2_000_000 },
  ]);
  expect(tasks[0]?.reads?.from).toEqual(['second']);
});

test('buffers of file servers, hints, and tasks that write', () => {
  const text = good
    .replace('lock: { us: 300 }', 'ahead: 8, behind: 4, flushAfter: { ms: 5 }')
    .replace('{ extra: 8 }', '{ extra: 8 }, ahead: 1')
    .replace('from: [second]', 'from: [second], writes: true, hint: willNeed');
  const { files, tasks } = checkScenario(parseSource('x.yaml', text));
  expect(files.map(({ buffers }) => buffers)).toEqual([
    { ahead: 1, behind: 0, age: 30e9 },
    { ahead: 8, behind: 4, age: 5e6 },
  ]);
  expect(tasks[0]?.reads).toMatchObject({ writes: true, hint: 4 });
  const archive = text.replace('files:', 'archives: [{ name: old }]\nfiles:');
  const check = () =>
    checkScenario(parseSource('x.yaml', archive.replace('from: [second]', 'from: [old]')));
  expect(check).toThrow(/tasks\[0\].reads writes, expected file servers alone/);
});

test.each<[string, from: string, to: string, line: number, expected: RegExp]>([
  ['a file server named as a task', 'name: disk', 'name: a', 4, /files\[0\].*'a' again/],
  ['two of one name', 'name: disk', 'name: second', 4, /files\[1\].*'second' again/],
  ['a cache of nothing', 'extra: 8', 'extra: 0', 4, /has 0 frames, expected 1 to 262144/],
  ['a cache too large', 'extra: 8', 'extra: 300000', 4, /has 300000 frames/],
  ['guarantees too many', 'extra: 8', 'guaranteed: 45', 6, /task a sum to 65 .*at most the 64/],
  ['an unknown one', 'from: [second', 'from: [secund', 7, /'secund'.*did you mean 'second'/],
])('%s is refused with its line and what to do', (_, from, to, line, expected) => {
  const text = good.replace(from, to);
  expect(text).not.toBe(good);
  const check = () => checkScenario(parseSource('x.yaml', text));
  expect(check).toThrow(InputError);
  expect(check).toThrow(new RegExp(`^x.yaml:${line}`));
  expect(check).toThrow(expected);
});
