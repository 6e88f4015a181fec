/**
 * Check: a scenario document becomes a scenario, or is refused before anything runs.
 *
 * The parts say what the schema cannot tell of one value alone: names of parts and policies, units of
 * time against the clock, page sizes against the page table, guarantees against memory.
 */

import { formatFor, type PageTableFormat } from '../../sim-hw/page-table/index.ts';
import { checkArchives } from './check-archives.ts';
import { checkCentral } from './check-central.ts';
import { checkExpectations } from './check-expectations.ts';
import { checkExternalPagers } from './check-external-pagers.ts';
import { checkFiles } from './check-files.ts';
import { checkGuarantees } from './check-guarantees.ts';
import { checkFrames, checkMachine } from './check-machine.ts';
import { checkMemoryServers } from './check-memory-servers.ts';
import { checkParts } from './check-parts.ts';
import { checkPolicyServer } from './check-policy-server.ts';
import { checkSwap } from './check-swap.ts';
import { checkTables } from './check-tables.ts';
import { checkTasks } from './check-tasks.ts';
import { checkTerms } from './check-terms.ts';
import { checkUndefended } from './check-undefended.ts';
import { checkWindows } from './check-windows.ts';
import { checkDisk } from './disk.ts';
import { parseBy } from './issues.ts';
import { namesOf } from './names.ts';
import type { ManagementName, Scenario } from './scenario.ts';
import { boundNames, managementNames, scenarioSchema } from './schema.ts';
import type { Source } from './source.ts';
import { ticksOf } from './ticks.ts';

/** The scenario that the source describes. Throws InputError with the place of what is wrong. */
export function checkScenario(source: Source): Scenario {
  const read = parseBy(scenarioSchema, source);
  const document = { ...read, managements: withAll(read.managements) };
  const machine = checkMachine(source, document);
  const tasks = checkTasks(source, document, formatFor(machine) as PageTableFormat);
  const { clock, schedule } = document;
  const inNs = clock === 'ns';
  const scenario: Scenario = {
    name: document.name,
    seed: document.seed,
    machine,
    frames: checkFrames(source, document),
    central: checkCentral(source, document),
    schedule,
    slice: ticksOf(
      source,
      document.slice ?? (inNs ? { ms: 5 } : { references: 20_000 }),
      clock,
      ['slice'],
      1,
    ),
    clock,
    spareFrames: document.spareFrames,
    terms: checkTerms(source, document),
    managements: namesOf(source, document.managements, managementNames, 'managements'),
    bounds: namesOf(source, document.bounds, boundNames, 'bounds'),
    undefended: checkUndefended(source, document),
    guarantees: document.guarantees,
    tasks,
    expectations: checkExpectations(source, document),
    policyServer: checkPolicyServer(source, document),
    windows: checkWindows(source, document),
    archives: checkArchives(source, document),
    externalPagers: checkExternalPagers(source, document),
    disk: checkDisk(source, document, machine.device),
    memoryServers: checkMemoryServers(source, document),
    swap: checkSwap(source, document),
    files: checkFiles(source, document),
    relocate:
      document.relocate === undefined
        ? null
        : { every: ticksOf(source, document.relocate.every, clock, ['relocate', 'every'], 1) },
  };
  checkParts(source, scenario);
  for (const frames of scenario.frames) checkGuarantees(source, scenario, frames);
  checkTables(source, scenario);
  return scenario;
}

/** `all` stands for every row but those that go without defences. */
function withAll(managements: readonly string[]): string[] {
  if (!managements.includes('all')) return [...managements];
  const every = managementNames.filter((one) => !one.endsWith('-undefended'));
  const more = managements.filter((one) => one !== 'all' && !every.includes(one as ManagementName));
  return [...every, ...more];
}
