/** Check of a scenario's windows: stretches of time, each from before its end. */

import { inputError } from './input-error.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioDocument } from './schema.ts';
import { type Path, placeOf, type Source } from './source.ts';
import { ticksOf } from './ticks.ts';

const WINDOWS_MAX = 32;

/** The windows on the clock of terms. Throws InputError with the place of what is wrong. */
export function checkWindows(
  source: Source,
  { windows, clock }: ScenarioDocument,
): Scenario['windows'] {
  const names = Object.keys(windows);
  if (names.length > WINDOWS_MAX) {
    const what = `windows names ${names.length}, expected at most ${WINDOWS_MAX}`;
    throw inputError(placeOf(source, ['windows']), `${what}; drop some`);
  }
  return names.map((name) => {
    const path: Path = ['windows', name];
    const { from, to } = windows[name];
    const window = {
      name,
      from: ticksOf(source, from, clock, [...path, 'from'], 0),
      to: ticksOf(source, to, clock, [...path, 'to'], 1),
    };
    if (window.from < window.to) return window;
    const what = `windows.${name} ends at or before its beginning, expected from before to`;
    throw inputError(placeOf(source, path), `${what}; correct it`);
  });
}
