import { expect, test } from 'vitest';
import { ascending } from '../../../lab/scenario/ascending.ts';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';
import { packRun, READ, WRITE } from '../../../sim-hw/references.ts';

function check(task: string, machine = '{ frames: 4096 }') {
  const text = `name: s
machine: ${machine}
tasks:
  - { name: a, program: { kind: loop, pages: 9, rounds: 2 }, ${task} }
`;
  return checkScenario(parseSource('x.yaml', text)).tasks[0]?.kinds.superpages;
}

test('superpages are of all sizes that the page table maps, or of those named', () => {
  expect(check('limit: 9')).toBeNull();
  expect(check('superpages: {}')).toEqual({ orders: [9], apart: false });
  expect(check('superpages: { sizes: [2097152, 2097152], apart: true }')).toEqual({
    orders: [9],
    apart: true,
  });
});

test.each<[string, string, RegExp, machine?: string]>([
  [
    'a size',
    'superpages: { sizes: [4096] }',
    /sizes\[0\] is 4096 bytes, expected 2097152; correct/,
  ],
  ['beside large pages', 'superpages: {}, pageSize: 2097152', /expected none at pageSize 2097152/],
  ['beside scratch', 'superpages: {}, scratch: [[0, 1]]', /expected no scratch beside it/],
  [
    'on a page table',
    'superpages: {}',
    /larger pages than rt-pc; remove/,
    '{ frames: 64, pageTable: rt-pc }',
  ],
  ['an unknown key', 'superpages: { size: 3 }', /superpages.size is unknown/],
])('%s that cannot be is refused with its place', (_, task, expected, machine) => {
  expect(() => check(task, machine)).toThrow(InputError);
  expect(() => check(task, machine)).toThrow(expected);
  expect(() => check(task, machine)).toThrow(/^x.yaml:4:\d+: tasks\[0\].superpages/);
});

test('not beside a program that says of its pages what is garbage', () => {
  const text = `name: s
machine: { frames: 4096 }
tasks:
  - name: a
    program: { kind: collector, pages: 40, collections: 2, nursery: 8 }
    superpages: {}
`;
  expect(() => checkScenario(parseSource('x.yaml', text))).toThrow(
    /x.yaml:6:\d+: tasks\[0\].superpages is given, expected a program that calls nothing garbage/,
  );
  const heeds = (more: string) =>
    checkScenario(parseSource('x.yaml', text.replace('superpages: {}', more))).tasks[0]?.kinds;
  expect(heeds('flushPages: 4')).toMatchObject({ heeds: true, flushPages: 4 });
  expect(heeds('dropsGarbage: false')?.heeds).toBe(false);
});

test('not where page tables are charged', () => {
  const machine = '{ frames: 4096 }\nterms: { chargePageTables: true }';
  expect(() => check('superpages: {}, contract: { guaranteed: 20 }', machine)).toThrow(
    /x.yaml:5:\d+: tasks\[0\].superpages is given, with terms.chargePageTables expected none/,
  );
});

test('a program in the order of its pages makes the same references', () => {
  const program = {
    references: 5,
    runs: Uint32Array.of(packRun(0, READ, 2), packRun(1, WRITE, 1), packRun(2, READ, 2)),
    pageNumbers: Float64Array.of(70, 5, 2 ** 35),
  };
  const sorted = ascending(program);
  expect([...sorted.pageNumbers]).toEqual([5, 70, 2 ** 35]);
  expect([...sorted.runs]).toEqual([
    packRun(1, READ, 2),
    packRun(0, WRITE, 1),
    packRun(2, READ, 2),
  ]);
  expect(sorted.references).toBe(5);
});
