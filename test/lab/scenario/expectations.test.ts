import { expect, test } from 'vitest';
import { measureNames } from '../../../lab/measures.ts';
import { documentSchema } from '../../../lab/report/document.ts';
import { checkScenario } from '../../../lab/scenario/check.ts';
import {
  checkExpectation,
  type Expectation,
  type Measured,
  parseExpectation,
} from '../../../lab/scenario/expectations.ts';
import { parseSource } from '../../../lab/scenario/source.ts';

const document = {
  rows: [10, 20].flatMap((frames) => [
    {
      management: 'contracts',
      frames,
      tasks: [
        { name: 'one', hardFaults: 100 / frames, stallNs: null, windows: { calm: { faults: 3 } } },
      ],
      totals: { slowdown: 30 / frames },
    },
    {
      management: 'mach',
      frames,
      tasks: [{ name: 'one', hardFaults: 8 }],
      totals: { slowdown: 2 },
    },
  ]),
} as Measured;

function verdict(text: string): [boolean, string] {
  const { holds, found } = checkExpectation(parseExpectation(text, 'x') as Expectation, document);
  return [holds, found];
}

test('a measure against a number, at every memory size', () => {
  expect(verdict('contracts.one.hardFaults <= 10')).toEqual([
    true,
    '10 frames: 10 <= 10, 20 frames: 5 <= 10',
  ]);
  expect(verdict('contracts.one.hardFaults < 10')[0]).toBe(false);
  expect(verdict('contracts.one.hardFaults@20 == 5')).toEqual([true, '5 == 5']);
  expect(verdict('contracts.slowdown >= 1.5')[0]).toBe(true);
  expect(verdict('contracts.slowdown > 1.5')[0]).toBe(false);
});

test('a measure against another, with a factor on either side, and across sizes', () => {
  expect(verdict('contracts.one.hardFaults < 1.3 * mach.one.hardFaults')[0]).toBe(true);
  expect(verdict('2 * mach.slowdown >= contracts.slowdown')[0]).toBe(true);
  expect(verdict('contracts.one.hardFaults@20 < contracts.one.hardFaults@10')[0]).toBe(true);
  expect(verdict('contracts.one.hardFaults@10 < contracts.one.hardFaults')[0]).toBe(false);
});

test('what has no value never holds', () => {
  expect(verdict('contracts.one.stallNs >= 0')).toEqual([
    false,
    '10 frames: nothing >= 0, 20 frames: nothing >= 0',
  ]);
  expect(verdict('contracts.two.hardFaults >= 0')[0]).toBe(false);
  expect(verdict('contracts.one.hardFaults@30 >= 0')[0]).toBe(false);
});

test('a measure in a window, and in one that the run has not', () => {
  expect(verdict('contracts.one.faults[calm]@10 == 3')).toEqual([true, '3 == 3']);
  expect(verdict('contracts.one.faults[rush] >= 0')[0]).toBe(false);
  expect(verdict('mach.one.faults[calm] >= 0')[0]).toBe(false);
});

test('what is no expectation', () => {
  for (const text of ['', 'a', 'a < ', 'a.b', 'a.b < c', 'a.b.c.d < 1', 'a.b << 1', 'a.b < -1'])
    expect(parseExpectation(text, 'x'), text).toBeUndefined();
});

test('the measures are those of the results', () => {
  const { tasks } = documentSchema.shape.rows.element.shape;
  const fields = Object.keys(tasks.element.shape).filter(
    (key) =>
      !/^(name|timeNs|charged|tableFramesMax|metadataBytesMax|operationNsP99|windows|threads|foundMapped|tlb.*|.*motions|reserv.*|disk.*)$/.test(
        key,
      ),
  );
  expect(measureNames.toSorted()).toEqual(fields.toSorted());
});

function load(that: string) {
  const text = `
name: t
machine: { frames: [64, 128] }
managements: [contracts, mach]
bounds: []
tasks: [{ name: one, program: { kind: loop, pages: 9, rounds: 2 } }]
windows: { calm: { from: 0, to: { ms: 1 } } }
expect: [{ that: "${that}", because: x }]
`;
  return checkScenario(parseSource('t.yaml', text)).expectations;
}

test('a scenario may expect of what it has; else it is refused, with the place and a suggestion', () => {
  expect(load('contracts.one.faults < mach.one.faults@64')).toHaveLength(1);
  expect(load('2 * contracts.one.faults[calm]@64 < mach.one.framesMean[calm]')).toHaveLength(1);
  const wrong = [
    ['contracts.one.faults', "is 'contracts.one.faults', expected two sides"],
    ['global-lru.one.faults < 1', "names 'global-lru', expected a management"],
    ['contracts.on.faults < 1', "names 'on', expected a task of the scenario; did you mean 'one'"],
    [
      'contracts.one.fault < 1',
      "names 'fault', expected a field of the results; did you mean 'faults'",
    ],
    ['contracts.one.jain < 1', "names 'jain'"],
    ['contracts.one.faults[calms] < 1', "names 'calms', expected a window"],
    ['contracts.one.slowdown[calm] < 1', "names 'slowdown', expected a field"],
    ['contracts.faults[calm] < 1', "names '', expected a task"],
  ];
  for (const [that, what] of wrong) expect(() => load(that as string), that).toThrow(what);
  expect(() => load('contracts.one.fault < 1')).toThrow('t.yaml:8');
});
