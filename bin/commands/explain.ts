/** `leasehold explain`: why a task holds what it holds, from the event log of a run. */

import type { Command } from 'commander';
import {
  type EventLog,
  explain,
  explanationText,
  isCentral,
  leasedRows,
  readEventLog,
} from '../../lab/explain/index.ts';
import { didYouMean, inputError, ticksOfText } from '../../lab/scenario/index.ts';
import { OK } from '../exit-codes.ts';
import { parseCount } from '../options.ts';

interface ExplainOptions {
  readonly task: string;
  readonly at?: string;
  readonly management?: string;
  readonly frames?: number;
  readonly json?: boolean;
}

export function addExplain(program: Command, finish: (code: number) => void): void {
  program
    .command('explain')
    .description('say why a task holds what it holds, from the event log of a run')
    .argument('<out>', 'a file of --events, or a folder of --out that was written with --log')
    .requiredOption('--task <name>', 'the task to explain')
    .option('--at <time>', '12ms, 350us, 1.5s, nanoseconds or references; default: the end')
    .option('--management <name>', 'whose log, where the folder holds several')
    .option('--frames <n>', 'of which memory size', parseCount)
    .option('--json', 'print one JSON document, every step in it, and nothing else')
    .action(async (out: string, options: ExplainOptions) => {
      const { management, frames, json } = options;
      const log = await readEventLog(out, {
        ...(management !== undefined && { management }),
        ...(frames !== undefined && { frames }),
      });
      requireContracts(log);
      requireTask(log, options.task);
      const clock = log.run?.clock ?? 'ns';
      const at = options.at === undefined ? null : ticksOfText('--at', options.at, clock);
      const told = explain(log.run, log.events, options.task, at);
      const style = { colours: process.stdout.isTTY === true && !process.env.NO_COLOR };
      process.stdout.write(json ? `${JSON.stringify(told)}\n` : explanationText(told, style));
      finish(OK);
    });
}

/** Under a central management frames are the pager's: there is no contract to explain. */
function requireContracts({ file, run }: EventLog): void {
  if (run === null || !isCentral(run.management)) return;
  throw inputError(
    file,
    `is of ${run.management}, whose tasks have no contracts, expected a log of ${leasedRows.join(', ')}`,
  );
}

function requireTask({ run, events }: EventLog, task: string): void {
  const known = run?.tasks ?? [...new Set(events.map((event) => event.task))];
  if (known.includes(task)) return;
  throw inputError(
    '--task',
    `is '${task}', expected a task of the run; ${didYouMean(task, known)}`,
  );
}
