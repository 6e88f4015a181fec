/**
 * The command `leasehold`. Each subcommand is a file of `bin/commands`; errors are one line on
 * standard error, exit codes are in `exit-codes.ts` and in --help.
 */

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addCompare } from './commands/compare.ts';
import { addConformance } from './commands/conformance.ts';
import { addCurve } from './commands/curve.ts';
import { addDialogue } from './commands/dialogue.ts';
import { addExplain } from './commands/explain.ts';
import { addFormats } from './commands/formats.ts';
import { addFuzz } from './commands/fuzz.ts';
import { addManagements } from './commands/managements.ts';
import { addModelCheck } from './commands/model-check.ts';
import { addPolicies } from './commands/policies.ts';
import { addRun } from './commands/run.ts';
import { addSight } from './commands/sight.ts';
import { addTrace } from './commands/trace.ts';
import { addValidate } from './commands/validate.ts';
import { BAD_INPUT, exitCodesText, OK, report } from './exit-codes.ts';

await main(process.argv);

async function main(argv: readonly string[]): Promise<void> {
  // A reader that has had enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? OK : BAD_INPUT);
  });
  const program = createProgram((code) => {
    process.exitCode = code;
  });
  try {
    await program.parseAsync(argv as string[]);
  } catch (error) {
    // Help and version end this way too; commander has then said what there is to say.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? OK : BAD_INPUT;
    else process.exitCode = report(error);
  }
}

function createProgram(finish: (code: number) => void): Command {
  const program = new Command('leasehold')
    .description(
      'A laboratory for memory contracts: self-paging tasks beside central pagers,\n' +
        'on traces of real programs. Start with: leasehold compare scenarios/first-comparison.yaml',
    )
    .version(version(), '--version', 'print the version')
    .addHelpText('after', exitCodesText)
    .showSuggestionAfterError(true);
  addCompare(program, finish);
  addRun(program, finish);
  addConformance(program, finish);
  addCurve(program, finish);
  addDialogue(program, finish);
  addExplain(program, finish);
  addTrace(program, finish);
  addPolicies(program, finish);
  addSight(program, finish);
  addFormats(program, finish);
  addManagements(program, finish);
  addFuzz(program, finish);
  addModelCheck(program, finish);
  addValidate(program, finish);
  for (const command of everyCommand(program)) {
    command.exitOverride();
    command.configureOutput({
      outputError: (text, write) =>
        write(`leasehold: ${oneLine(text)}; see ${commandLine(command)} --help\n`),
    });
  }
  return program;
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function commandLine(command: Command): string {
  return command.parent ? `${commandLine(command.parent)} ${command.name()}` : command.name();
}

/** `error: unknown option '--x'\n(Did you mean --y?)` in one line. */
function oneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
