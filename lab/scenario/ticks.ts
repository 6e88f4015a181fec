/** Ticks: a time of a scenario on the clock of terms. */

import { inputError } from './input-error.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';
import type { Time } from './value-schemas.ts';

const NS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 } as const;

/**
 * Nanoseconds or references, a whole number of `least` or more. Refuses a unit of the other clock,
 * and a time with no unit or several.
 */
export function ticksOf(
  source: Source,
  time: Time,
  clock: 'ns' | 'references',
  path: Path,
  least: number,
): number {
  const place = placeOf(source, path);
  const where = pathText(path);
  const example = clock === 'ns' ? '{ ms: 5 }' : '{ references: 20000 }';
  const units = time === 0 ? [] : (Object.keys(time) as (keyof typeof time)[]);
  if (time !== 0 && units.length !== 1)
    throw inputError(
      place,
      `${where} has ${units.length} units, expected one, as in ${example}; correct it`,
    );
  const unit = units[0] as keyof typeof NS | 'references' | undefined;
  if (unit !== undefined && (unit === 'references') !== (clock === 'references')) {
    const what = `${where} is in ${unit}, expected ${example} since the clock of terms is ${clock}`;
    throw inputError(place, `${what}; change it or set clock`);
  }
  const given =
    time === 0 || unit === undefined ? 0 : ((time as Record<string, number>)[unit] ?? 0);
  const ticks = Math.round(unit === undefined || unit === 'references' ? given : given * NS[unit]);
  if (ticks < least || !Number.isSafeInteger(ticks))
    throw inputError(place, `${where} is ${ticks} ${clock}, expected ${least} or more; correct it`);
  return ticks;
}
