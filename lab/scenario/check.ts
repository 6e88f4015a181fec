/**
 * Check: a scenario document becomes a scenario, or is refused before anything runs.
 *
 * Here is what the schema cannot tell of one value alone: names of parts and policies, units of
 * time against the clock, page sizes against the page table, guarantees against memory.
 */

import { type Costs, costProfiles } from '../../sim-hw/costs/index.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import {
  formatFor,
  type PageTableFormat,
  pageTableFormats,
  wrongChoice,
} from '../../sim-hw/page-table/index.ts';
import { tlbGeometries } from '../../sim-hw/tlb-geometry.ts';
import { checkArchives } from './check-archives.ts';
import { checkCentral } from './check-central.ts';
import { checkCpus } from './check-cpus.ts';
import { checkExpectations } from './check-expectations.ts';
import { checkExternalPagers } from './check-external-pagers.ts';
import { checkFiles } from './check-files.ts';
import { checkMemoryServers } from './check-memory-servers.ts';
import { checkParts } from './check-parts.ts';
import { checkPolicyServer } from './check-policy-server.ts';
import { checkSwap } from './check-swap.ts';
import { checkTables } from './check-tables.ts';
import { checkTasks } from './check-tasks.ts';
import { checkUndefended } from './check-undefended.ts';
import { checkWindows } from './check-windows.ts';
import { checkDisk } from './disk.ts';
import { type InputError, inputError } from './input-error.ts';
import { parseBy } from './issues.ts';
import {
  type BoundName,
  framesOf,
  type ManagementName,
  type Scenario,
  type ScenarioMachine,
  type ScenarioTask,
} from './scenario.ts';
import { boundNames, managementNames, type ScenarioDocument, scenarioSchema } from './schema.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { ticksOf } from './ticks.ts';

/** Frames that a task without a named guarantee gets at the least. */
export const GUARANTEE_MIN = 4;

