/** `leasehold policies`: the policies that come with the house. */

import type { Command } from 'commander';
import { policies } from '../../clients/policies/index.ts';
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

function policiesText(): string {
  const lines = Object.values(policies).map(({ name, sight, summary, parameters }) => {
    const settings = Object.entries(parameters ?? {}).map(([key, value]) => `${key} = ${value}`);
    const told = settings.length === 0 ? '' : ` [${settings.join(', ')}]`;
    return `${name.padEnd(15)}${sight.padEnd(10)}${summary}${told}\n`;
  });
  return [`${'policy'.padEnd(15)}${'sight'.padEnd(10)}what it evicts\n`, ...lines].join('');
}
