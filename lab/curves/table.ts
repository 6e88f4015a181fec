/** Table: curves as text, a row a size, a column a policy. */

import { PAGE_BYTES } from '../../sim-hw/references.ts';
import { bytesText } from '../bytes-text.ts';
import { grouped } from '../grouped.ts';
import { PAGE_BYTES_MAX } from '../traces/trace.ts';
import { type Counted, countedIn, referencesOf } from './counted.ts';
import type { CurveKind, Curves, Sample } from './curve.ts';
import { frameBytesOf } from './page-sizes.ts';
import type { Point } from './points.ts';

/** What stands before each row, by what the curves are of. */
function rowHead({ of, pageBytes }: Curves): string {
  const heads: Readonly<Record<CurveKind, string>> = {
    misses: 'frames',
    phases: 'until',
    'working-set': 'window',
    'page-size': `frames of ${bytesText(frameBytesOf({ pageBytes }))}`,
    'tlb-reach': 'entries',
  };
  return heads[of];
}

/** Misses; with traffic, a block of rows for each thing counted. */
export function curvesTable(document: Curves): string {
  const { trace, references, pages, sample } = document;
  const whole = `${trace}: ${grouped(references)} references to ${grouped(pages)} pages`;
  const part = sample === undefined ? '' : sampleText(sample, document.of);
  const size = document.pageBytes === PAGE_BYTES ? '' : ` of ${bytesText(document.pageBytes)}`;
  const texts = countedIn(document).map((counted) => block(document, counted));
  return `${whole}${size}${part}\n\n${texts.join('\n')}`;
}

function sampleText({ rate, pages, bound }: Sample, of: CurveKind): string {
  const isByRegion = of === 'page-size' || of === 'tlb-reach';
  const what = isByRegion ? ` of the regions of ${bytesText(PAGE_BYTES_MAX)}` : '';
  const share = `a share of ${Number(rate.toPrecision(4))}${what}`;
  const from = `, estimated from ${grouped(pages)} of them (${share})`;
  if (bound === null) return `${from}; too few to say how well`;
  return `${from}, 99 times in 100 off by at most ${bound.toFixed(RATIO_WIDTH - 2)} a reference`;
}

function boundText(bound: number | undefined): string {
  return ` ±${bound === undefined ? '?'.padEnd(RATIO_WIDTH) : ratio(bound)}`;
}

function block(document: Curves, { title, count, bound }: Counted): string {
  const { of, curves, sample } = document;
  const all = curves.flatMap(({ points }) => points.map(rowOf));
  const rows = [...new Set(all)].sort((a, b) => a - b);
  const counted = (point: Point | undefined): string =>
    point === undefined
      ? '-'
      : `${heldText(of, point)}${grouped(count(point))} ${ratio(count(point) / referencesOf(point, document))}${
          sample === undefined ? '' : boundText(bound(point))
        }`;
  const cells = rows.map((row) => [
    grouped(row),
    ...curves.map(({ points }) => counted(points.find((point) => rowOf(point) === row))),
  ]);
  const heads = [rowHead(document), ...curves.map(({ policy }) => policy)];
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

function heldText(of: CurveKind, { frames, framesBound }: Point): string {
  if (of !== 'working-set') return '';
  return `${frames.toFixed(1)}${framesBound === undefined ? '' : ` ±${framesBound.toFixed(1)}`} `;
}

const RATIO_WIDTH = 7;

function ratio(value: number): string {
  return value.toFixed(RATIO_WIDTH - 2);
}
