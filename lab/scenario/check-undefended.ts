/** Checking which defences a scenario switches off: known ones, and a row that shows it. */

import { isCoreSwitch } from './core-switches.ts';
import { inputError } from './input-error.ts';
import type { ScenarioDocument } from './schema.ts';
import { placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { switchNames } from './switches.ts';

const ROWS = ['contracts-undefended', 'mach-undefended'];

/** The switches of a scenario. Throws InputError with the place of what is wrong. */
export function checkUndefended(
  source: Source,
  { undefended, managements }: ScenarioDocument,
): readonly string[] {
  for (const [at, name] of undefended.entries()) {
    const place = placeOf(source, ['undefended', at]);
    const where = `undefended[${at}] is '${name}'`;
    if (!switchNames.includes(name))
      throw inputError(place, `${where}, expected a switch; ${didYouMean(name, switchNames)}`);
    if (undefended.indexOf(name) < at)
      throw inputError(place, `${where} again, expected each once; remove one`);
    const core = undefended.findIndex(isCoreSwitch);
    if (isCoreSwitch(name) && core < at)
      throw inputError(
        place,
        `${where}, expected one switch of the core beside none like '${undefended[core]}'; remove one`,
      );
  }
  const shown = managements.findIndex((row) => ROWS.includes(row));
  if (undefended.length > 0 && shown < 0)
    throw inputError(
      placeOf(source, ['undefended']),
      `undefended switches something off, expected ${ROWS.join(' or ')} among managements; add it`,
    );
  if (undefended.length === 0 && shown >= 0)
    throw inputError(
      placeOf(source, ['managements', shown]),
      `managements names ${managements[shown]}, expected a key undefended with what is switched off; add it`,
    );
  return undefended;
}
