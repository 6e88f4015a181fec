import { expect, test } from 'vitest';
import { numberOf, parseMeasured, valueIn } from '../../../lab/papers/expression.ts';
import { readPaper } from '../../../lab/papers/index.ts';
import type { FigureDocument } from '../../../lab/papers/schema.ts';
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
  for (const text of ['', 'a', 'a / b / c', 'mach.a.virtualNs / ', 'x:'])
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
  expect(verdict(40, {})).toBe('told');
});

test('what is recalled, a shape or chosen is never called reproduced', () => {
  const tolerance = { ratio: 0.5 };
  expect(judge(figure({ tolerance }), 'recalled', 4).verdict).toBe('as recalled');
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
])('%s is one clear line', (_what, text, error) => {
  expect(() => readPaper({ file: 'f.yaml', text: paper(text) })).toThrow(error);
});
