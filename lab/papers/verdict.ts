/**
 * Verdicts: a published figure beside the simulated one. What is recalled is never called
 * reproduced, and neither is what a constant was chosen for.
 */

import { numberOf } from './expression.ts';
import type { FigureDocument, Mark, Point, Tolerance } from './schema.ts';

export type Verdict =
  | 'reproduced'
  | 'as recalled'
  | 'as computed'
  | 'as the shape'
  | 'calibrated'
  | 'told'
  | 'OUTSIDE';

export interface FigureResult {
  readonly what: string;
  readonly mark: Mark;
  readonly published: number;
  readonly simulated: number;
  /** Simulated over published; null where the published one is 0. */
  readonly ratio: number | null;
  readonly tolerance: string;
  readonly verdict: Verdict;
  /** Of a series: which, and its point. */
  readonly of?: Point;
}

/** Compares the two; `paperMark` where the figure has no mark of its own. */
export function judge(figure: FigureDocument, paperMark: Mark, simulated: number): FigureResult {
  const { what, mark = paperMark, tolerance, calibrated, of } = figure;
  const published = numberOf(figure.published) as number;
  return {
    what,
    mark,
    published,
    simulated: rounded(simulated),
    ratio: published === 0 ? null : rounded(simulated / published),
    tolerance: toleranceText(tolerance),
    verdict: verdictOf(published, simulated, mark, tolerance, calibrated),
    ...(of !== undefined && { of }),
  };
}

function verdictOf(
  published: number,
  simulated: number,
  mark: Mark,
  tolerance: Tolerance | undefined,
  calibrated: boolean,
): Verdict {
  if (tolerance === undefined) return 'told';
  if (!isWithin(published, simulated, tolerance)) return 'OUTSIDE';
  if (calibrated) return 'calibrated';
  // A direction is no figure: what is far from the published one has its shape at the most.
  const { ratio, within, exact } = tolerance;
  if (ratio === undefined && within === undefined && exact === undefined) return 'as the shape';
  return markVerdicts[mark];
}

const markVerdicts: Readonly<Record<Mark, Verdict>> = {
  published: 'reproduced',
  recalled: 'as recalled',
  computed: 'as computed',
  shape: 'as the shape',
};

function isWithin(published: number, simulated: number, tolerance: Tolerance): boolean {
  const { ratio, within, above, below, exact } = tolerance;
  if (exact === true && simulated !== published) return false;
  const distance = Math.abs(simulated - published);
  if (ratio !== undefined && distance > ratio * Math.abs(published)) return false;
  if (within !== undefined && distance > within) return false;
  if (above !== undefined && simulated <= above) return false;
  return below === undefined || simulated < below;
}

function toleranceText(tolerance: Tolerance | undefined): string {
  if (tolerance === undefined) return '';
  const { ratio, within, above, below, exact } = tolerance;
  const parts = [
    ...(exact === undefined ? [] : ['exact']),
    ...(ratio === undefined ? [] : [`${rounded(ratio * 100)} %`]),
    ...(within === undefined ? [] : [`+-${within}`]),
    ...(above === undefined ? [] : [`> ${above}`]),
    ...(below === undefined ? [] : [`< ${below}`]),
  ];
  return parts.join(', ');
}

/** To six digits: what is printed, and what the document has. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** Of all figures of an experiment: the worst first. */
export function overall(figures: readonly FigureResult[]): Verdict {
  const order: Verdict[] = [
    'OUTSIDE',
    'as the shape',
    'as recalled',
    'as computed',
    'reproduced',
    'calibrated',
  ];
  const found = order.find((verdict) => figures.some((figure) => figure.verdict === verdict));
  return found ?? 'told';
}
