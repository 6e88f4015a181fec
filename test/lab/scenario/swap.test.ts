import { expect, test } from 'vitest';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';

const good = `name: small
machine: { frames: 64 }
swap:
  quota: 100
  layers:
    - { layer: waiting, frames: 8 }
    - { layer: tiered, pages: 40, upper: [{ layer: disk, device: nvme, faults: { tornWrites: 0.25 } }] }
    - { layer: remote, latency: { us: 30 }, loss: 0.5 }
    - { layer: mirrored, sides: [[{ layer: disk }], [{ layer: disk, blocks: 50, blocksMax: 90 }]] }
tasks:
  - { name: a, program: { kind: loop, pages: 9, rounds: 2 } }
`;

test('layers of swap: times in nanoseconds, chances of 2^16, what is not named absent', () => {
  const { swap } = checkScenario(parseSource('x.yaml', good));
  expect(JSON.parse(JSON.stringify(swap))).toEqual({
    quota: 100,
    layers: [
      { layer: 'waiting', frames: 8 },
      {
        layer: 'tiered',
        pages: 40,
        upper: [{ layer: 'disk', device: 'nvme', faults: { tornWrites: 16384 } }],
      },
      { layer: 'remote', latencyNs: 30_000, loss: 32768 },
      {
        layer: 'mirrored',
        sides: [[{ layer: 'disk' }], [{ layer: 'disk', blocks: 50, blocksMax: 90 }]],
      },
    ],
  });
  const leased = good.replace('quota: 100', 'memory: { guaranteed: 2 }');
  const { memory } = checkScenario(parseSource('x.yaml', leased)).swap ?? {};
  expect(memory).toEqual({ guaranteed: 2, extra: 0 });
  const none = checkScenario(parseSource('x.yaml', good.replace(/swap:\n( .*\n)+(?=tasks)/, '')));
  expect(none.swap).toBeNull();
});

test.each<[string, from: string, to: string, line: number, expected: RegExp]>([
  ['a layer nobody knows', 'layer: waiting', 'layer: wishing', 6, /layer/],
  ['nothing below', '    - { layer: mirrored', '    # {', 8, /nothing below it, expected disk/],
  ['something below a disk', 'waiting, frames: 8', 'disk', 6, /expected nothing below it/],
  [
    'nothing below above',
    '[{ layer: disk, device',
    '[{ layer: remote }, { layer: encrypting, x',
    7,
    /x/,
  ],
  ['a device nobody knows', 'device: nvme', 'device: nvmee', 7, /did you mean 'nvme'/],
  ['a file that cannot grow', 'blocksMax: 90', 'blocksMax: 50', 9, /expected fewer blocks/],
  ['too little guaranteed', 'quota: 100', 'memory: { guaranteed: 0 }', 4, /at least 1/],
  [
    'memory for nobody',
    'quota: 100\n  layers:\n    - { layer: waiting, frames: 8 }',
    'memory: { guaranteed: 1 }\n  layers:\n    - { layer: encrypting }',
    4,
    /expected waiting or compressed/,
  ],
  ['references on a wire', '{ us: 30 }', '{ references: 3 }', 8, /is in references/],
])('%s is refused with its line and what to do', (_, from, to, line, expected) => {
  const text = good.replace(from, to);
  expect(text).not.toBe(good);
  const check = () => checkScenario(parseSource('x.yaml', text));
  expect(check).toThrow(InputError);
  expect(check).toThrow(new RegExp(`^x.yaml:${line}`));
  expect(check).toThrow(expected);
});
