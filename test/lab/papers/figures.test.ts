import { expect, test } from 'vitest';
import { numberOf, parseMeasured, valueIn } from '../../../lab/papers/expression.ts';
import { papersTable, readPaper } from '../../../lab/papers/index.ts';
import { type FigureDocument, figuresOf } from '../../../lab/papers/schema.ts';
import { judge, overall } from '../../../lab/papers/verdict.ts';

const results = (virtualNs: number) => ({
  rows: [4, 8].map((frames) => ({
    management: 'mach',
    frames,
    tasks: [{ name: 'a', virtualNs: virtualNs * frames }],
    totals: { virtualNs: 1 },
  })),
});
const runs = new Map([
  ['', results(10)],
  ['other', results(5)],
]);

test.each([
  ['mach.a.virtualNs', 40],
  ['mach.a.virtualNs@8', 80],
  ['mach.virtualNs', 1],
  ['mach.a.virtualNs@8 / other:mach.a.virtualNs', 4],
  ['0.5 * other:mach.a.virtualNs@8 / 2', 10],
  ['mach.a.virtualNs@8 - mach.a.virtualNs', 40],
  ['mach.a.virtualNs@8 - 0.5 * mach.a.virtualNs / other:mach.a.virtualNs', 3],
  ['0.5 * mach.a.virtualNs / other:mach.a.virtualNs@8', 0.5],
])('%s comes to %d', (text, value) => {
  const expression = parseMeasured(text);
  expect(expression && valueIn(expression, runs)).toBe(value);
});

test.each([
  'mach.b.virtualNs',
  'mach.a.faults',
  'none:mach.a.virtualNs',
  'mach.a.virtualNs@5',
  '1 / 0',
])('%s comes to nothing', (text) => {
  const expression = parseMeasured(text);
  expect(expression).toBeDefined();
  expect(expression && valueIn(expression, runs)).toBeUndefined();
});

test('what is no measure is none', () => {
  for (const text of ['', 'a', 'a / b / c', 'mach.a.virtualNs / ', 'x:', '3 - 2 - 1', '3 - a'])
    expect(parseMeasured(text), text).toBeUndefined();
  expect(numberOf('3 / 4')).toBe(0.75);
  expect(numberOf('7')).toBe(7);
  for (const text of ['', '1 / 0', '1 / x', '1 / 2 / 3']) expect(numberOf(text)).toBeUndefined();
});

function figure(given: Partial<FigureDocument>): FigureDocument {
  return { what: 'it', published: 4, simulated: 'a.b', calibrated: false, ...given };
}

test('a figure is judged by all that its tolerance says', () => {
  const verdict = (simulated: number, given: Partial<FigureDocument>) =>
    judge(figure(given), 'published', simulated).verdict;
  expect(verdict(4.8, { tolerance: { ratio: 0.2 } })).toBe('reproduced');
  expect(verdict(4.81, { tolerance: { ratio: 0.2 } })).toBe('OUTSIDE');
  expect(verdict(3.19, { tolerance: { ratio: 0.2 } })).toBe('OUTSIDE');
  expect(verdict(4.1, { tolerance: { within: 0.05 } })).toBe('OUTSIDE');
  expect(verdict(4.1, { tolerance: { within: 0.2, below: 4 } })).toBe('OUTSIDE');
  expect(verdict(3.9, { tolerance: { within: 0.2, below: 4, above: 1 } })).toBe('reproduced');
  expect(verdict(4, { tolerance: { above: 4 } })).toBe('OUTSIDE');
  expect(verdict(4, { tolerance: { exact: true } })).toBe('reproduced');
  expect(verdict(4.000_001, { tolerance: { exact: true } })).toBe('OUTSIDE');
  expect(verdict(40, {})).toBe('told');
});

