/** `leasehold trace`: what a trace holds, conversion to the compact format, recording. */

import type { Command } from 'commander';
import {
  convertTrace,
  formatNames,
  formatTraceInfo,
  type ReadOptions,
  recordTrace,
  traceFormats,
  traceInfo,
} from '../../lab/traces/index.ts';
import { OK } from '../exit-codes.ts';
import { parseCount } from '../options.ts';
import { createProgress } from '../progress.ts';

interface TraceOptions {
  readonly limit?: number;
  readonly skip?: number;
  readonly format?: string;
  readonly pageBytes?: number;
  readonly columns?: string[];
  readonly origin?: string;
  readonly json?: boolean;
}

export function addTrace(program: Command, finish: (code: number) => void): void {
  const trace = program
    .command('trace')
    .description('read, convert and record traces of real programs (lab/traces/README.md)');
  addReading(trace.command('info').description('print what a trace holds'))
    .option('--json', 'print one JSON document and nothing else')
    .action(async (file: string, options: TraceOptions) => {
      const info = await traceInfo(file, reading(options));
      const { file: _path, ...rest } = info;
      process.stdout.write(options.json ? `${JSON.stringify(rest)}\n` : formatTraceInfo(info));
      finish(OK);
    });
  addReading(trace.command('convert').description('write a trace of any format as a compact one'))
    .argument('<out>', 'a new file, by custom *.lht')
    .option('--origin <text>', 'the command that was recorded')
    .action(async (input: string, output: string, options: TraceOptions) => {
      const { origin } = options;
      const done = await convertTrace(input, output, {
        ...reading(options),
        ...(origin !== undefined && { origin }),
      });
      const { references, pages, bytes } = done;
      process.stdout.write(
        `${output}: ${references} references to ${pages} pages in ${bytes} bytes\n`,
      );
      finish(OK);
    });
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
    .action(async (output: string, command: string[], { limit, skip }: TraceOptions) => {
      const progress = createProgress(true);
      const info = await recordTrace(output, command, {
        ...(limit !== undefined && { limit }),
        ...(skip !== undefined && { skip }),
        onProgress: (references) => progress.tell(references, limit ?? references, ['recording']),
      });
      progress.clear();
      process.stdout.write(formatTraceInfo(info));
      finish(OK);
    });
}

/** The trace to read, and how. */
function addReading(command: Command): Command {
  return command
    .argument('<file>', 'a trace of any format, plain, .gz, .zst or .xz')
    .option('--limit <n>', 'references to read at most', parseCount)
    .option('--format <name>', `${formatNames.join(', ')}; found by content otherwise`)
    .option(
      '--page-bytes <n>',
      "bytes in a page; the format's own otherwise, mostly 4096",
      parseCount,
    )
    .option(
      '--columns <a,b,c>',
      'names of the columns of a CSV file without a first line of names',
      parseNames,
    )
    .addHelpText('after', formatsText);
}

function formatsText(): string {
  const rows = traceFormats.map(
    ({ name, about, lost }) => `  ${name.padEnd(14)}${about}; lost: ${lost}`,
  );
  return `\nFormats (docs/traces.md):\n${rows.join('\n')}\n  compact       the project's own`;
}

function parseNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function reading({ limit, format, pageBytes, columns }: TraceOptions): ReadOptions {
  return {
    ...(limit !== undefined && { limit }),
    ...(format !== undefined && { format }),
    ...(pageBytes !== undefined && { pageBytes }),
    ...(columns !== undefined && { columns }),
  };
}
