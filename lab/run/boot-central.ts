/** Booting, the central pager: one management and one pager for all tasks. */

import type { CentralManagement, CentralMember } from '../../contracts/central-management.ts';
import { createCentralCode } from '../../paging/central.ts';
import { createCentralState } from '../../paging/central-state.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import { createPagerState, type PagerState } from '../../paging/state.ts';
import { createSwapSlots, type SwapSlots } from '../../paging/swap-slots.ts';
import { ALL_DEFENCES, createDaemon } from '../../servers/central/reserves.ts';
import { assert } from '../../sim-hw/assert.ts';
import { seedOf } from '../../sim-hw/random.ts';
import { externalsOf } from './boot-external.ts';
import { pagerParts } from './boot-pagers.ts';
import type { CellOptions } from './cell-options.ts';
import { centralOf } from './centrals.ts';
import { CENTRAL, CENTRAL_TRANSFERS, orderOf } from './layout.ts';

/** A central management and the programs of all tasks. */
export function centralCode(options: CellOptions): PagerCode {
  const programs = options.tasks.map(({ program }) => ({
    runs: program.runs,
    nextUse: new Uint32Array(0),
  }));
  return createCentralCode(managementOf(options), programs);
}

/** The management of a central cell. */
export function managementOf({ management, tasks }: CellOptions): CentralManagement {
  const central = centralOf(management);
  assert(central !== undefined, `boot: no central management is called ${management}`);
  return central.ofTasks?.(tasks.map(({ policy }) => policy)) ?? central;
}

/** Its settings: the scenario's before its own. */
export function centralParameters(options: CellOptions): Readonly<Record<string, number>> {
  const { parameters } = managementOf(options);
  return { ...parameters, ...options.central?.parameters?.[options.management] };
}

/** One pager for all clients. */
export function centralPager(options: CellOptions, firstClient: number): PagerState {
  const pages = options.tasks.reduce((sum, task) => sum + task.program.pageNumbers.length, 0);
  const spare = options.spareFrames * options.tasks.length;
  const management = managementOf(options);
  return createPagerState({
    ...pagerParts(
      options,
      options.tasks,
      options.tasks.map((_, i) => firstClient + i),
    ),
    id: CENTRAL,
    tracksDirty: false,
    spareLow: spare,
    spareHigh: spare,
    transfersMax: CENTRAL_TRANSFERS,
    policy: management.create({
      pages,
      guaranteedFrames: options.machine.frames,
      parameters: centralParameters(options),
      seed: seedOf(options.seed, 'policy central'),
      members: membersOf(options, management),
    }) as object,
    central:
      management.control === 'victims'
        ? null
        : createCentralState(pages, options.tasks.length, periodOf(options, management)),
    swapSlots: swapSlotsOf(options, pages),
    owner: {},
    // A central pager knows of no kinds of pages.
    kinds: PLAIN_PAGES,
    daemon:
      externalsOf(options).length === 0
        ? null
        : createDaemon(
            options.tasks.length,
            pages,
            CENTRAL_TRANSFERS,
            options.pageout ?? ALL_DEFENCES,
          ),
    seed: 0,
  });
}

/** Slots of swap that a management chooses itself; null: each page has a place of its own. */
function swapSlotsOf(options: CellOptions, pages: number): SwapSlots | null {
  if (!choosesSlots(options)) return null;
  const isThere = options.tasks.flatMap(({ program, initial }) =>
    new Array<boolean>(program.pageNumbers.length).fill(initial === 'image'),
  );
  const { slotRun = 1 } = managementOf(options);
  return createSwapSlots(pages, slotRun, (page) => isThere[page] === true);
}

/** Whether it does: on a device of its own, of which it alone decides. */
export function choosesSlots(options: CellOptions): boolean {
  const { swap, disk, tasks, management } = options;
  if (centralOf(management)?.slotRun === undefined || swap || disk) return false;
  return externalsOf(options).length === 0 && tasks.every((task) => orderOf(task) === 0);
}

/** The tasks as a management knows them. */
function membersOf(
  { tasks, central, management: name }: CellOptions,
  { taskParameters }: CentralManagement,
): CentralMember[] {
  let firstPage = 0;
  return tasks.map((task) => {
    const pages = task.program.pageNumbers.length;
    const parameters = { ...taskParameters, ...central?.tasks?.[name]?.[task.name] };
    const { name: label, policyParameters } = task;
    const member = { name: label, firstPage, pages, parameters, policyParameters };
    firstPage += pages;
    return member;
  });
}

/** Ticks of the clock of terms between two calls, or 0. */
function periodOf(options: CellOptions, { period }: CentralManagement): number {
  const own = options.clock === 'references' ? period?.references : period?.ns;
  return centralParameters(options).period ?? own ?? 0;
}
