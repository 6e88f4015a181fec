/**
 * Time texts: a moment or a length on the clock of terms as the command line takes it, and as a
 * report says it: `12ms`, `350us`, `1.5s`; a bare number is nanoseconds, or references where the
 * scenario counts those. (Scenario files have `{ ms: 12 }`; see ticks.ts.)
 */

import { inputError } from './input-error.ts';

export type TermClock = 'ns' | 'references';

const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** Ticks that `text` says. Refuses (InputError) what is no time, or has a unit of the other clock. */
export function ticksOfText(option: string, text: string, clock: TermClock): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ns|us|ms|s)?$/.exec(text.trim());
  const expected =
    clock === 'ns'
      ? 'expected a time such as 12ms, 350us, 1.5s, or a whole number of nanoseconds'
      : 'expected a whole number of references, since that is what the scenario counts';
  const refused = inputError(option, `is '${text}', ${expected}; correct it`);
  if (match === null) throw refused;
  const [, digits, unit] = match;
  if (unit !== undefined && clock === 'references') throw refused;
  if (unit === undefined && digits.includes('.')) throw refused;
  const ticks = Math.round(Number(digits) * NS[unit ?? 'ns']);
  if (!Number.isSafeInteger(ticks)) throw refused;
  return ticks;
}

/** To three digits behind the point or so: `12.345 ms`, `20,000 references`. */
export function timeOfTicks(ticks: number, clock: TermClock): string {
  if (clock === 'references') {
    const text = String(Math.round(ticks)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
    return `${text} references`;
  }
  const unit = ticks >= 1e9 ? 's' : ticks >= 1e6 ? 'ms' : ticks >= 1e3 ? 'us' : 'ns';
  return `${Number((ticks / NS[unit]).toFixed(3))} ${unit}`;
}