/** The scenario that the source describes. Throws InputError with the place of what is wrong. */
export function checkScenario(source: Source): Scenario {
  const read = parseBy(scenarioSchema, source);
  const document = { ...read, managements: withAll(read.managements) };
  const machine = checkMachine(source, document);
  const tasks = checkTasks(source, document, formatFor(machine) as PageTableFormat);
  const { clock, schedule, terms } = document;
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
    terms: {
      term: ticksOf(source, terms.term, clock, ['terms', 'term'], 0),
      graceExtra: ticksOf(
        source,
        terms.graceExtra ?? (inNs ? { ms: 1 } : { references: 10_000 }),
        clock,
        ['terms', 'graceExtra'],
        1,
      ),
      graceShrink: ticksOf(
        source,
        terms.graceShrink ?? (inNs ? { ms: 100 } : { references: 200_000 }),
        clock,
        ['terms', 'graceShrink'],
        1,
      ),
      penalty: terms.penalty,
      arbiter: terms.arbiter,
      karmaBad: terms.karmaBad,
      karmaWindow: terms.karmaWindow,
      ...(terms.starvationMax !== undefined && {
        starvationMax: ticksOf(source, terms.starvationMax, clock, ['terms', 'starvationMax'], 0),
      }),
      ...(terms.wiredMax !== undefined && { wiredMax: terms.wiredMax }),
      ...(terms.wiredTimeMax !== undefined && {
        wiredTimeMax: ticksOf(source, terms.wiredTimeMax, clock, ['terms', 'wiredTimeMax'], 0),
      }),
      ...(terms.price !== undefined && { price: terms.price }),
      ...(terms.softMax !== undefined && { softMax: terms.softMax }),
      ...(terms.moveEvery !== undefined && {
        moveEvery: ticksOf(source, terms.moveEvery, clock, ['terms', 'moveEvery'], 0),
      }),
      ...(terms.metadataMax !== undefined && { metadataMax: terms.metadataMax }),
      ...(terms.chargePageTables && { chargePageTables: true }),
      ...(terms.graceClean !== undefined && {
        graceClean: ticksOf(source, terms.graceClean, clock, ['terms', 'graceClean'], 1),
      }),
      ...(terms.arbiterPeriod !== undefined && {
        arbiterPeriod: ticksOf(source, terms.arbiterPeriod, clock, ['terms', 'arbiterPeriod'], 1),
      }),
      idleTax: terms.idleTax,
      idleSamples: terms.idleSamples,
      placeholders: terms.placeholders,
      ...(terms.writeMax !== undefined && {
        writeMax: ticksOf(source, terms.writeMax, clock, ['terms', 'writeMax'], 0),
      }),
      ...(terms.reclaimBatch !== undefined && { reclaimBatch: terms.reclaimBatch }),
    },
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

function checkMachine(source: Source, document: ScenarioDocument): ScenarioMachine {
  const { costs, pagerFrames, fidelity, pageBytes, erratum, drops, cpus, tlbConsistency } =
    document.machine;
  requireName(source, ['machine', 'costs'], costs, Object.keys(costProfiles), 'cost profile');
  const profile = costProfiles[costs];
  const machine = {
    costs,
    pageTable: document.machine.pageTable ?? profile.pageTable,
    tlb: document.machine.tlb ?? profile.tlb,
    device: document.machine.device ?? profile.device,
    pagerFrames,
    fidelity,
    cpus,
    tlbConsistency,
    ...(document.machine.figures && { figures: document.machine.figures as Partial<Costs> }),
    ...(pageBytes !== undefined && { pageBytes }),
    ...(erratum !== undefined && { erratum }),
    ...(drops !== undefined && { drops }),
  };
  const known = [
    ['pageTable', Object.keys(pageTableFormats), 'page table'],
    ['tlb', Object.keys(tlbGeometries), 'TLB'],
    ['device', Object.keys(devices), 'device'],
  ] as const;
  for (const [part, names, noun] of known)
    requireName(source, ['machine', part], machine[part], names, noun);
  requireFit(source, document, machine);
  checkCpus(source, document);
  return machine;
}

/** Pages that the table can make of the hardware's, and memory that it can address. */
function requireFit(source: Source, document: ScenarioDocument, machine: ScenarioMachine): void {
  const { frames } = document.machine;
  const wrong = wrongChoice(machine, typeof frames === 'number' ? frames : Math.max(...frames));
  if (wrong === undefined) return;
  const part = wrong.slice('machine.'.length).split(' ', 1)[0] as string;
  const next = part === 'frames' ? 'give it fewer, or take another page table' : 'change it';
  throw inputError(placeOf(source, ['machine', part]), `${wrong}; ${next}`);
}

/** A frame of bytes is memory of the machine that simulates. */
const BYTES_FRAMES_MAX = 2 ** 18;

function checkFrames(source: Source, document: ScenarioDocument): number[] {
  const { frames } = document.machine;
  const list = typeof frames === 'number' ? [frames] : frames;
  for (const [at, size] of list.entries()) {
    if (document.machine.fidelity === 'bytes' && size > BYTES_FRAMES_MAX) {
      const where = typeof frames === 'number' ? ['frames'] : ['frames', at];
      throw inputError(
        placeOf(source, ['machine', ...where]),
        `machine.frames is ${size} with fidelity: bytes, expected at most ${BYTES_FRAMES_MAX} (1 GiB); ` +
          'give it fewer frames, or fidelity: stamped',
      );
    }
    if (list.indexOf(size) === at) continue;
    const place = placeOf(source, ['machine', 'frames', at]);
    throw inputError(
      place,
      `machine.frames lists ${size} twice, expected each size once; remove one`,
    );
  }
  return list;
}

/** `all` stands for every row but those that go without defences. */
function withAll(managements: readonly string[]): string[] {
  if (!managements.includes('all')) return [...managements];
  const every = managementNames.filter((one) => !one.endsWith('-undefended'));
  const more = managements.filter((one) => one !== 'all' && !every.includes(one as ManagementName));
  return [...every, ...more];
}

function namesOf<Name extends ManagementName | BoundName>(
  source: Source,
  asked: readonly string[],
  known: readonly Name[],
  key: string,
): Name[] {
  for (const [at, name] of asked.entries()) {
    requireName(source, [key, at], name, known, key.slice(0, -1));
    if (asked.indexOf(name) === at) continue;
    const place = placeOf(source, [key, at]);
    throw inputError(place, `${key} lists ${name} twice, expected each once; remove one`);
  }
  return known.filter((name) => asked.includes(name));
}

/** Guarantees are promises: what is named may not exceed memory, and the rest needs its least. */
function checkGuarantees(source: Source, scenario: Scenario, frames: number): void {
  const { tasks } = scenario;
  const asks = scenario.policyServer !== null && tasks.every((task) => task.guaranteed !== null);
  // What pagers, swap and file servers keep for their work is guaranteed as well.
  let sum = scenario.swap?.memory?.guaranteed ?? 0;
  for (const { reserve } of scenario.externalPagers) sum += reserve;
  for (const { cache } of scenario.files) sum += cache?.guaranteed ?? 0;
  for (const { finalFrames } of tasks) sum += finalFrames ?? 0;
  for (const [at, task] of tasks.entries()) {
    // Several tasks on one contract: it counts once.
    if (task.sharedWith !== null) continue;
    const least = Math.max(2 ** task.order, task.guaranteed === null ? GUARANTEE_MIN : 0);
    const own = task.guaranteed === null ? least : framesOf(task.guaranteed, frames);
    sum += own;
    if (own < 2 ** task.order && scenario.managements.includes('contracts')) {
      const what = `guarantees ${task.name} ${own} of ${frames} frames`;
      const expected = `expected at least ${2 ** task.order}, one page of ${task.pageBytes} bytes`;
      throw tooMuch(source, at, task, `${what}, ${expected}; raise it`);
    }
    // Where a policy server admits, what every task names is what it asks for.
    if (sum <= frames || asks) continue;
    const what = `guarantees up to task ${task.name} sum to ${sum} frames`;
    throw tooMuch(
      source,
      at,
      task,
      `${what}, expected at most the ${frames} of memory; lower them`,
    );
  }
}

function tooMuch(source: Source, at: number, task: ScenarioTask, what: string): InputError {
  const path: Path = ['tasks', at, ...(task.guaranteed === null ? [] : ['contract', 'guaranteed'])];
  return inputError(placeOf(source, path), `${pathText(path)}: ${what}`);
}

/** Refuses a name that is not among `known`, with a suggestion. */
function requireName(
  source: Source,
  path: Path,
  name: string,
  known: readonly string[],
  noun: string,
): void {
  if (known.includes(name)) return;
  const what = `${pathText(path)} is '${name}', expected a ${noun} that exists`;
  throw inputError(placeOf(source, path), `${what}; ${didYouMean(name, known)}`);
}
