/** Run header: the first line of an event log says what the log is of. */

import { EVENT_LOG_VERSION, type RunHeader } from '../../contracts/event-records.ts';
import { termsSchema } from '../../contracts/terms.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { undefendedBy } from '../scenario/switches.ts';
import type { RowLabel } from './compare.ts';

/** `steps`: the log holds every protocol step, not only what befalls contracts. */
export function runHeader(loaded: LoadedScenario, row: RowLabel, steps: boolean): RunHeader {
  const off = row.name.endsWith('-undefended') ? undefendedBy(loaded.undefended).terms : {};
  const { term, graceExtra, graceShrink, penalty } = termsSchema.parse({ ...loaded.terms, ...off });
  return {
    kind: 'run',
    version: EVENT_LOG_VERSION,
    scenario: loaded.name,
    management: row.name,
    frames: row.frames,
    seed: loaded.seed,
    clock: loaded.clock,
    steps,
    // Unlimited memory is leased without end (cells.ts).
    terms: { term: row.name === 'unlimited' ? 0 : term, graceExtra, graceShrink, penalty },
    tasks: loaded.tasks.map(({ name }) => name),
  };
}
