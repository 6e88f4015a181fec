/**
 * The command `leasehold`. Each subcommand is a file of `bin/commands`; errors are one line on
 * standard error, exit codes are in `exit-codes.ts` and in --help.
 */

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { inputError } from '../lab/scenario/input-error.ts';
import { BAD_INPUT, exitCodesText, OK, report } from './exit-codes.ts';

type Add = (program: Command, finish: (code: number) => void) => void;

/** In the order of --help. Each is loaded when it is called, all of them for what names them all. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  compare: async () => (await import('./commands/compare.ts')).addCompare,
  run: async () => (await import('./commands/run.ts')).addRun,
  conformance: async () => (await import('./commands/conformance.ts')).addConformance,
  curve: async () => (await import('./commands/curve.ts')).addCurve,
  dialogue: async () => (await import('./commands/dialogue.ts')).addDialogue,
  explain: async () => (await import('./commands/explain.ts')).addExplain,
  trace: async () => (await import('./commands/trace.ts')).addTrace,
  policies: async () => (await import('./commands/policies.ts')).addPolicies,
  sight: async () => (await import('./commands/sight.ts')).addSight,
  formats: async () => (await import('./commands/formats.ts')).addFormats,
  managements: async () => (await import('./commands/managements.ts')).addManagements,
  fuzz: async () => (await import('./commands/fuzz.ts')).addFuzz,
  'model-check': async () => (await import('./commands/model-check.ts')).addModelCheck,
  validate: async () => (await import('./commands/validate.ts')).addValidate,
};

await main(process.argv);

async function main(argv: readonly string[]): Promise<void> {
  // A reader that has had enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(OK);
    const problem = `cannot be written (${error.code}), expected a place with room`;
    process.exit(report(inputError('standard output', `${problem}; send it elsewhere`)));
  });
  const program = await createProgram(argv[2] ?? '', (code) => {
    process.exitCode = code;
  });
  try {
    requireKnown(program, argv);
    await program.parseAsync(argv as string[]);
  } catch (error) {
    // Help and version end this way too; commander has then said what there is to say.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? OK : BAD_INPUT;
    else process.exitCode = report(error);
  }
}

/** With the command that `first`, the first argument, names; with all where it names none. */
async function createProgram(first: string, finish: (code: number) => void): Promise<Command> {
  const program = new Command('leasehold')
    .description(
      'A laboratory for memory contracts: self-paging tasks beside central pagers,\n' +
        'on traces of real programs. Start with: leasehold compare scenarios/first-comparison.yaml',
    )
    .version(version(), '--version', 'print the version')
    .addHelpText('after', exitCodesText)
    .showSuggestionAfterError(true);
  for (const name of namesToLoad(first)) (await commands[name]())(program, finish);
  for (const command of everyCommand(program)) {
    command.exitOverride();
    command.configureOutput({
      outputError: (text, write) =>
        write(`leasehold: ${oneLine(text)}; see ${commandLine(command)} --help\n`),
    });
  }
  return program;
}

/** `help` of a command that there is not would list all that there are, and not say why. */
function requireKnown(program: Command, [, , first, name]: readonly string[]): void {
  if (first !== 'help' || name === undefined || name === 'help' || name.startsWith('-')) return;
  if (Object.hasOwn(commands, name)) return;
  program.error(`error: unknown command '${name}'`);
}

function namesToLoad(first: string): string[] {
  if (Object.hasOwn(commands, first)) return [first];
  return first === '--version' ? [] : Object.keys(commands);
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
