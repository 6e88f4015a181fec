/** `leasehold conformance`: whether an external pager does what the kernel and others count on. */

import type { Command } from 'commander';
import { BROKEN, OK } from '../exit-codes.ts';

export function addConformance(program: Command, finish: (code: number) => void): void {
  program
    .command('conformance')
    .description("run an external pager of Mach's through the cases that it has to pass")
    .argument('<pager>', 'a file whose default export is a pager, or the name of one of the house')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (given: string, { json }: { json?: boolean }) => {
      // Loaded when it is asked for: no other command needs it.
      const { conformanceText, loadPager, runConformance } = await import(
        '../../lab/conformance/index.ts'
      );
      const pager = await loadPager(given);
      const cases = runConformance(pager);
      const isPassed = cases.every(({ passed }) => passed);
      const document = { pager: pager.name, passed: isPassed, cases };
      const text = json ? JSON.stringify(document, null, 2) : conformanceText(pager, cases);
      process.stdout.write(`${text}\n`);
      finish(isPassed ? OK : BROKEN);
    });
}
