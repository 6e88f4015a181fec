/** `leasehold run`: one management at one memory size; its steps and its events if wanted. */

import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import {
  compareScenario,
  createEventStream,
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
} from '../../lab/scenario/index.ts';
import { OK } from '../exit-codes.ts';
import { addRunningOptions, overridesOf, type RunningOptions } from '../options.ts';
import { deliver, requireNewFile, requireNewFolder } from '../output.ts';
import { createProgress } from '../progress.ts';
import { compare } from './compare.ts';

interface RunOptions extends RunningOptions {
  readonly management?: string;
  readonly steps?: boolean;
  readonly events?: string;
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
    );
  addRunningOptions(command).action(async (scenario: string, options: RunOptions) => {
    const all = options.expect && options.management === undefined;
    finish(await (all ? compare(scenario, options) : run(scenario, options)));
  });
}

async function run(scenario: string, options: RunOptions): Promise<number> {
  const management = requireManagement(options);
  requireOneSize(options);
  requireStepsAlone(options);
  requireNewFolder(options.out);
  if (options.events !== undefined) requireNewFile('--events', options.events);
  const progress = createProgress(!options.quiet);
  const pool = createPool({
    progress: progress.tell,
    ...(options.patience !== undefined && { patienceMs: options.patience * 1000 }),
  });
  try {
    const loaded = atOneSize(await loadScenario(scenario, overridesOf(options), pool));
    if (options.steps) {
      const { records, central } = await stepThrough(loaded, pool, management, options.oracles);
      progress.clear();
      process.stdout.write(stepsText(loaded, records, central));
      return OK;
    }
    return await runOne(loaded, pool, scenario, management, options, progress.clear);
  } finally {
    progress.clear();
    await pool.close();
  }
}

async function runOne(
  loaded: LoadedScenario,
  pool: Pool,
  scenario: string,
  management: RowName,
  options: RunOptions,
  clear: () => void,
): Promise<number> {
  const stream = createEventStream();
  const file = options.events === undefined ? null : openEvents(options.events);
  let broken: unknown;
  if (file)
    stream.listen(file.write, (error) => {
      broken = error;
    });
  try {
    const comparison = await compareScenario(loaded, pool, {
      oracles: options.oracles,
      rows: [management],
      reproduce: scenario,
      ...(file && { events: stream.push }),
    });
    if (broken) throw broken;
    file?.keep();
    clear();
    return await deliver(comparison, scenario, options);
  } finally {
    stream.complete();
    file?.close();
  }
}

/** An NDJSON file that has its name only once it is whole. */
function openEvents(name: string): {
  write: (event: object) => void;
  keep: () => void;
  close: () => void;
} {
  const partial = `${name}.${process.pid}.partial`;
  const file = openSync(partial, 'wx');
  let open = true;
  const end = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    write: (event) => writeSync(file, `${JSON.stringify(event)}\n`),
    keep: () => {
      end();
      renameSync(partial, name);
    },
    close: () => {
      end();
      rmSync(partial, { force: true });
    },
  };
}

function requireManagement(options: RunOptions): RowName {
  const { management, steps } = options;
  if (management === undefined)
    throw inputError('--management', `is missing, expected one of ${names.join(', ')}; add it`);
  if (!names.includes(management)) {
    const next = didYouMean(management, names);
    throw inputError('--management', `is '${management}', expected a management; ${next}`);
  }
  if (management === 'optimal' && (steps || options.events !== undefined))
    throw inputError(
      '--management',
      'optimal is a bound and runs no steps, expected a management; choose one',
    );
  return management as RowName;
}

function requireOneSize({ frames }: RunOptions): void {
  if (frames === undefined || frames.length === 1) return;
  throw inputError('--frames', `names ${frames.length} sizes, expected one for run; use compare`);
}

/** Steps are text for a reader: what goes elsewhere would be left out without a word. */
function requireStepsAlone({ steps, json, out, events }: RunOptions): void {
  const other = json
    ? '--json'
    : out !== undefined
      ? '--out'
      : events !== undefined
        ? '--events'
        : '';
  if (!steps || other === '') return;
  throw inputError(
    '--steps',
    `prints text alone, expected no ${other} with it; run it without --steps`,
  );
}

/** `run` is about one size: the first, unless --frames names one. */
function atOneSize(loaded: LoadedScenario): LoadedScenario {
  return { ...loaded, frames: loaded.frames.slice(0, 1) };
}
