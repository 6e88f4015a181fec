/**
 * Check of page tables that are charged: every task must have room for a page and the tables of its
 * mapping, and small pages, since tables are given in frames: no superpages either.
 */

import { inputError } from './input-error.ts';
import { framesOf, type Scenario } from './scenario.ts';
import { pathText, placeOf, type Source } from './source.ts';

/** A page, four levels of tables, and some room to move. */
export const TABLES_LEAST = 8;

/** Throws InputError at the first task that could not map a single page. */
export function checkTables(source: Source, scenario: Scenario): void {
  const { terms, tasks, frames } = scenario;
  if (!terms.chargePageTables) return;
  for (const [at, task] of tasks.entries()) {
    const path = ['tasks', at, 'contract', 'guaranteed'];
    const expected = `with terms.chargePageTables expected`;
    if (task.order > 0) {
      const what = `tasks[${at}].pageSize is ${task.pageBytes}, ${expected} 4096; remove one of them`;
      throw inputError(placeOf(source, ['tasks', at, 'pageSize']), what);
    }
    if (task.kinds.superpages !== null) {
      const what = `tasks[${at}].superpages is given, ${expected} none; remove one of them`;
      throw inputError(placeOf(source, ['tasks', at, 'superpages']), what);
    }
    for (const size of frames) {
      const least = [task, ...task.renegotiate].map(({ guaranteed }) =>
        guaranteed === null ? 0 : framesOf(guaranteed, size),
      );
      if (Math.min(...least) >= TABLES_LEAST) continue;
      const what = `${pathText(path)} is ${Math.min(...least)} of ${size} frames or not named`;
      const room = `at least ${TABLES_LEAST}, for a page and its tables; raise it`;
      throw inputError(placeOf(source, ['tasks', at]), `${what}, ${expected} ${room}`);
    }
  }
}
