/** Table: curves as text, a row a size, a column a policy. */

import { grouped } from '../grouped.ts';
import type { CurveKind, Curves, Sample } from './curve.ts';
import type { Point } from './points.ts';

/** What stands before each row, by what the curves are of. */
const rowHeads: Readonly<Record<CurveKind, string>> = {
  misses: 'frames',
  phases: 'until',
  'working-set': 'window',
  'page-size': 'frames of 4 KiB',
  'tlb-reach': 'entries',
};

/** Misses; with traffic, a block of rows for each thing counted. */
export function curvesTable(document: Curves): string {
  const { trace, references, pages, curves, sample } = document;
  const whole = `${trace}: ${grouped(references)} references to ${grouped(pages)} pages`;
  const part = sample === undefined ? '' : sampleText(sample);
  const head = `${whole}${part}\n`;
  const blocks: [string, (point: Point) => number][] = [['misses', ({ misses }) => misses]];
  if (curves[0]?.points[0]?.traffic !== undefined)
    blocks.push(
      ['misses on reads', ({ traffic }) => traffic?.readMisses ?? 0],
      ['misses on writes', ({ traffic }) => traffic?.writeMisses ?? 0],
      ['misses on fetches', ({ traffic }) => traffic?.fetchMisses ?? 0],
      ['pages written back', ({ traffic }) => traffic?.writeBacks ?? 0],
    );
  const texts = blocks.map(([title, count]) => block(title, document, count));
  return `${head}\n${texts.join('\n')}`;
}

function sampleText({ rate, pages, bound }: Sample): string {
  const from = `, estimated from ${grouped(pages)} of them (a share of ${Number(rate.toPrecision(4))})`;
  if (bound === null) return `${from}; too few to say how well`;
  return `${from}, 99 times in 100 off by at most ${bound.toFixed(RATIO_WIDTH - 2)} a reference`;
}

function boundText({ bound }: Point): string {
  return ` ±${bound === undefined ? '?'.padEnd(RATIO_WIDTH) : ratio(bound)}`;
}

function block(
  title: string,
  { of, curves, references, sample }: Curves,
  count: (point: Point) => number,
): string {
  const all = curves.flatMap(({ points }) => points.map(rowOf));
  const rows = [...new Set(all)].sort((a, b) => a - b);
  const counted = (point: Point | undefined): string =>
    point === undefined
      ? '-'
      : `${heldText(of, point)}${grouped(count(point))} ${ratio(count(point) / references)}${
          sample === undefined ? '' : boundText(point)
        }`;
  const cells = rows.map((row) => [
    grouped(row),
    ...curves.map(({ points }) => counted(points.find((point) => rowOf(point) === row))),
  ]);
  const heads = [rowHeads[of], ...curves.map(({ policy }) => policy)];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((line) => line[column].length)),
  );
  const line = (texts: readonly string[]): string =>
    `${texts.map((text, column) => text.padStart(widths[column])).join('  ')}\n`;
  const what = of === 'working-set' ? 'pages held on average, misses' : title;
  return `${what}, and per reference\n${[heads, ...cells].map(line).join('')}`;
}

/** What tells one row from another. */
export function rowOf({ until, window, frames }: Point): number {
  return until ?? window ?? frames;
}

function heldText(of: CurveKind, { frames }: Point): string {
  return of === 'working-set' ? `${frames.toFixed(1)} ` : '';
}

const RATIO_WIDTH = 7;

function ratio(value: number): string {
  return value.toFixed(RATIO_WIDTH - 2);
}
