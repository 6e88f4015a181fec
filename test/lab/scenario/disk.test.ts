import { expect, test } from 'vitest';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';

const good = `name: small
machine: { costs: decstation-5000, frames: 64 }
managements: [contracts, mach]
disk: { scheduler: fair, admit: 0.5 }
tasks:
  - { name: a, program: { kind: loop, pages: 9, rounds: 2 }, contract: { guaranteed: 20 },
      disk: { period: { ms: 250 }, slice: { us: 25000 }, laxity: { ms: 10 }, term: { s: 1 } },
      streams: { blocks: 100, length: 2, every: { ms: 5 } } }
`;

test('a disk server, a disk contract and a reader, with defaults', () => {
  const { disk, tasks } = checkScenario(parseSource('x.yaml', good));
  expect(disk).toEqual({ scheduler: 'fair', depth: 1, admit: 0.5 });
  const times = { period: 250_000, slice: 25_000, laxity: 10_000 };
  expect(tasks[0].disk).toEqual({ ...times, slack: false, term: 1_000_000_000 });
  const lockMax = 1_000_000_000;
  expect(tasks[0].streams).toEqual({ blocks: 100, length: 2, ahead: 4, every: 5_000_000, lockMax });
  const modern = good.replace('costs: decstation-5000, ', '').replace('scheduler: fair, ', '');
  const { disk: other } = checkScenario(parseSource('x.yaml', modern));
  expect(other).toEqual({ scheduler: 'contracts', depth: 16, admit: 0.5 });
});

test.each<[string, from: string, to: string, line: number, expected: RegExp]>([
  ['no disk server', 'disk: { scheduler: fair, admit: 0.5 }\n', '', 6, /add the key disk/],
  ['an unknown scheduler', 'scheduler: fair', 'scheduler: fast', 4, /scheduler/],
  ['a slice above its period', 'us: 25000', 's: 1', 7, /slice of 1000000 us.*lower it/],
  ['half a microsecond', 'us: 25000', 'ns: 1500', 7, /whole microseconds/],
  ['no slice', 'us: 25000', 'us: 0', 7, /from 1 to/],
  ['a period too long', 'period: { ms: 250 }', 'period: { s: 17 }', 7, /whole microseconds from 1/],
  ['a file shorter than a request', 'blocks: 100', 'blocks: 1', 8, /expected 2 or more/],
  ['no guarantee', 'contract: { guaranteed: 20 }', 'atEnd: exit', 8, /name it/],
  ['a guarantee too small', 'guaranteed: 20', 'guaranteed: 8', 8, /above that; raise it/],
  ['a hoarder', 'name: a,', 'name: a, hostile: hoarder,', 8, /expected no hostile/],
  ['equal parts', 'mach]', 'contracts-equal]', 8, /expected no row contracts-equal/],
  ['large pages', 'name: a,', 'name: a, pageSize: 2097152,', 6, /expected 4096 with a disk server/],
])('%s is refused with its line and what to do', (_, from, to, line, expected) => {
  const text = good.replace(from, to);
  expect(text).not.toBe(good);
  const check = () => checkScenario(parseSource('x.yaml', text));
  expect(check).toThrow(InputError);
  expect(check).toThrow(new RegExp(`^x.yaml:${line}`));
  expect(check).toThrow(expected);
});

test('a disk server may fail and die, and swap in layers and file servers stand before it', () => {
  const text = `
name: both
machine: { costs: decstation-5000, frames: 64 }
disk: { faults: { readErrors: 0.5, lostWrites: 0.25 }, diesAt: { ms: 3 } }
swap: { layers: [{ layer: disk }] }
files: [{ name: files }]
tasks:
  - { name: a, program: { kind: loop, pages: 4, rounds: 1 } }
`;
  const { disk, swap, files } = checkScenario(parseSource('x.yaml', text));
  expect(disk?.faults).toEqual({ readErrors: 32768, lostWrites: 16384 });
  expect(disk?.diesAt).toBe(3_000_000);
  expect(swap?.layers).toHaveLength(1);
  expect(files).toHaveLength(1);
});
