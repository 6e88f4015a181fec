/** `leasehold managements`: the central managements there are, their sight and settings. */

import type { Command } from 'commander';
import type { CentralManagement } from '../../contracts/central-management.ts';
import { centralNames, centrals } from '../../lab/run/centrals.ts';
import { OK } from '../exit-codes.ts';
import { settingsOf } from './policies.ts';

export function addManagements(program: Command, finish: (code: number) => void): void {
  program
    .command('managements')
    .description(
      'list the central managements there are; a scenario names them in its key managements',
    )
    .action(() => {
      process.stdout.write(managementsText());
      finish(OK);
    });
}

const NAME = 18;

function managementsText(): string {
  const lines = centralNames.map((name) => {
    const management: CentralManagement = centrals[name];
    const { sight, summary, parameters, ranges, taskParameters, taskRanges, period } = management;
    const settings = [
      ...settingsOf(parameters, ranges),
      ...(period === undefined
        ? []
        : [`period = ${period.ns} ns or ${period.references} references`]),
      ...settingsOf(taskParameters, taskRanges).map((one) => `of a task: ${one}`),
    ];
    const told = settings.length === 0 ? '' : ` [${settings.join(', ')}]`;
    return `${name.padEnd(NAME)}${sight.padEnd(10)}${summary}${told}\n`;
  });
  return [
    `${'management'.padEnd(NAME)}${'sight'.padEnd(10)}what it does [its settings: docs/parameters.md]\n`,
    ...lines,
  ].join('');
}
