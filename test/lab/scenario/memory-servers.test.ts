import { expect, test } from 'vitest';
import { checkScenario } from '../../../lab/scenario/check.ts';
import { parseSource } from '../../../lab/scenario/source.ts';

const good = `name: stacked
machine: { frames: 64 }
memoryServers: { depth: 3 }
terms: { arbiter: excess }
tasks:
  - { name: a, program: { kind: loop, pages: 8, rounds: 2 } }
  - { name: b, program: { kind: loop, pages: 8, rounds: 2 }, contract: { guaranteed: 8 }, memoryServer: 1 }
`;

test('memory servers behind one another, and who deals with which', () => {
  const { memoryServers, tasks } = checkScenario(parseSource('x.yaml', good));
  expect(memoryServers).toEqual({ depth: 3 });
  expect(tasks.map(({ level }) => level)).toEqual([null, 1]);
});

test.each([
  ['too many', 'depth: 3', 'depth: 9', 3, /depth/],
  ['one that is not there', 'memoryServer: 1', 'memoryServer: 4', 7, /one of the 3/],
  ['a name of one', 'name: a,', 'name: memory-2,', 6, /name of a memory server/],
  ['no guarantee named', 'contract: { guaranteed: 8 }, ', '', 7, /no contract.guaranteed/],
  ['an arbiter for one alone', 'arbiter: excess', 'arbiter: lru-sp', 4, /lru-sp/],
])('%s: refused with its place', (_, from, to, line, what) => {
  const run = () => checkScenario(parseSource('x.yaml', good.replace(from, to)));
  expect(run).toThrow(what);
  expect(run).toThrow(new RegExp(`^x.yaml:${line}:`));
});
