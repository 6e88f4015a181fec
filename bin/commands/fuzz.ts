/** `leasehold fuzz`: hostile scenarios drawn from seeds, every oracle watching. */

import type { Command } from 'commander';
import type { FuzzOptions as Fuzzing } from '../../lab/fuzz/index.ts';
import { coreSwitches, didYouMean, inputError } from '../../lab/scenario/index.ts';
import { BROKEN, OK } from '../exit-codes.ts';
import { parseCount, parseSeed } from '../options.ts';
import { createProgress } from '../progress.ts';

type PlantedBug = NonNullable<Fuzzing['planted']>;

interface FuzzOptions {
  readonly seeds: number;
  readonly seedBase: number;
  readonly json?: boolean;
  readonly planted?: string;
}

export function addFuzz(program: Command, finish: (code: number) => void): void {
  program
    .command('fuzz')
    .description('draw hostile scenarios from seeds and watch every rule')
    .option('--seeds <n>', 'scenarios to draw', parseCount, 200)
    .option('--seed-base <n>', 'the first seed', parseSeed, 0)
    .option('--planted <name>', 'switch one rule off on purpose, to see it found')
    .option('--json', 'print one JSON document and nothing else')
    .action(async ({ seeds, seedBase, json, planted: asked }: FuzzOptions) => {
      const bug = asked === undefined ? undefined : requirePlanted(asked);
      // Loaded when it is asked for: no other command needs it.
      const { runFuzz } = await import('../../lab/fuzz/index.ts');
      const progress = createProgress(true);
      const { violations, text } = runFuzz({
        seeds,
        seedBase,
        json: json === true,
        ...(bug !== undefined && { planted: bug }),
        progress: (done) => progress.tell(done, seeds, ['fuzzing']),
      });
      progress.clear();
      process.stdout.write(`${text}\n`);
      finish(violations.length === 0 ? OK : BROKEN);
    });
}

function requirePlanted(name: string): PlantedBug {
  if (Object.hasOwn(coreSwitches, name)) return name as PlantedBug;
  throw inputError(
    '--planted',
    `is '${name}', expected a rule to switch off; ${didYouMean(name, Object.keys(coreSwitches))}`,
  );
}
