/** Axes of plots: even or logarithmic, with marks at round numbers that a reader can tell at a glance. */

import { bytesText } from '../bytes-text.ts';

export interface Axis {
  readonly type: 'log' | 'linear';
  /** Where what is drawn begins. */
  readonly least: number;
  /** Of a logarithmic one; default: 10. */
  readonly base?: number;
  /** Where it is marked; undefined: the library chooses. */
  readonly ticks?: readonly number[];
  readonly tickFormat: (value: number) => string;
  /** Whether it begins at 0: an even one does, so that lengths can be compared. */
  readonly zero?: true;
}

/** Spans from which an axis is logarithmic. */
const WIDE = 100;
const TICKS_MOST = 9;
/** Below, numbers are written as 2e-5. */
const PLAIN_LEAST = 0.0001;

/** Ratios, or sizes; the values that are not above 0 have no place on a logarithmic axis. */
export function axisOf(values: readonly number[]): Axis {
  const [least, most] = rangeOf(values);
  if (!(most > WIDE * least)) return evenAxis;
  return { type: 'log', least, ticks: decimalTicks(least, most), tickFormat: numberText };
}

/** By equal steps; of time always, whose parts are equal. */
export const evenAxis: Axis = {
  type: 'linear',
  least: 0,
  zero: true,
  tickFormat: numberText,
};

/** Memory in bytes, always by factors, marked at powers of two. */
export function bytesAxisOf(values: readonly number[]): Axis {
  const [least, most] = rangeOf(values);
  const first = Math.ceil(Math.log2(least));
  const last = Math.floor(Math.log2(most));
  const step = Math.max(1, Math.ceil((last - first) / TICKS_MOST));
  const ticks: number[] = [];
  for (let order = first; order <= last; order += step) ticks.push(2 ** order);
  return { type: 'log', least, base: 2, ticks, tickFormat: bytesText };
}

/** The least and the most of those above 0. */
function rangeOf(values: readonly number[]): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value > 0) least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** Powers of ten, with twos and fives between them where there are few. */
function decimalTicks(least: number, most: number): number[] {
  const decades = Math.log10(most / least);
  const steps = decades > 4 ? [1] : decades > 2.5 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let order = Math.floor(Math.log10(least)); order <= Math.log10(most); order++)
    ticks.push(...steps.map((step) => Number(`${step}e${order}`)));
  return ticks.filter((tick) => tick >= least && tick <= most);
}

function numberText(value: number): string {
  if (value === 0) return '0';
  if (value < PLAIN_LEAST) return String(Number(value.toPrecision(3)).toExponential());
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}
