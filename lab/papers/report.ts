/** The table of published and simulated figures, and the same as a document. */

import { bold, dim, grouped, type Style, ratio as threeDigits, wrapped } from '../report/text.ts';
import type { ExperimentResult } from './experiment.ts';
import type { FigureResult } from './verdict.ts';

const WHAT_WIDTH = 48;
const columns = [
  { head: 'published', width: 11 },
  { head: 'simulated', width: 11 },
  { head: 'ratio', width: 8 },
] as const;
const TOLERANCE_WIDTH = 17;

/** A line for each figure, beneath its experiment. */
export function papersTable(results: readonly ExperimentResult[], style: Style): string {
  const head = columns.map(({ head: text, width }) => text.padStart(width)).join('');
  const lines = [
    ...wrapped(
      'Published experiments, repeated: docs/experiments.md says how. Behind a figure r: recalled; ' +
        'c: computed by programs of its own, not by this one; s: a shape.',
      '  ',
    ),
    dim(
      `${''.padEnd(WHAT_WIDTH + 2)}${head}  ${'tolerance'.padEnd(TOLERANCE_WIDTH)}verdict`,
      style,
    ),
  ];
  for (const result of results) lines.push(...experimentLines(result, style));
  const outside = results.filter(({ verdict }) => verdict === 'OUTSIDE').map(({ id }) => id);
  const counted = `${results.length} ${results.length === 1 ? 'experiment' : 'experiments'}`;
  lines.push(
    outside.length === 0
      ? `${counted}: none outside.`
      : `${counted}, outside: ${outside.join(', ')}.`,
  );
  return `${lines.join('\n')}\n`;
}

function experimentLines(result: ExperimentResult, style: Style): string[] {
  const { id, also, what, source, machine, calibrated, figures, violations } = result;
  return [
    ...wrapped(bold(`${[id, ...also].join(', ')}  ${what}`, style), '  '),
    ...wrapped(`  ${source}; on ${machine}`, '  ').map((line) => dim(line, style)),
    ...calibrated.flatMap((one) => wrapped(`  calibrated: ${one}`, '    ')),
    ...figureLines(figures),
    ...violations.slice(0, 3).map((one) => `  a rule was broken: ${one}`),
    '',
  ];
}

/** A line for each; one for a whole series where all of it is exact. */
function figureLines(figures: readonly FigureResult[]): string[] {
  return figures.flatMap((figure) => {
    const { of } = figure;
    if (of === undefined) return [figureLine(figure)];
    const points = figures.filter((other) => other.of?.series === of.series);
    if (!points.every(({ tolerance, verdict }) => tolerance === 'exact' && verdict !== 'OUTSIDE'))
      return [figureLine(figure)];
    return figure === points[0] ? [seriesLines(of.series, points)] : [];
  });
}

function seriesLines(series: string, points: readonly FigureResult[]): string {
  const [first] = points as [FigureResult];
  const told = points.map(({ of, simulated }) => `${of?.at}: ${grouped(simulated)}`).join(', ');
  const all = `${points.length}`;
  const whole = { ...first, what: `${series}; ${told}`, ratio: 1 };
  return lineOf(whole, `${all}${markLetters[first.mark]}`, `${all} `);
}

const markLetters = { published: ' ', recalled: 'r', computed: 'c', shape: 's' } as const;

function figureLine(figure: FigureResult): string {
  const { mark, published, simulated } = figure;
  return lineOf(figure, `${number(published)}${markLetters[mark]}`, `${number(simulated)} `);
}

function lineOf(figure: FigureResult, published: string, simulated: string): string {
  const { what, ratio, tolerance, verdict } = figure;
  const told = [published, simulated, ratio === null ? '' : ratio.toFixed(2)];
  const cells = told.map((text, at) => text.padStart(columns[at]?.width ?? 0)).join('');
  const [first = '', ...rest] = wrapped(`  ${what}`, '    ', WHAT_WIDTH);
  const line = `${first.padEnd(WHAT_WIDTH + 2)}${cells}  ${tolerance.padEnd(TOLERANCE_WIDTH)}${verdict}`;
  return [line, ...rest].join('\n');
}

function number(value: number): string {
  if (Math.abs(value) >= 1000 || (Number.isInteger(value) && value > 9)) return grouped(value);
  return Math.abs(value) >= 10 ? threeDigits(value) : value.toFixed(3);
}

/** What `--json` prints: figures by what they are, then each in full. No path, no wall time. */
export function papersDocument(results: readonly ExperimentResult[]): object {
  return {
    experiments: results.map(({ figures, ...result }) => {
      const by = <Key extends keyof FigureResult>(key: Key) =>
        Object.fromEntries(figures.map((figure) => [figure.what, figure[key]]));
      return { ...result, published: by('published'), simulated: by('simulated'), figures };
    }),
  };
}