test('what is recalled, a shape or chosen is never called reproduced', () => {
  const tolerance = { ratio: 0.5 };
  expect(judge(figure({ tolerance }), 'recalled', 4).verdict).toBe('as recalled');
  expect(judge(figure({ tolerance }), 'computed', 4).verdict).toBe('as computed');
  expect(judge(figure({ tolerance: { exact: true } }), 'computed', 4).verdict).toBe('as computed');
  expect(judge(figure({ tolerance, mark: 'shape' }), 'published', 4).verdict).toBe('as the shape');
  expect(judge(figure({ tolerance, calibrated: true }), 'published', 4).verdict).toBe('calibrated');
  expect(judge(figure({ tolerance: { above: 1 } }), 'published', 4).verdict).toBe('as the shape');
  const all = [
    judge(figure({ tolerance }), 'published', 4),
    judge(figure({ tolerance }), 'recalled', 4),
  ];
  expect(overall(all)).toBe('as recalled');
  expect(overall([...all, judge(figure({ tolerance }), 'published', 40)])).toBe('OUTSIDE');
});

const paper = (figures: string, more = '') =>
  `name: x\npaper:\n  id: L-E1\n  what: w\n  source: s\n${more}  figures:\n${figures}`;

test.each([
  [
    'a run that there is not',
    "    - { what: a, published: 1, simulated: 'x:mach.a.faults' }",
    /:7:.*run 'x'/,
  ],
  ['no measure', '    - { what: a, published: 1, simulated: faults }', /:7:.*is no measure/],
  ['no number', '    - { what: a, published: many, simulated: mach.a.faults }', /:7:/],
  [
    'no tolerance',
    '    - { what: a, published: 1, simulated: mach.a.faults, tolerance: {} }',
    /:7:.*is empty/,
  ],
  ['no figure', '    []', /:7:.*is empty and so is `series`/],
  [
    'a series that is too short',
    "    []\n  series:\n    - { what: a, at: [1, 2], published: [1], simulated: 'mach.a.faults@{at}', tolerance: { exact: true } }",
    /:9:.*is of another length/,
  ],
  [
    'a series without its point',
    '    []\n  series:\n    - { what: a, at: [1], published: [1], simulated: mach.a.faults, tolerance: { exact: true } }',
    /:9:.*is no measure/,
  ],
  [
    'a run of a series that there is not',
    "    []\n  series:\n    - { what: a, at: [1], published: [1], simulated: 'x:mach.a.faults@{at}', tolerance: { exact: true } }",
    /:9:.*paper.series\[0\].simulated is of run 'x'/,
  ],
])('%s is one clear line', (_what, text, error) => {
  expect(() => readPaper({ file: 'f.yaml', text: paper(text) })).toThrow(error);
});

test('a series is a figure for each of its points', () => {
  const text = paper('    []\n', '').replace(
    '  figures:\n    []\n',
    "  series:\n    - { what: faults, at: [4, 8], published: [40, 80], simulated: 'mach.a.virtualNs@{at}', tolerance: { exact: true } }\n",
  );
  const figures = figuresOf(readPaper({ file: 'f.yaml', text }));
  expect(figures.map(({ what }) => what)).toEqual(['faults, 4', 'faults, 8']);
  const values = figures.map(({ simulated }) => {
    const expression = parseMeasured(simulated);
    return expression && valueIn(expression, runs);
  });
  expect(values).toEqual([40, 80]);
  const judged = figures.map((one, at) => judge(one, 'computed', values[at] ?? -1));
  const result = { ...whole, figures: judged };
  const table = papersTable([result], { colours: false });
  expect(table).toContain('faults; 4: 40, 8: 80');
  expect(table.match(/as computed/g)).toHaveLength(1);
  const broken = judge(figures[0] as FigureDocument, 'computed', 41);
  const told = papersTable([{ ...whole, figures: [broken, ...judged.slice(1)] }], {
    colours: false,
  });
  expect(told).toContain('faults, 4');
  expect(told).toContain('faults, 8');
  expect(told).toContain('OUTSIDE');
});

const whole = {
  id: 'M-E1',
  also: [],
  what: 'w',
  source: 's',
  scenario: 'x',
  machine: 'm',
  calibrated: [],
  violations: [],
  verdict: 'as computed' as const,
};
