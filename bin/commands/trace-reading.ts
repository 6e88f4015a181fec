/** What the commands on traces share: the options of reading, and of writing. */

import type { Command } from 'commander';
import {
  formatNames,
  type ReadOptions,
  traceFormats,
  WRITTEN_FORMATS,
  type WrittenTrace,
} from '../../lab/traces/index.ts';
import { parseCount, parseNames } from '../options.ts';
import { createProgress } from '../progress.ts';
import { exitOnSignals } from '../signals.ts';

export interface ReadingOptions {
  readonly limit?: number;
  readonly format?: string;
  readonly pageBytes?: number;
  readonly columns?: string[];
}

export function addReading(command: Command): Command {
  return command
    .option('--limit <n>', 'references to read at most', parseCount)
    .option('--format <name>', `${formatNames.join(', ')}; found by content otherwise`)
    .option('--page-bytes <n>', "bytes in a page (the format's own, mostly 4096)", parseCount)
    .option(
      '--columns <a,b,c>',
      'columns of a CSV file whose first line does not name them',
      parseNames,
    )
    .addHelpText('after', formatsText);
}

function reading({ limit, format, pageBytes, columns }: ReadingOptions): ReadOptions {
  return {
    ...(limit !== undefined && { limit }),
    ...(format !== undefined && { format }),
    ...(pageBytes !== undefined && { pageBytes }),
    ...(columns !== undefined && { columns }),
  };
}

/** Does what reads a trace, and shows how far it is. */
export async function whileReading<Result>(
  options: ReadingOptions,
  work: (options: ReadOptions) => Promise<Result>,
): Promise<Result> {
  const progress = createProgress(true);
  try {
    return await work({ ...reading(options), progress: progress.read });
  } finally {
    progress.clear();
  }
}

/** Does what writes a file: of one that is not whole yet Ctrl-C leaves nothing. */
export async function whileWriting<Result>(work: () => Promise<Result>): Promise<Result> {
  const ignoreSignals = exitOnSignals();
  try {
    return await work();
  } finally {
    ignoreSignals();
  }
}

export function addWriting(command: Command): Command {
  return command.option('--to <format>', `${WRITTEN_FORMATS.join(', ')} (compact)`);
}

export function say(output: string, { references, pages, bytes }: WrittenTrace): void {
  process.stdout.write(`${output}: ${references} references to ${pages} pages in ${bytes} bytes\n`);
}

function formatsText(): string {
  const rows = traceFormats.map(({ name, about, lost }) => {
    return `  ${name.padEnd(14)} ${about}; lost: ${lost}`;
  });
  const own = "  compact        the project's own";
  return `\nFormats (docs/traces.md), plain, .gz, .zst or .xz:\n${own}\n${rows.join('\n')}`;
}
