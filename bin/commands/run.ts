/** `leasehold run`: one management at one memory size; its steps and its events if wanted. */

import type { Command } from 'commander';
import {
  compareScenario,
  createPool,
  type Pool,
  type RowName,
  stepThrough,
} from '../../lab/compare/index.ts';
import { stepsText } from '../../lab/report/index.ts';
import {
  boundNames,
  didYouMean,
  inputError,
  type LoadedScenario,
  loadScenario,
  managementNames,
  ticksOfText,
} from '../../lab/scenario/index.ts';
import { openEventSinks } from '../event-file.ts';
import { OK } from '../exit-codes.ts';
import { createLive, type Live } from '../live.ts';
import { requireNewFile, requireNewFolder } from '../new-files.ts';
import {
  addRunningOptions,
  overridesOf,
  parseFactor,
  type RunningOptions,
  requireEventsSomewhere,
} from '../options.ts';
import { deliver } from '../output.ts';
import { createProgress } from '../progress.ts';
import { compare } from './compare.ts';

interface RunOptions extends RunningOptions {
  readonly management?: string;
  readonly steps?: boolean;
  readonly events?: string;
  readonly watch?: boolean;
  readonly watchEvery?: string;
  readonly watchSpeed?: number;
}

const names: readonly string[] = [...managementNames, ...boundNames];

export function addRun(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('run')
    .description('run the tasks of a scenario under one management')
    .argument('<scenario>', 'YAML file; see docs/scenarios.md')
    .option('--management <name>', `${names.join(', ')}; with --expect all, if left out`)
    .option('--steps', 'print a small run reference by reference')
    .option(
      '--events <file>',
      'write grants, notices, returns, ... to a new file, a JSON line each',
    )
    .option('--watch', 'show the run as it goes: who holds how much, who owes what')
    .option(
      '--watch-every <time>',
      'with --watch, where it is no terminal: a line each 100ms (or 100000 references)',
    )
    .option(
      '--watch-speed <factor>',
      'with --watch, on a terminal: no faster than so many times real time, such as 0.05',
      parseFactor,
    );
  addRunningOptions(command).action(async (scenario: string, options: RunOptions) => {
    const all = options.expect && options.management === undefined;
    finish(await (all ? compare(scenario, options) : run(scenario, options)));
  });
}

async function run(scenario: string, options: RunOptions): Promise<number> {
  const management = requireManagement(options);
  requirePolicyUse(options, management);
  requireOneSize(options);
  requireStepsAlone(options);
  requireEventsSomewhere(options, options.events);
  requireWatch(options);
  requireNewFolder(options.out);
  if (options.events !== undefined) requireNewFile('--events', options.events);
  const live = options.watch
    ? createLive(
        `${scenario}: ${management}`,
        options.json === true,
        options.watchSpeed ?? Number.POSITIVE_INFINITY,
      )
    : null;
  const progress = createProgress(!options.quiet && live === null);
  const pool = createPool({
    progress: live?.tell ?? progress.tell,
    ...(options.patience !== undefined && { patienceMs: options.patience * 1000 }),
  });
  try {
    const loaded = atOneSize(await loadScenario(scenario, overridesOf(options), pool));
    requireSwitches(loaded, management);
    if (options.steps) {
      const { records, central } = await stepThrough(loaded, pool, management, options.oracles);
      progress.clear();
      process.stdout.write(stepsText(loaded, records, central));
      return OK;
    }
    const clear = (): void => {
      progress.clear();
      live?.end();
    };
    return await runOne(loaded, pool, scenario, management, options, live, clear);
  } finally {
    progress.clear();
    live?.end();
    await pool.close();
  }
}

async function runOne(
  loaded: LoadedScenario,
  pool: Pool,
  scenario: string,
  management: RowName,
  options: RunOptions,
  live: Live | null,
  clear: () => void,
): Promise<number> {
  const { events, log, out, eventsAll } = options;
  const every = ticksOfText(
    '--watch-every',
    options.watchEvery ?? (loaded.clock === 'ns' ? '100ms' : '100000'),
    loaded.clock,
  );
  const sinks = openEventSinks(loaded, {
    ...(events !== undefined && { file: events }),
    ...(log && out !== undefined && { out }),
    steps: eventsAll === true,
  });
  try {
    const comparison = await compareScenario(loaded, pool, {
      oracles: options.oracles,
      rows: [management],
      reproduce: scenario,
      ...(sinks && { eventsOf: sinks.eventsOf, steps: eventsAll === true }),
      ...(live && { watching: live.watching(every) }),
    });
    sinks?.keep();
    clear();
    return await deliver(comparison, scenario, options, sinks?.folder);
  } finally {
    sinks?.close();
  }
}

function requireManagement(options: RunOptions): RowName {
  const { management, steps, watch, log } = options;
  if (management === undefined)
    throw inputError('--management', `is missing, expected one of ${names.join(', ')}; add it`);
  if (!names.includes(management)) {
    const next = didYouMean(management, names);
    throw inputError('--management', `is '${management}', expected a management; ${next}`);
  }
  if (management === 'optimal' && (steps || watch || log || options.events !== undefined))
    throw inputError(
      '--management',
      'optimal is a bound and runs no steps, expected a management; choose one',
    );
  return management as RowName;
}

/** Under one pager for all it would be passed over without a word. */
function requirePolicyUse({ policy }: RunOptions, management: RowName): void {
  if (policy === undefined || management.startsWith('contracts')) return;
  throw inputError(
    '--policy',
    `is of tasks that page themselves, expected none under ${management}; leave it out`,
  );
}

function requireSwitches({ name, undefended }: LoadedScenario, management: RowName): void {
  if (!management.endsWith('-undefended') || undefended.length > 0) return;
  throw inputError(
    '--management',
    `${management} has nothing to switch off in ${name}, expected a key undefended; add it`,
  );
}

function requireOneSize({ frames }: RunOptions): void {
  if (frames === undefined || frames.length === 1) return;
  throw inputError('--frames', `names ${frames.length} sizes, expected one for run; use compare`);
}

/** Steps are text for a reader: what goes elsewhere would be left out without a word. */
function requireStepsAlone({ steps, json, out, events, watch }: RunOptions): void {
  const others = [
    json && '--json',
    out !== undefined && '--out',
    events !== undefined && '--events',
    watch && '--watch',
  ];
  const other = others.find((option) => typeof option === 'string');
  if (!steps || other === undefined) return;
  throw inputError(
    '--steps',
    `prints text alone, expected no ${other} with it; run it without --steps`,
  );
}

function requireWatch({ watch, watchEvery, watchSpeed }: RunOptions): void {
  const alone = watchEvery !== undefined ? '--watch-every' : '--watch-speed';
  if (watch || (watchEvery === undefined && watchSpeed === undefined)) return;
  throw inputError(alone, 'watches nothing, expected --watch with it; add --watch');
}

/** `run` is about one size: the first, unless --frames names one. */
function atOneSize(loaded: LoadedScenario): LoadedScenario {
  return { ...loaded, frames: loaded.frames.slice(0, 1) };
}
