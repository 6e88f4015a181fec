/** `leasehold model-check`: every interleaving of small worlds, explored to the fixpoint. */

import { type Command, Option } from 'commander';
import { didYouMean, inputError } from '../../lab/scenario/index.ts';
import { BROKEN, OK } from '../exit-codes.ts';
import { createProgress } from '../progress.ts';

interface ModelCheckOptions {
  readonly world?: string;
  readonly planted?: string;
  readonly json?: boolean;
}

export function addModelCheck(program: Command, finish: (code: number) => void): void {
  program
    .command('model-check')
    .description('explore every interleaving of small worlds, to the fixpoint')
    .option('--world <name>', 'explore this world alone')
    .option('--json', 'print one JSON document and nothing else')
    .addOption(
      new Option('--planted <name>', 'switch one rule off on purpose, to see it found').hideHelp(),
    )
    .action(async ({ world, planted, json }: ModelCheckOptions) => {
      // Loaded when it is asked for: no other command needs it.
      const { modelCheck, plantedBugs, worldOf, worlds } = await import(
        '../../lab/model-check/index.ts'
      );
      const names = worlds.map(({ name }) => name);
      const plan = world === undefined ? undefined : worldOf(world);
      if (world !== undefined && plan === undefined)
        throw unknown('--world', 'world', world, names);
      const bug = plantedBugs.find((name) => name === planted);
      if (planted !== undefined && bug === undefined)
        throw unknown('--planted', 'rule to switch off', planted, plantedBugs);
      const progress = createProgress(true);
      const { result, text } = modelCheck({
        ...(plan !== undefined && { plans: [plan] }),
        ...(bug !== undefined && { planted: bug }),
        json: json === true,
        now: () => performance.now(),
        progress: (name, states) =>
          progress.tell(names.indexOf(name), names.length, [`${name}, ${states} states`]),
      });
      progress.clear();
      process.stdout.write(`${text}\n`);
      finish(result.violations === 0 ? OK : BROKEN);
    });
}

function unknown(option: string, what: string, name: string, known: readonly string[]): Error {
  return inputError(option, `is '${name}', expected a ${what}; ${didYouMean(name, [...known])}`);
}
