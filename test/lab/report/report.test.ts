import { expect, test } from 'vitest';
import type { Comparison } from '../../../lab/compare/index.ts';
import { documentOf, documentSchema, plainWords, tableText } from '../../../lab/report/index.ts';
import { counted } from '../../../lab/report/text.ts';
import type { Row, TaskResult } from '../../../lab/results.ts';
import { checkScenario, parseSource } from '../../../lab/scenario/index.ts';

const plain = { colours: false };
const times = {
  program: 1,
  translation: 1,
  trap: 1,
  message: 1,
  scan: 1,
  zero: 1,
  ioWait: 1,
  cpuWait: 1,
  rest: 1,
};

function result(
  name: string,
  slowdown: number | null,
  given: Partial<TaskResult> = {},
): TaskResult {
  const counts = {
    references: 5,
    faults: 9,
    compulsoryFaults: 1,
    hardFaults: 5,
    softFaults: 4,
    lostFaults: 0,
    regeneratedFaults: 0,
  };
  const more = { pageIns: 5, pageOuts: 2, messages: 7 };
  const notices = { revocationsMet: 3, revocationsMissed: 2, revocationsPartly: 1 };
  const time = { virtualNs: 8, timeNs: times, stallNs: 4, faultNsMean: 1, faultNsP99: 2 };
  return {
    name,
    ...counts,
    ...more,
    ...notices,
    ...time,
    framesMean: 3.5,
    framesMax: 4,
    slowdown,
    ...given,
  };
}

function row(
  management: string,
  slowdowns: readonly number[],
  given: Partial<TaskResult> = {},
): Row {
  const tasks = ['quick', 'slow', 'bad'].map((name, at) => result(name, slowdowns[at], given));
  const { name: _, ...all } = result('', (slowdowns[0] + slowdowns[1]) / 2, given);
  const totals = { ...all, jain: 0.9 };
  const labels = management === 'contracts' ? ['clock G 1', 'mru G 2', 'fifo G 3'] : [];
  return {
    management,
    frames: 64,
    sight: 'hardware',
    notes: ['G from the scenario'],
    labels,
    tasks,
    totals,
  };
}

function comparison(rows: readonly Row[]): Comparison {
  const scenario = checkScenario(
    parseSource(
      'x.yaml',
      `name: x
machine: { frames: 64 }
tasks:
  - { name: quick, program: { kind: loop, pages: 9, rounds: 2 } }
  - { name: slow, program: { kind: loop, pages: 9, rounds: 2 } }
  - { name: bad, program: { kind: loop, pages: 9, rounds: 2 }, hostile: hoarder }
`,
    ),
  );
  const oracles = [{ name: 'time', checks: 12, violations: [] }];
  return {
    loaded: scenario as unknown as Comparison['loaded'],
    rows,
    oracles,
    curves: [],
    scenario: 'x.yaml',
  };
}

const rows = [
  row('contracts', [2, 4, 50]),
  row('mach', [3, 3, 20]),
  row('global-clock', [5, 5, 5]),
];

test('the document has the keys of the schema, in one order', () => {
  const document = documentSchema.parse(documentOf(comparison(rows)));
  expect(Object.keys(document)).toEqual([
    'version',
    'scenario',
    'seed',
    'machine',
    'rows',
    'oracles',
  ]);
  expect(Object.keys(document.rows[0])).toEqual([
    'management',
    'frames',
    'sight',
    'tasks',
    'totals',
  ]);
  expect(Object.keys(document.rows[0].tasks[0]).slice(0, 4)).toEqual([
    'name',
    'references',
    'faults',
    'compulsoryFaults',
  ]);
  expect(Object.keys(document.rows[0].totals).at(-1)).toBe('jain');
});

test('however large the numbers, columns do not touch and lines fit', () => {
  const huge = { faults: 123_456_789_012, hardFaults: 98_765_432_109, softFaults: 24_691_356_903 };
  const more = {
    lostFaults: 1_234_567,
    pageOuts: 99_999_999_999,
    virtualNs: 9e15,
    framesMean: 8e5,
  };
  const text = tableText(
    comparison([row('contracts', [20000, 4e6, 1], { ...huge, ...more })]),
    plain,
  );
  const lines = text.split('\n').filter((line) => /^ +(contracts|quick|slow|bad!) /.test(line));
  expect(lines).toHaveLength(4);
  for (const line of lines) {
    expect(line.length).toBeLessThanOrEqual(120);
    expect(
      line
        .trim()
        .replaceAll(/(\d) ([kMGT])\b/g, '$1$2')
        .split(/ +/).length,
    ).toBeGreaterThan(9);
  }
  expect(text).toContain(' 123 G ');
  expect(text).toContain('mru G 2');
});

test('counts are shortened only where they do not fit', () => {
  expect(counted(1_234_567, 9)).toBe('1,234,567');
  expect(counted(1_234_567, 8)).toBe('1.23 M');
  expect(counted(98_765, 5)).toBe('98.8 k');
});

test('plain words name the winner, the losers, and what to try', () => {
  const won = plainWords(
    comparison([row('contracts', [2, 4, 50]), row('mach', [5, 3, 20])]),
    plain,
  );
  expect(won).toContain('Quicker: contracts, by 33 %');
  expect(won).toMatch(/gains most: quick \(2.00 against 5.00 times/);
  expect(won).toMatch(/loses most: slow \(4.00 against 3.00 times/);
  expect(won).toMatch(/bad is hostile \(hoarder\): it missed 2 of 5 deadlines/);
  expect(won).toMatch(/slow suffers most\..*--task slow/s);
  const lost = plainWords(comparison([row('contracts', [6, 8, 5]), row('mach', [3, 4, 5])]), plain);
  expect(lost).toContain('Quicker: mach, by 100 %');
  expect(lost).not.toContain('gains most');
  expect(plainWords(comparison([row('mach', [3, 4, 5])]), plain)).toBe('');
});

test('it is compared with the better of the central pagers', () => {
  expect(plainWords(comparison(rows), plain)).toContain('3.00 under the better central pager');
});
