/** Options that several commands share, and how their texts become values. */

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { inputError } from '../lab/scenario/input-error.ts';
import type { Overrides } from '../lab/scenario/overrides.ts';
import { isPolicyFile, policyOfText } from '../lab/scenario/policy-names.ts';

const WHOLE = /^\d+$/;
const DECIMAL = /^\d+(\.\d+)?$/;
const SECONDS_MAX = 86_400;
const FACTOR_MIN = 0.000001;
const FACTOR_MAX = 1_000_000;

export const parseSeed = parser(WHOLE, 0, Number.MAX_SAFE_INTEGER, 'a whole number from 0');
export const parseCount = parser(WHOLE, 1, Number.MAX_SAFE_INTEGER, 'a whole number from 1');
/** Threads: what they do keeps a core busy, so more of them than cores would take memory for nothing. */
export function parseWorkers(text: string): number {
  return Math.min(parseCount(text), availableParallelism());
}

const parseSeconds = parser(DECIMAL, 0.1, SECONDS_MAX, 'seconds from 0.1');
export const parseFactor = parser(
  DECIMAL,
  FACTOR_MIN,
  FACTOR_MAX,
  'a number from 0.000001, such as 0.05',
);

/**
 * A number of that shape within those bounds. By hand: the library of schemas would take longer to
 * load than most commands to run.
 */
function parser(shape: RegExp, least: number, most: number, expected: string) {
  return (text: string): number => {
    const value = shape.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected ${expected}`);
  };
}

/** Names with commas between them. */
export function parseNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function parseSizes(text: string): number[] {
  return text.split(',').map((part) => parseCount(part.trim()));
}

/** What `compare` and `run` have in common, as commander hands it over. */
export interface RunningOptions {
  readonly policy?: string;
  readonly task?: string;
  readonly seed?: number;
  readonly frames?: number[];
  readonly limit?: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly oracles: boolean;
  readonly patience?: number;
  readonly expect?: boolean;
  readonly log?: boolean;
  readonly eventsAll?: boolean;
}

export function addRunningOptions(command: Command): Command {
  return command
    .option(
      '--policy <name|file>',
      'policy of all honest tasks: clock, working-set:tau=5000, a file like ./mine.ts',
    )
    .option('--task <name>', 'with --policy: of this task alone')
    .option('--seed <n>', 'the one number that decides every draw', parseSeed)
    .option('--frames <a,b,c>', 'memory sizes, in frames of 4 KiB', parseSizes)
    .option('--limit <n>', 'references of each task at most', parseCount)
    .option('--out <dir>', 'also write results.json, table.txt and scenario.yaml into a new folder')
    .option('--log', 'with --out: also the events of each row, a file each in the folder events')
    .option('--events-all', 'with --events or --log: every protocol step too')
    .option('--json', 'print one JSON document and nothing else')
    .option('--quiet', 'print the table alone: no progress, no closing words')
    .option('--expect', 'check what the scenario says it is there to show')
    .option('--no-oracles', 'do not check the rules while running (faster)')
    .option(
      '--patience <seconds>',
      'wall time a policy may take for one answer (20)',
      parseSeconds,
    );
}

/** Refuses wishes for events that have nowhere to go. */
export function requireEventsSomewhere(
  { out, log, eventsAll }: RunningOptions,
  events?: string,
): void {
  if (log && out === undefined)
    throw inputError('--log', 'has no folder, expected --out with it; add --out DIR');
  if (eventsAll && !log && events === undefined)
    throw inputError('--events-all', 'has no log, expected --events or --log with it; add one');
}

/** What the options change in the scenario. A policy's file is relative to where we stand. */
export function overridesOf(options: RunningOptions): Overrides {
  const { policy, task, seed, frames, limit } = options;
  return {
    ...(policy !== undefined && {
      policy: isPolicyFile(policyOfText(policy, '--policy').name) ? resolve(policy) : policy,
    }),
    ...(task !== undefined && { task }),
    ...(seed !== undefined && { seed }),
    ...(frames !== undefined && { frames }),
    ...(limit !== undefined && { limit }),
  };
}
