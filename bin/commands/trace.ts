/** `leasehold trace`: what a trace holds, conversion to the compact format, recording. */

import type { Command } from 'commander';
import { convertTrace, formatTraceInfo, recordTrace, traceInfo } from '../../lab/traces/index.ts';
import { OK } from '../exit-codes.ts';
import { parseCount } from '../options.ts';
import { createProgress } from '../progress.ts';

interface TraceOptions {
  readonly limit?: number;
  readonly skip?: number;
  readonly format?: string;
  readonly origin?: string;
  readonly json?: boolean;
}

export function addTrace(program: Command, finish: (code: number) => void): void {
  const trace = program
    .command('trace')
    .description('read, convert and record traces of real programs (lab/traces/README.md)');
  trace
    .command('info')
    .description('print what a trace holds')
    .argument('<file>', 'lackey text, page numbers or compact; plain or .zst')
    .option('--limit <n>', 'references to read at most', parseCount)
    .option('--format <name>', 'lackey, pages or compact; found by content otherwise')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (file: string, options: TraceOptions) => {
      const info = await traceInfo(file, reading(options));
      const { file: _path, ...rest } = info;
      process.stdout.write(options.json ? `${JSON.stringify(rest)}\n` : formatTraceInfo(info));
      finish(OK);
    });
  trace
    .command('convert')
    .description('write a trace of any format as a compact one')
    .argument('<in>', 'lackey text, page numbers or compact; plain or .zst')
    .argument('<out>', 'a new file, by custom *.lht')
    .option('--limit <n>', 'references to keep at most', parseCount)
    .option('--format <name>', 'format of the input; found by content otherwise')
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

function reading({ limit, format }: TraceOptions): { limit?: number; format?: string } {
  return { ...(limit !== undefined && { limit }), ...(format !== undefined && { format }) };
}
