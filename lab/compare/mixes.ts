/** Comparing several mixes: each as a scenario of its own, and what dividing memory costs it. */

import type { LoadedScenario } from '../scenario/load.ts';
import { type CompareOptions, type Comparison, compareScenario } from './compare.ts';
import type { Division } from './divisions.ts';
import type { Pool } from './pool.ts';

export interface LoadedMix {
  readonly name: string;
  readonly what: string;
  readonly loaded: LoadedScenario;
}

export interface ComparedMix {
  readonly name: string;
  readonly what: string;
  readonly comparison: Comparison;
  /** By memory size; empty where tasks have pages of other sizes. */
  readonly divisions: readonly Division[];
}

/** One after the other, since each fills the pool. Throws as `compareScenario` does. */
export async function compareMixes(
  mixes: readonly LoadedMix[],
  pool: Pool,
  options: CompareOptions,
): Promise<ComparedMix[]> {
  const compared: ComparedMix[] = [];
  for (const { name, what, loaded } of mixes) {
    const comparison = await compareScenario(loaded, pool, options);
    const { tasks, frames } = loaded;
    const programs = tasks.map(({ references }) => references);
    const { curves } = comparison;
    const job = { kind: 'divisions', programs, curves, frames } as const;
    const divided = tasks.some(({ order }) => order > 0)
      ? []
      : await pool.run(job, `divisions of memory, ${name}`);
    compared.push({ name, what, comparison, divisions: divided });
  }
  return compared;
}
