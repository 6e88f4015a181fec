/** `leasehold validate`: published experiments beside what they come to here, in one table. */

import type { Command } from 'commander';
import { createPool } from '../../lab/compare/index.ts';
import { didYouMean, inputError } from '../../lab/scenario/index.ts';
import { BROKEN, OK } from '../exit-codes.ts';
import { filesNamed, paperFiles } from '../papers-folder.ts';
import { createProgress } from '../progress.ts';

interface ValidateOptions {
  readonly only?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly oracles: boolean;
}

export function addValidate(program: Command, finish: (code: number) => void): void {
  program
    .command('validate')
    .description('repeat published experiments and print their figures beside ours')
    .argument('[files...]', 'experiments of your own, in place of those in lab/scenarios/papers')
    .option('--only <id>', 'this experiment alone, such as L-E12')
    .option('--json', 'print one JSON document and nothing else')
    .option('--quiet', 'print the table alone: no progress')
    .option('--no-oracles', 'do not check the rules while running (faster)')
    .action(async (files: string[], options: ValidateOptions) =>
      finish(await validate(files, options)),
    );
}

async function validate(
  files: readonly string[],
  { only, json, quiet, oracles }: ValidateOptions,
): Promise<number> {
  // Loaded when it is asked for: no other command needs it.
  const { papersDocument, papersTable, readPaper, runExperiment } = await import(
    '../../lab/papers/index.ts'
  );
  const known = (files.length > 0 ? filesNamed(files) : paperFiles())
    .map((file) => {
      const { id, also } = readPaper(file);
      return { file, id, also };
    })
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
  const chosen = known.filter(({ id, also }) => only === undefined || [id, ...also].includes(only));
  if (chosen.length === 0) {
    const ids = known.flatMap(({ id, also }) => [id, ...also]);
    throw inputError(
      '--only',
      `is '${only}', expected an experiment; ${didYouMean(only ?? '', ids)}`,
    );
  }
  const progress = createProgress(quiet !== true);
  const pool = createPool({ progress: progress.tell });
  try {
    const results = await Promise.all(
      chosen.map(({ file }) => runExperiment(file, pool, { oracles })),
    );
    progress.clear();
    const style = { colours: process.stdout.isTTY === true && !process.env.NO_COLOR };
    const text = json
      ? `${JSON.stringify(papersDocument(results))}\n`
      : papersTable(results, style);
    process.stdout.write(text);
    return results.some(({ verdict }) => verdict === 'OUTSIDE') ? BROKEN : OK;
  } finally {
    progress.clear();
    await pool.close();
  }
}
