/** Table: curves as text, a row a size, a column a policy. */

import type { Curve, Curves } from './curve.ts';
import type { Point } from './points.ts';

/** Misses; with traffic, a block of rows for each thing counted. */
export function curvesTable({ trace, references, pages, curves }: Curves): string {
  const head = `${trace}: ${grouped(references)} references to ${grouped(pages)} pages\n`;
  const blocks: [string, (point: Point) => number][] = [['misses', ({ misses }) => misses]];
  if (curves[0]?.points[0]?.traffic !== undefined)
    blocks.push(
      ['misses on reads', ({ traffic }) => traffic?.readMisses ?? 0],
      ['misses on writes', ({ traffic }) => traffic?.writeMisses ?? 0],
      ['misses on fetches', ({ traffic }) => traffic?.fetchMisses ?? 0],
      ['pages written back', ({ traffic }) => traffic?.writeBacks ?? 0],
    );
  const texts = blocks.map(([title, count]) => block(title, curves, count, references));
  return `${head}\n${texts.join('\n')}`;
}

function block(
  title: string,
  curves: readonly Curve[],
  count: (point: Point) => number,
  references: number,
): string {
  const sizes = curves[0]?.points.map(({ frames }) => frames) ?? [];
  const rows = sizes.map((frames, at) => [
    grouped(frames),
    ...curves.map(({ points }) => {
      const counted = count(points[at]);
      return `${grouped(counted)} ${ratio(counted / references)}`;
    }),
  ]);
  const heads = ['frames', ...curves.map(({ policy }) => `${policy} ${' '.repeat(RATIO_WIDTH)}`)];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, column) => cell.padStart(widths[column]))
      .join('  ')
      .trimEnd()}\n`;
  return `${title}, and per reference\n${[heads, ...rows].map(line).join('')}`;
}

const RATIO_WIDTH = 7;

function ratio(value: number): string {
  return value.toFixed(RATIO_WIDTH - 2);
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
