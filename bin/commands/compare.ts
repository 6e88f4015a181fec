/** `leasehold compare`: the same tasks under every management of a scenario, in one table. */

import { basename } from 'node:path';
import type { Command } from 'commander';
import {
  compareMixes,
  compareScenario,
  createPool,
  type LoadedMix,
  type Pool,
} from '../../lab/compare/index.ts';
import {
  inputError,
  loadSource,
  type Mix,
  mixesOf,
  override,
  readSource,
} from '../../lab/scenario/index.ts';
import { openEventSinks } from '../event-file.ts';
import { requireNewFolder } from '../new-files.ts';
import {
  addRunningOptions,
  overridesOf,
  type RunningOptions,
  requireEventsSomewhere,
} from '../options.ts';
import { deliver, deliverMixes } from '../output.ts';
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
    const source = await readSource(scenario);
    const mixes = mixesOf(source);
    if (mixes !== null) return await compareAll(mixes, scenario, options, pool, progress.clear);
    const loaded = await loadSource(override(source, overridesOf(options)), pool);
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

/** Every mix of a file that has several, and who is quicker in which. */
async function compareAll(
  mixes: readonly Mix[],
  scenario: string,
  options: RunningOptions,
  pool: Pool,
  clear: () => void,
): Promise<number> {
  if (options.log)
    throw inputError('--log', 'is for one scenario, expected none beside mixes; remove it');
  const loaded: LoadedMix[] = [];
  for (const { name, what, source } of mixes)
    loaded.push({
      name,
      what,
      loaded: await loadSource(override(source, overridesOf(options)), pool),
    });
  const { oracles } = options;
  const compared = await compareMixes(loaded, pool, { oracles, reproduce: scenario });
  clear();
  return deliverMixes(basename(scenario, '.yaml'), compared, scenario, options);
}
