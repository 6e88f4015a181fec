/** `leasehold managements`: the central managements there are, their sight and settings. */

import type { Command } from 'commander';
import type { CentralManagement } from '../../contracts/central-management.ts';
import { centralNames, centrals } from '../../lab/run/centrals.ts';
import { OK } from '../exit-codes.ts';

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

function managementsText(): string {
  const lines = centralNames.map((name) => {
    const { sight, summary, parameters, taskParameters, period }: CentralManagement =
      centrals[name];
    const settings = [
      ...settingsOf(parameters),
      ...(period === undefined
        ? []
        : [`period = ${period.ns} ns or ${period.references} references`]),
      ...settingsOf(taskParameters).map((one) => `of a task: ${one}`),
    ];
    const told = settings.length === 0 ? '' : ` [${settings.join(', ')}]`;
    return `${name.padEnd(15)}${sight.padEnd(10)}${summary}${told}\n`;
  });
  return [`${'management'.padEnd(15)}${'sight'.padEnd(10)}what it does\n`, ...lines].join('');
}

function settingsOf(settings: Readonly<Record<string, number>> = {}): string[] {
  return Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
}
