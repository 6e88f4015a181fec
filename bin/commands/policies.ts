/** `leasehold policies`: the policies that come with the house. */

import type { Command } from 'commander';
import { policies } from '../../clients/policies/index.ts';
import type { ParameterRanges } from '../../contracts/policy.ts';
import { spanText } from '../../lab/scenario/parameters.ts';
import { OK } from '../exit-codes.ts';

export function addPolicies(program: Command, finish: (code: number) => void): void {
  program
    .command('policies')
    .description('list the policies there are; --policy ./mine.ts takes one of your own')
    .action(() => {
      process.stdout.write(policiesText());
      finish(OK);
    });
}

const NAME = 20;

function policiesText(): string {
  const lines = Object.values(policies).map(({ name, sight, summary, parameters, ranges }) => {
    const settings = settingsOf(parameters, ranges);
    const told = settings.length === 0 ? '' : ` [${settings.join(', ')}]`;
    return `${name.padEnd(NAME)}${sight.padEnd(10)}${summary}${told}\n`;
  });
  const head = `${'policy'.padEnd(NAME)}${'sight'.padEnd(10)}what it evicts [its parameters: docs/parameters.md]\n`;
  return [head, ...lines].join('');
}

/** `tau = 10000 (0 to 1e15)` each. */
export function settingsOf(
  parameters: Readonly<Record<string, number>> = {},
  ranges: ParameterRanges = {},
): string[] {
  return Object.entries(parameters).map(([key, value]) => {
    const range = ranges[key];
    return `${key} = ${value}${range === undefined ? '' : ` (${spanText(range)})`}`;
  });
}
