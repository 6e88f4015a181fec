/** Model checking: every interleaving of small worlds, by the code that runs in large ones. */

import type { PlantedBug } from '../../servers/memory/state.ts';
import { explore } from './explore.ts';
import type { WorldPlan } from './plan.ts';
import { type ModelCheckResult, modelCheckText, type WorldResult } from './report.ts';
import { worlds } from './worlds.ts';

export { explore } from './explore.ts';
export { plantedBugs } from './plan.ts';
export { type ModelCheckResult, violationLines, type WorldResult } from './report.ts';
export { worldOf, worlds } from './worlds.ts';

export interface ModelCheckOptions {
  /** The worlds to explore; default all. */
  readonly plans?: readonly WorldPlan[];
  /** Test only: one rule is off, and the first violation ends the check. */
  readonly planted?: PlantedBug;
  readonly json?: boolean;
  /** Milliseconds of a clock. */
  readonly now: () => number;
  readonly progress?: (world: string, states: number) => void;
}

/** Explores worlds one after the other; `text` is what to print, without the last newline. */
export function modelCheck(options: ModelCheckOptions): {
  readonly result: ModelCheckResult;
  readonly text: string;
} {
  const { plans = worlds, planted, now, progress } = options;
  const began = now();
  const results: WorldResult[] = [];
  let violations = 0;
  for (const plan of plans) {
    const from = now();
    const { table, graph, depth, isComplete, ...found } = explore(plan, {
      ...(planted !== undefined && { planted }),
      progress: (states) => progress?.(plan.name, states),
    });
    const { name, summary } = plan;
    results.push({
      name,
      summary,
      states: table.count,
      steps: graph.to.length,
      depth,
      fixpoint: isComplete,
      seconds: rounded(now() - from),
      violations: found.violations,
    });
    violations += found.violations.length;
    if (planted !== undefined && violations > 0) break;
  }
  const states = results.reduce((sum, world) => sum + world.states, 0);
  const result = { states, violations, seconds: rounded(now() - began), worlds: results };
  return { result, text: modelCheckText(result, options.json === true) };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds / 10) / 100;
}
