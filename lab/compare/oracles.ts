/**
 * Oracles over all cells of a comparison: checks add up, violations say where they were. What those
 * find whose rules a row had switched off is no violation but the damage that was asked for.
 */

import type { CellResult, OracleResult } from '../results.ts';
import type { Undefended } from '../scenario/switches.ts';

interface Watched {
  readonly name: string;
  readonly frames: number;
  readonly result: CellResult;
  readonly undefended: Undefended | null;
}

/** `cells` in the order of the rows; a result that serves several rows counts once. */
export function mergeOracles(cells: readonly Watched[]): OracleResult[] {
  const merged = new Map<string, OracleResult>();
  const counted = new Set<CellResult>();
  for (const { name: row, frames, result, undefended } of cells) {
    if (counted.has(result)) continue;
    counted.add(result);
    for (const { name, checks, violations } of result.oracles) {
      const all = merged.get(name) ?? { name, checks: 0, violations: [] };
      all.checks += checks;
      const asked = undefended?.damages.includes(name) ?? false;
      const told = violations.map((what) => `${row} in ${frames} frames: ${what}`);
      if (!asked) all.violations.push(...told);
      merged.set(name, all);
    }
  }
  return [...merged.values()];
}

/** What oracles found of a row because of what it had switched off; null where nothing was. */
export function damageOf(
  { oracles }: CellResult,
  undefended: Undefended | null,
): { found: number; told: string[] } | null {
  if (undefended === null) return null;
  const asked = oracles.filter(({ name }) => undefended.damages.includes(name));
  return {
    found: asked.reduce((sum, { found, violations }) => sum + (found ?? violations.length), 0),
    told: asked.flatMap(({ name, violations }) => violations.map((what) => `${name}: ${what}`)),
  };
}
