import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leasehold, small, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
const skeleton = fileURLToPath(new URL('../../clients/policies/skeleton.ts', import.meta.url));
const sort = fileURLToPath(new URL('../../traces/sort.lht', import.meta.url));

beforeAll(() => {
  writeFileSync(join(folder, 'text'), 'page,kind\n1,r\n');
  writeFileSync(join(folder, 'bell'), '\u0007\u001b[2J\n');
  writeFileSync(join(folder, 'small.yaml'), small);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  mkdirSync(join(folder, 'taken'));
});

afterAll(remove);

type Case = readonly [what: string, says: RegExp, ...args: string[]];

const curve = ['curve', sort, '--limit', '1000'];
const sight = ['sight', sort, '--limit', '1000'];

const cases: readonly Case[] = [
  ['a policy twice', /--policy: has 'lru' twice, expected each/, ...curve, '--policy', 'lru, lru'],
  ['the same, of sight', /--policy: has 'car' twice/, ...sight, '--policy', 'car,lru,car'],
  ['a parameter twice', /k is given twice, .*once/, ...curve, '--policy', 'lru-k:k=2:k=3'],
  ['none behind a comma', /--policy: is '', expected a policy/, ...curve, '--policy', 'lru,'],
  ['a seed of no sample', /--seed: expected none without --sample/, ...curve, '--seed', '3'],
  ['an empty name', /'': is no name, expected that of a trace/, 'curve', ''],
  ['a bad size, before the trace', /--sizes: has '-1'/, 'curve', 'nowhere', '--sizes', '-1'],
  ['a bad policy, before the trace', /--policy: is 'x'/, 'curve', 'nowhere', '--policy', 'x'],
  ['one beside a file of one', /--policy: is 'x'/, ...curve, '--policy', `${skeleton},x`],
  ['the same, of sight', /--policy: is 'x'/, 'sight', 'nowhere', '--policy', 'x'],
  ['a plot of no name', /--plot: has an empty name, expected/, ...curve, '--plot', ''],
  [
    'a plot in a file',
    /text\/x: has no parent folder .*text, expected/,
    ...curve,
    '--plot',
    'text/x',
  ],
  ['a plot over a folder', /taken: exists already/, ...curve, '--plot', 'taken'],
  ['a plot over a link', /dangling: exists already/, ...curve, '--plot', 'dangling'],
  ['a plot of a long name', /\(ENAMETOOLONG\), expected/, ...curve, '--plot', 'x'.repeat(300)],
  ['results in a file', /has no parent folder/, 'compare', 'small.yaml', '--out', 'text/x'],
  ['results of no name', /--out: has an empty name/, 'compare', 'small.yaml', '--out', ''],
  [
    'a machine of too much memory',
    /--sizes: 16777217 frames, expected at most 16777216/,
    ...sight,
    '--sizes',
    '64,16777217',
  ],
  ['columns of nothing', /text: columns 'a,b' of --columns/, 'curve', 'text', '--columns', 'a,b'],
  ['a trace of no name', /'': is no name, expected one of a new/, 'trace', 'convert', sort, ''],
  [
    'a part into a file that is there, before the trace',
    /text: exists already/,
    'trace',
    'cut',
    'nowhere',
    'text',
  ],
  [
    'a mix in no format, before the traces',
    /format 'x' to write/,
    ...['trace', 'mix', 'nowhere', 'new', '--to', 'x'],
  ],
  ['what would clear the screen', /bell:1:1: is '\?\?\[2J', expected/, 'compare', 'bell'],
];

test('each is told of in one line, with exit code 2, and leaves nothing behind', async () => {
  const before = readdirSync(folder).toSorted();
  const waiting = [...cases];
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const [what, says, ...args] = one;
      const ended = await leasehold(folder, ...args);
      expect(ended.err, what).toMatch(/^leasehold: [^\n\p{Cc}]+\n$/u);
      expect(ended.err, what).toMatch(says);
      expect(ended, what).toMatchObject({ code: 2, out: '' });
    }
  };
  await Promise.all([next(), next(), next()]);
  expect(readdirSync(folder).toSorted()).toEqual(before);
}, 120_000);
