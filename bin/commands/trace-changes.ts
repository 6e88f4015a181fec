/** `leasehold trace cut | mix | split | sample | filter`: a trace made from others, exactly or by a sample. */

import type { Command } from 'commander';
import { inputError } from '../../lab/scenario/input-error.ts';
import {
  cutTrace,
  filterTrace,
  mixTraces,
  readTrace,
  requireOutput,
  sampleTrace,
  splitTrace,
  type Trace,
  writeTrace,
} from '../../lab/traces/index.ts';
import { OK } from '../exit-codes.ts';
import { parseCount, parseFactor, parseSeed } from '../options.ts';
import {
  addReading,
  addWriting,
  type ReadingOptions,
  say,
  whileReading,
  whileWriting,
} from './trace-reading.ts';

interface ChangeOptions extends ReadingOptions {
  readonly to?: string;
  readonly from?: number;
  readonly count?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly frames?: number;
  readonly quantum?: number;
  readonly program?: number;
}

export function addTraceChanges(trace: Command, finish: (code: number) => void): void {
  const change = (
    name: string,
    description: string,
    work: (trace: Trace, options: ChangeOptions, output: string) => Trace,
  ): Command =>
    addWriting(addReading(trace.command(name).description(description)))
      .argument('<file>', 'a trace of any format')
      .argument('<out>', 'a new file')
      .action(async (file: string, output: string, options: ChangeOptions) => {
        await requireOutput(output, options.to);
        const whole = await whileReading(options, (reading) => readTrace(file, reading));
        // What cannot be is said of the file, not of the program that was recorded.
        const made = work({ ...whole, origin: file }, options, output);
        const trace = { ...made, origin: whole.origin };
        say(output, await whileWriting(() => writeTrace(output, trace, options.to)));
        finish(OK);
      });
  change('cut', 'a part of a trace, by references', (whole, { from = 0, count }) =>
    cutTrace(whole, from, count ?? whole.references),
  )
    .option('--from <n>', 'references to pass over first (0)', parseSeed)
    .option('--count <n>', 'references to keep (all the others)', parseCount);
  change('sample', 'the references to a share of the pages (SHARDS)', (whole, options) => {
    const { rate = 0.1, seed = 1 } = options;
    const sample = sampleTrace(whole, rate, seed);
    tellSample(whole, sample, rate);
    return sample;
  })
    .option('--rate <share>', 'share of the pages, up to 1 (0.1)', parseFactor)
    .option('--seed <n>', 'decides which pages (1)', parseSeed);
  change('filter', 'fewer references, the same faults from so many frames on', (whole, options) => {
    const reduced = filterTrace(whole, options.frames as number);
    tellFilter(whole, reduced, options.frames as number);
    return reduced;
  }).requiredOption('--frames <n>', 'the least memory that counts stay exact for', parseCount);
  change('split', 'one program of a mix alone, as it was before', (whole, options) =>
    splitTrace(whole, options.program as number),
  ).requiredOption('--program <n>', 'which one, the first is 0', parseSeed);
  addMix(trace, finish);
}

function addMix(trace: Command, finish: (code: number) => void): void {
  addWriting(addReading(trace.command('mix').description('several traces as one, by turns')))
    .argument('<files...>', 'traces of any format, and last the new file')
    .option('--quantum <n>', 'references of a turn (10000)', parseCount)
    .option('--seed <n>', 'each round in an order drawn anew (the order given)', parseSeed)
    .action(async (files: string[], options: ChangeOptions) => {
      const output = files.at(-1) as string;
      if (files.length < 2)
        throw inputError(
          output,
          'stands alone, expected traces and behind them a new file; name it',
        );
      await requireOutput(output, options.to);
      const traces: Trace[] = [];
      for (const file of files.slice(0, -1))
        traces.push(await whileReading(options, (reading) => readTrace(file, reading)));
      const mixed = mixTraces(traces, options.quantum ?? 10_000, options.seed);
      say(output, await whileWriting(() => writeTrace(output, mixed, options.to)));
      finish(OK);
    });
}

function tellSample(whole: Trace, sample: Trace, rate: number): void {
  const pages = `${sample.pageNumbers.length} of ${whole.pageNumbers.length} pages`;
  const hoped = Math.round(whole.references * rate);
  process.stderr.write(
    `${pages}, ${sample.references} references (${hoped} were to be expected); ` +
      `n frames here stand for ${(1 / rate).toFixed(1)} n of the whole\n`,
  );
}

function tellFilter(whole: Trace, reduced: Trace, frames: number): void {
  const times = (whole.references / reduced.references).toFixed(1);
  process.stderr.write(
    `${times} times fewer references than ${whole.references}; faults of LRU and of the optimum ` +
      `are exact from ${frames} frames on, numbers of references are not\n`,
  );
}
