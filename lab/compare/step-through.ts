/** Stepping through: one row of a small scenario, every decision told. For `run --steps`. */

import { inputError } from '../scenario/input-error.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { planRows, type RowName } from './compare.ts';
import type { Pool } from './pool.ts';
import type { StepRecord } from './steps.ts';
import { survey } from './survey.ts';

/** More would be read by nobody, and take its time. */
const REFERENCES_MAX = 20_000;

/**
 * The records of the row at the first memory size; `central` tells that one pager serves all tasks.
 * Refuses (InputError) a run too long to be looked at.
 */
export async function stepThrough(
  loaded: LoadedScenario,
  pool: Pool,
  name: RowName,
  oracles: boolean,
): Promise<{ records: readonly StepRecord[]; central: boolean }> {
  const references = loaded.tasks.reduce((sum, task) => sum + task.references.references, 0);
  if (references > REFERENCES_MAX) {
    const what = `is for small runs, and this one has ${references} references`;
    throw inputError('--steps', `${what}, expected at most ${REFERENCES_MAX}; add --limit 50`);
  }
  const one = { ...loaded, frames: loaded.frames.slice(0, 1) };
  const [row] = planRows(one, await survey(one, pool, [name]), [name], oracles);
  const { records } = await pool.run({ kind: 'steps', cell: row.plan }, `stepping ${name}`);
  return { records, central: !['contracts', 'unlimited'].includes(row.plan.management) };
}
