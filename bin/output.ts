/**
 * Output: a report goes to standard output and, if asked for, whole or not at all into a folder.
 */

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ComparedMix, Comparison } from '../lab/compare/index.ts';
import {
  documentOf,
  documentText,
  mixesDocument,
  mixesText,
  plainWords,
  tableText,
} from '../lab/report/index.ts';
import { checkExpectation, inputError } from '../lab/scenario/index.ts';
import { BROKEN, OK } from './exit-codes.ts';
import { requireNewFolder } from './new-files.ts';
import type { RunningOptions } from './options.ts';

/**
 * Prints the report as the options ask, writes the folder, and returns the exit code. `logs` is a
 * folder of event logs that moves into it.
 */
export async function deliver(
  comparison: Comparison,
  scenarioFile: string,
  options: RunningOptions,
  logs: string | null = null,
): Promise<number> {
  const document = documentText(documentOf(comparison));
  if (options.out !== undefined) {
    const text = `${tableText(comparison, PLAIN)}${plainWords(comparison, PLAIN)}`;
    await writeFolder(text, document, scenarioFile, options.out, logs);
  }
  if (options.json) process.stdout.write(document);
  else process.stdout.write(reportText(comparison, options.quiet === true));
  const broken = tellViolations(comparison);
  return options.expect ? Math.max(broken, tellExpectations(comparison, options)) : broken;
}

/** The same for several mixes. */
export async function deliverMixes(
  name: string,
  mixes: readonly ComparedMix[],
  scenarioFile: string,
  options: RunningOptions,
): Promise<number> {
  const document = `${JSON.stringify(mixesDocument(name, mixes))}\n`;
  if (options.out !== undefined)
    await writeFolder(mixesText(mixes, PLAIN), document, scenarioFile, options.out, null);
  const style = { colours: process.stdout.isTTY === true && !process.env.NO_COLOR };
  process.stdout.write(options.json ? document : mixesText(mixes, style));
  const codes = mixes.map(({ comparison }) =>
    Math.max(
      tellViolations(comparison),
      options.expect ? tellExpectations(comparison, options) : OK,
    ),
  );
  return Math.max(...codes);
}

const PLAIN = { colours: false };

/** Says of each expectation whether it holds: on standard error where standard output is JSON. */
function tellExpectations(comparison: Comparison, options: RunningOptions): number {
  const { expectations } = comparison.loaded;
  const document = documentOf(comparison);
  const verdicts = expectations.map((each) => checkExpectation(each, document));
  const out = options.json ? process.stderr : process.stdout;
  if (verdicts.length === 0) out.write('The scenario expects nothing: see docs/scenarios.md.\n');
  for (const { expectation, holds, found } of verdicts)
    out.write(
      `${holds ? 'as expected' : 'NOT AS EXPECTED'}: ${expectation.text} (${found})\n` +
        `  ${expectation.because}\n`,
    );
  return verdicts.every(({ holds }) => holds) ? OK : BROKEN;
}

function reportText(comparison: Comparison, quiet: boolean): string {
  const style = { colours: process.stdout.isTTY === true && !process.env.NO_COLOR };
  const table = tableText(comparison, style);
  return quiet ? table : `${table}${plainWords(comparison, style)}`;
}

async function writeFolder(
  text: string,
  document: string,
  scenarioFile: string,
  folder: string,
  logs: string | null,
): Promise<void> {
  const partial = `${resolve(folder)}.${process.pid}.partial`;
  try {
    await mkdir(partial);
    await writeFile(join(partial, 'results.json'), document);
    await writeFile(join(partial, 'table.txt'), text);
    await writeFile(join(partial, 'scenario.yaml'), await readFile(scenarioFile));
    if (logs !== null) await rename(logs, join(partial, 'events'));
    requireNewFolder(folder);
    await rename(partial, folder);
  } catch (error) {
    // What could not be made cannot be removed either; the first error says why.
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw inputError(
      `--out ${folder}`,
      `cannot be written (${message}), expected a writable place; choose another`,
    );
  }
}

const VIOLATIONS_SHOWN = 5;

function tellViolations({ oracles }: Comparison): number {
  const found = oracles.flatMap(({ name, violations }) =>
    violations.map((what) => `oracle ${name}: ${what}`),
  );
  if (found.length === 0) return OK;
  for (const line of found.slice(0, VIOLATIONS_SHOWN)) process.stderr.write(`leasehold: ${line}\n`);
  const rest = found.length - VIOLATIONS_SHOWN;
  if (rest > 0) process.stderr.write(`leasehold: and ${rest} more violations; --json lists all\n`);
  return BROKEN;
}
