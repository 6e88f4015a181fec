/** Oracles over all cells of a comparison: checks add up, violations say where they were. */

import type { CellResult, OracleResult } from '../results.ts';

/** `cells` in the order of the rows; a result that serves several rows counts once. */
export function mergeOracles(
  cells: readonly { readonly name: string; readonly frames: number; readonly result: CellResult }[],
): OracleResult[] {
  const merged = new Map<string, OracleResult>();
  const counted = new Set<CellResult>();
  for (const { name: row, frames, result } of cells) {
    if (counted.has(result)) continue;
    counted.add(result);
    for (const { name, checks, violations } of result.oracles) {
      const all = merged.get(name) ?? { name, checks: 0, violations: [] };
      all.checks += checks;
      all.violations.push(...violations.map((what) => `${row} in ${frames} frames: ${what}`));
      merged.set(name, all);
    }
  }
  return [...merged.values()];
}
