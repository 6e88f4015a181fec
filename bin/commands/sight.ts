/** `leasehold sight`: what it costs policies that they see referenced bits and not each reference. */

import { basename } from 'node:path';
import type { Command } from 'commander';
import { createPool } from '../../lab/compare/index.ts';
import { requireChoices } from '../../lab/curves/choices.ts';
import { sizesOf } from '../../lab/curves/sizes.ts';
import { readTrace } from '../../lab/traces/index.ts';
import { PAGE_BYTES, PAGES_MAX } from '../../sim-hw/references.ts';
import { OK } from '../exit-codes.ts';
import { parseCount, parseWorkers } from '../options.ts';
import { createProgress } from '../progress.ts';

interface SightOptions {
  readonly policy: string;
  readonly sizes: string;
  readonly costs: string;
  readonly pageTable?: string;
  readonly limit?: number;
  readonly format?: string;
  readonly workers?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Every policy that looks at bits; those they are compared with come with them. */
const LOOKING = 'clock,second-chance,gclock,nru,aging,working-set,pff,car,clock-pro,optimal';

export function addSight(program: Command, finish: (code: number) => void): void {
  program
    .command('sight')
    .description('what hardware sight costs: policies in the curve engine and alone in the machine')
    .argument('<trace>', 'a trace of any format; see docs/curves.md')
    .option('--policy <list>', 'names or files: clock,aging:period=500,./mine.ts', LOOKING)
    .option('--sizes <spec>', 'frames 64,128; parts of the pages 0.1,0.5; auto:3', '0.25')
    .option('--costs <name>', 'cost profile of the machine', 'modern-nvme')
    .option('--page-table <name>', "page table (the profile's)")
    .option('--limit <n>', 'references to read at most', parseCount)
    .option('--format <name>', 'format of the trace; found by content otherwise')
    .option('--workers <n>', 'threads, one a core at most (default: at most 4)', parseWorkers)
    .option('--json', 'print one JSON document and nothing else')
    .option('--quiet', 'print the table alone: no progress')
    .action(async (trace: string, options: SightOptions) => finish(await sight(trace, options)));
}

async function sight(file: string, options: SightOptions): Promise<number> {
  const { sightsOf, sightsTable } = await import('../../lab/curves/index.ts');
  const { policy: policies, sizes, costs, pageTable = null, limit, format, workers } = options;
  // Before a trace is read for it.
  requireChoices(policies, '--policy');
  sizesOf(sizes, PAGES_MAX, '--sizes');
  const progress = createProgress(options.quiet !== true);
  const pool = createPool({
    progress: progress.tell,
    ...(workers !== undefined && { size: workers }),
  });
  try {
    const trace = await readTrace(file, {
      pageBytes: PAGE_BYTES,
      ...(limit !== undefined && { limit }),
      ...(format !== undefined && { format }),
    });
    const wanted = { policies, sizes, costs, pageTable };
    const sights = await sightsOf(trace, basename(file), wanted, pool);
    progress.clear();
    process.stdout.write(options.json ? `${JSON.stringify(sights)}\n` : sightsTable(sights));
    return OK;
  } finally {
    progress.clear();
    await pool.close();
  }
}
