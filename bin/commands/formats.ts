/** `leasehold formats`: one scenario on every page table, and what of it differs. */

import type { Command } from 'commander';
import { createPool } from '../../lab/compare/index.ts';
import { BROKEN, OK } from '../exit-codes.ts';
import { parseCount, parseSeed } from '../options.ts';
import { createProgress } from '../progress.ts';

interface FormatsOptions {
  readonly formats?: string;
  readonly seed?: number;
  readonly limit?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly oracles: boolean;
}

export function addFormats(program: Command, finish: (code: number) => void): void {
  program
    .command('formats')
    .description('run a scenario on every page table: the same run, at another price')
    .argument('<scenario>', 'YAML file whose clock is references; see docs/scenarios.md')
    .option('--formats <a,b,c>', 'these page tables alone')
    .option('--seed <n>', 'the one number that decides every draw', parseSeed)
    .option('--limit <n>', 'references of each task at most', parseCount)
    .option('--json', 'print one JSON document and nothing else')
    .option('--quiet', 'print the table alone: no progress')
    .option('--no-oracles', 'do not check the rules while running (faster)')
    .action(async (scenario: string, options: FormatsOptions) =>
      finish(await formats(scenario, options)),
    );
}

async function formats(
  scenario: string,
  { formats: named, seed, limit, json, quiet, oracles }: FormatsOptions,
): Promise<number> {
  const { compareFormats, formatsTable } = await import('../../lab/formats/index.ts');
  const progress = createProgress(quiet !== true);
  const pool = createPool({ progress: progress.tell });
  try {
    const result = await compareFormats(
      scenario,
      { ...(seed !== undefined && { seed }), ...(limit !== undefined && { limit }) },
      pool,
      { oracles, ...(named !== undefined && { formats: named.split(',') }) },
    );
    progress.clear();
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : formatsTable(result));
    const same = result.rows.every(({ differs }) => differs.length === 0);
    return same && result.violations.length === 0 ? OK : BROKEN;
  } finally {
    progress.clear();
    await pool.close();
  }
}
