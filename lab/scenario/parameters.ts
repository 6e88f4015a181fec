/** Parameters of policies and central managements: known ones, each in its range. */

import type { ParameterRange, ParameterRanges } from '../../contracts/policy.ts';
import { inputError } from './input-error.ts';
import { didYouMean } from './suggest.ts';

/** What a policy or a management says of its parameters. */
export interface Declared {
  readonly parameters: Readonly<Record<string, number>>;
  readonly ranges: ParameterRanges;
}

/** Refuses parameters that `name` does not declare, and values out of their range. */
export function requireParameters(
  name: string,
  { parameters, ranges }: Declared,
  given: Readonly<Record<string, number>>,
  at: (key: string) => { place: string; where: string },
): void {
  for (const [key, value] of Object.entries(given)) {
    const { place, where } = at(key);
    if (!Object.hasOwn(parameters, key)) {
      const all = Object.keys(parameters);
      const next = all.length === 0 ? 'it has none; remove it' : didYouMean(key, all);
      throw inputError(place, `${where} is unknown, expected a parameter of ${name}; ${next}`);
    }
    requireInRange(ranges[key], value, place, where);
  }
}

/** Refuses a value out of its range; without one each number will do. */
export function requireInRange(
  range: ParameterRange | undefined,
  value: number,
  place: string,
  where: string,
): void {
  if (range === undefined || isInRange(range, value)) return;
  throw inputError(place, `${where} is ${value}, expected ${rangeText(range)}; correct it`);
}

export function isInRange({ least, most, whole }: ParameterRange, value: number): boolean {
  return value >= least && value <= most && (whole !== true || Number.isInteger(value));
}

/** `a number from 0 to 1`. */
export function rangeText({ least, most, whole }: ParameterRange): string {
  if (whole === true && most === least + 1) return `${least} or ${most}`;
  return `a ${whole === true ? 'whole ' : ''}number from ${spanText({ least, most })}`;
}

/** `0 to 1`. */
export function spanText({ least, most }: Pick<ParameterRange, 'least' | 'most'>): string {
  return `${short(least)} to ${short(most)}`;
}

/** 1000 as it is written, 1e15 where that is much shorter. */
function short(value: number): string {
  const exponential = value.toExponential().replace('e+', 'e');
  return exponential.length + 2 < String(value).length ? exponential : String(value);
}
