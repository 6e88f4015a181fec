/** `leasehold curve`: how often policies miss on a trace, by the frames they have. */

import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { createSparingPool } from '../../lab/compare/sparing-pool.ts';
import { requireChoices } from '../../lab/curves/choices.ts';
import { CURVE_KINDS, type CurveKind, type Curves, curvesOf } from '../../lab/curves/curve.ts';
import type { sampledCurvesOf as SampledCurvesOf } from '../../lab/curves/sampled.ts';
import { sizesOf } from '../../lab/curves/sizes.ts';
import { streamedCurves } from '../../lab/curves/streamed-curve.ts';
import { curvesTable } from '../../lab/curves/table.ts';
import { inputError } from '../../lab/scenario/input-error.ts';
import { type ReadOptions, readTrace } from '../../lab/traces/read-trace.ts';
import type { Sampler } from '../../lab/traces/sampler.ts';
import { PAGES_MAX } from '../../sim-hw/references.ts';
import { OK } from '../exit-codes.ts';
import { requireNewFile, writeNewFile } from '../new-files.ts';
import { parseCount, parseFactor, parseNames, parseSeed, parseWorkers } from '../options.ts';
import { createProgress } from '../progress.ts';

interface CurveOptions {
  readonly of: CurveKind;
  readonly parts: number;
  readonly sample?: number;
  readonly samplePages?: number;
  readonly seed: number;
  readonly policy: string;
  readonly sizes: string;
  readonly traffic?: boolean;
  readonly limit?: number;
  readonly format?: string;
  readonly pageBytes?: number;
  readonly columns?: string[];
  readonly workers?: number;
  readonly plot?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addCurve(program: Command, finish: (code: number) => void): void {
  program
    .command('curve')
    .description('miss-ratio curves: how often policies miss on a trace, by frames')
    .argument('<trace>', 'a trace of any format, - for standard input; see docs/curves.md')
    .option(
      '--policy <list>',
      'names or files: lru,clock,working-set:tau=5000,./mine.ts',
      'lru,optimal',
    )
    .option(
      '--sizes <spec>',
      'frames 64,128; parts of the pages 0.1,0.5; auto:16; log:16',
      'auto:16',
    )
    .addOption(
      new Option('--of <what>', 'what the curves are of').choices(CURVE_KINDS).default('misses'),
    )
    .option('--parts <n>', 'with --of phases: equal parts of the trace', parseCount, 60)
    .option('--traffic', 'misses by kind and pages written back, too')
    .option('--sample <rate>', 'estimate from this share of the pages, such as 0.01', parseFactor)
    .option('--sample-pages <n>', 'estimate from at most so many pages, such as 8192', parseCount)
    .option('--seed <n>', 'of a sample: which pages', parseSeed, 1)
    .option('--limit <n>', 'references to read at most', parseCount)
    .option('--format <name>', 'format of the trace; found by content otherwise')
    .option('--page-bytes <n>', "bytes in a page (the format's own, mostly 4096)", parseCount)
    .option(
      '--columns <a,b,c>',
      'columns of a CSV file whose first line does not name them',
      parseNames,
    )
    .option('--workers <n>', 'threads, one a core at most (default: at most 4)', parseWorkers)
    .option('--plot <file>', 'also draw them into a new file, an SVG')
    .option('--json', 'print one JSON document and nothing else')
    .option('--quiet', 'print the table alone: no progress')
    .action(async (trace: string, options: CurveOptions, command: Command) => {
      const isAsked = (name: string) => command.getOptionValueSource(name) === 'cli';
      const asked = {
        policyIsAsked: isAsked('policy'),
        partsAreAsked: isAsked('parts'),
        seedIsAsked: isAsked('seed'),
      };
      finish(await curve(trace, { ...options, ...asked }));
    });
}

const PARTS_MAX = 4096;
/** A trace that another program writes into this one. */
const STDIN = '-';

/** Loaded where they are wanted: most curves are exact. */
async function samplerOf({
  of,
  sample,
  samplePages,
  seed,
}: CurveOptions): Promise<Sampler | undefined> {
  if (sample === undefined && samplePages === undefined) return undefined;
  if (sample !== undefined && sample > 1)
    throw inputError('--sample', `is ${sample}, expected at most 1; correct it`);
  const { sampleNeeds } = await import('../../lab/curves/sampled.ts');
  const { createSampler } = await import('../../lab/traces/sampler.ts');
  return createSampler({
    seed,
    ...sampleNeeds(of),
    ...(sample !== undefined && { rate: sample }),
    ...(samplePages !== undefined && { pages: samplePages }),
  });
}

/** Curves over page sizes begin with the smallest that the trace tells. */
function pageBytesFor({ of, pageBytes }: CurveOptions): Pick<ReadOptions, 'pageBytes'> {
  if (pageBytes !== undefined) return { pageBytes };
  return of === 'page-size' || of === 'tlb-reach' ? { pageBytes: 'finest' } : {};
}

async function sampledOf(
  ...[trace, sampler, name, wanted, pool]: Parameters<typeof SampledCurvesOf>
): Promise<Curves> {
  const { sampledCurvesOf } = await import('../../lab/curves/sampled.ts');
  return sampledCurvesOf(trace, sampler, name, wanted, pool);
}

/**
 * Refuses what would be passed over in silence, more parts than anyone looks at, and, before a trace is read
 * for it, a list of policies or sizes that cannot be.
 */
function requireMeaning(options: CurveOptions & Asked): void {
  const { of, traffic, parts, sample, samplePages } = options;
  const { policyIsAsked, partsAreAsked, seedIsAsked } = options;
  if (parts > PARTS_MAX)
    throw inputError('--parts', `is ${parts}, expected at most ${PARTS_MAX}; correct it`);
  if (partsAreAsked && of !== 'phases')
    throw inputError('--parts', `expected none with --of ${of}; add --of phases or leave it out`);
  if (seedIsAsked && sample === undefined && samplePages === undefined)
    throw inputError('--seed', 'expected none without --sample; add --sample RATE or leave it out');
  if (traffic && of !== 'misses') {
    const problem = `is told of misses by frames, expected none with --of ${of}`;
    throw inputError('--traffic', `${problem}; leave one of them out`);
  }
  if (policyIsAsked && of !== 'misses' && of !== 'phases') {
    const what = of === 'working-set' ? 'windows and of VMIN' : 'LRU';
    throw inputError(
      '--policy',
      `expected none with --of ${of}, which is of ${what}; leave it out`,
    );
  }
  requireChoices(options.policy, '--policy');
  sizesOf(options.sizes, PAGES_MAX, '--sizes');
}

/** What was typed and is no default. */
interface Asked {
  readonly policyIsAsked: boolean;
  readonly partsAreAsked: boolean;
  readonly seedIsAsked: boolean;
}

async function curve(file: string, options: CurveOptions & Asked): Promise<number> {
  requireMeaning(options);
  const {
    of,
    parts,
    policy: policies,
    sizes,
    traffic = false,
    limit,
    format,
    columns,
    workers,
    plot,
  } = options;
  if (plot !== undefined) requireNewFile('--plot', plot);
  const progress = createProgress(options.quiet !== true);
  const pooling = {
    ofTraces: true,
    progress: progress.tell,
    ...(workers !== undefined && { size: workers }),
  };
  const pool = createSparingPool(pooling, async () => {
    return (await import('../../lab/compare/pool.ts')).createPool(pooling);
  });
  try {
    const from = file === STDIN ? '/dev/stdin' : file;
    const reading = {
      ...(workers !== undefined && { threads: workers }),
      ...(limit !== undefined && { limit }),
      ...(format !== undefined && { format }),
      ...(columns !== undefined && { columns }),
      ...pageBytesFor(options),
      progress: progress.read,
    };
    const wanted = { of, parts, policies, sizes, traffic };
    const name = basename(file);
    const sampler = await samplerOf(options);
    const curves = sampler
      ? await sampledOf(await readTrace(from, { ...reading, sampler }), sampler, name, wanted, pool)
      : ((await streamedCurves(from, name, wanted, reading, pool)) ??
        (await curvesOf(await readTrace(from, { ...reading, shared: true }), name, wanted, pool)));
    if (plot !== undefined) {
      const { curvesPlot } = await import('../../lab/curves/plot.ts');
      await writeNewFile('--plot', plot, curvesPlot(curves));
    }
    progress.clear();
    process.stdout.write(options.json ? `${JSON.stringify(curves)}\n` : curvesTable(curves));
    return OK;
  } finally {
    progress.clear();
    await pool.close();
  }
}
