/** `leasehold trace`: what a trace holds, conversion, changes, recording. */

import type { Command } from 'commander';
import { convertTrace, formatTraceInfo, recordTrace, traceInfo } from '../../lab/traces/index.ts';
import { OK } from '../exit-codes.ts';
import { parseCount } from '../options.ts';
import { createProgress } from '../progress.ts';
import { isPaintable } from '../terminal.ts';
import { addTraceChanges } from './trace-changes.ts';
import {
  addReading,
  addWriting,
  type ReadingOptions,
  say,
  whileReading,
  whileWriting,
} from './trace-reading.ts';

interface TraceOptions extends ReadingOptions {
  readonly skip?: number;
  readonly origin?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export function addTrace(program: Command, finish: (code: number) => void): void {
  const trace = program
    .command('trace')
    .description('read, convert, change and record traces of real programs (docs/traces.md)');
  addReading(trace.command('info').description('print what a trace holds'))
    .argument('<file>', 'a trace of any format')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (file: string, options: TraceOptions) => {
      const info = await whileReading(options, (reading) => traceInfo(file, reading));
      const { file: _path, ...rest } = info;
      process.stdout.write(
        options.json ? `${JSON.stringify(rest)}\n` : formatTraceInfo(info, bars()),
      );
      finish(OK);
    });
  addWriting(addReading(trace.command('convert').description('write a trace in another format')))
    .argument('<file>', 'a trace of any format')
    .argument('<out>', 'a new file; compact by custom *.lht; others may end in .zst or .gz')
    .option('--origin <text>', 'the command that was recorded')
    .action(async (input: string, output: string, options: TraceOptions) => {
      const { origin, to } = options;
      const done = await whileReading(options, (reading) =>
        whileWriting(() =>
          convertTrace(input, output, {
            ...reading,
            ...(origin !== undefined && { origin }),
            ...(to !== undefined && { to }),
          }),
        ),
      );
      say(output, done);
      finish(OK);
    });
  addTraceChanges(trace, finish);
  addRecord(trace, finish);
}

function addRecord(trace: Command, finish: (code: number) => void): void {
  trace
    .command('record')
    .description("record a program's references (needs valgrind; its lackey tool)")
    .argument('<out>', 'a new file, by custom *.lht')
    .argument('<command...>', 'after --, the program and its arguments')
    .option('--limit <n>', 'references to record at most', parseCount)
    .option('--skip <n>', 'references to pass over first', parseCount)
    .option('--page-bytes <n>', 'bytes in a page (4096)', parseCount)
    .action(async (output: string, command: string[], options: TraceOptions) => {
      const { limit, skip, pageBytes } = options;
      const progress = createProgress(true);
      const info = await whileWriting(() =>
        recordTrace(output, command, {
          ...(limit !== undefined && { limit }),
          ...(skip !== undefined && { skip }),
          ...(pageBytes !== undefined && { pageBytes }),
          onProgress: (references) => progress.tell(references, limit ?? references, ['recording']),
        }),
      );
      progress.clear();
      process.stdout.write(formatTraceInfo(info, bars()));
      finish(OK);
    });
}

function bars(): 'blocks' | 'plain' {
  return isPaintable(process.stdout) && !process.env.NO_COLOR ? 'blocks' : 'plain';
}
