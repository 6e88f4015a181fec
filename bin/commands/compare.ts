/** `leasehold compare`: the same tasks under every management of a scenario, in one table. */

import type { Command } from 'commander';
import { compareScenario, createPool } from '../../lab/compare/index.ts';
import { loadScenario } from '../../lab/scenario/index.ts';
import { openEventSinks } from '../event-file.ts';
import {
  addRunningOptions,
  overridesOf,
  type RunningOptions,
  requireEventsSomewhere,
} from '../options.ts';
import { deliver, requireNewFolder } from '../output.ts';
import { createProgress } from '../progress.ts';

export function addCompare(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('compare')
    .description('run the tasks of a scenario under each management and print one table')
    .argument('<scenario>', 'YAML file; see docs/scenarios.md');
  addRunningOptions(command).action(async (scenario: string, options: RunningOptions) => {
    finish(await compare(scenario, options));
  });
}

/** Runs every management of a scenario and reports. */
export async function compare(scenario: string, options: RunningOptions): Promise<number> {
  requireNewFolder(options.out);
  requireEventsSomewhere(options);
  const progress = createProgress(!options.quiet);
  const pool = createPool({
    progress: progress.tell,
    ...(options.patience !== undefined && { patienceMs: options.patience * 1000 }),
  });
  try {
    const loaded = await loadScenario(scenario, overridesOf(options), pool);
    const sinks = openEventSinks(loaded, {
      ...(options.log && options.out !== undefined && { out: options.out }),
      steps: options.eventsAll === true,
    });
    try {
      const comparison = await compareScenario(loaded, pool, {
        oracles: options.oracles,
        reproduce: scenario,
        ...(sinks && { eventsOf: sinks.eventsOf, steps: options.eventsAll === true }),
      });
      sinks?.keep();
      progress.clear();
      return await deliver(comparison, scenario, options, sinks?.folder);
    } finally {
      sinks?.close();
    }
  } finally {
    progress.clear();
    await pool.close();
  }
}
