/** Booting, the machine: address spaces, frames, MMU, page table, and the kernel around them. */

import { createKernel, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import { nucleusStep } from '../../nucleus/life.ts';
import { createProcessors } from '../../nucleus/processors.ts';
import { createTableFrames } from '../../nucleus/table-frames.ts';
import { createSpace, type SpaceState } from '../../sim-hw/address-space.ts';
import { bareCosts, costProfiles } from '../../sim-hw/costs/index.ts';
import { interruptCosts } from '../../sim-hw/costs/interrupts.ts';
import { createFrames } from '../../sim-hw/frames.ts';
import { formatFor } from '../../sim-hw/page-table/index.ts';
import { splitRandom } from '../../sim-hw/random.ts';
import { HEAP, type Room } from '../../sim-hw/room.ts';
import { createStaleEntries } from '../../sim-hw/stale-entries.ts';
import { tlbGeometries } from '../../sim-hw/tlb-geometry.ts';
import { createMmu } from '../../sim-hw/translation.ts';
import { type MmuRoom, mmuRoom } from '../kernels/mmu.ts';
import type { CellOptions } from './cell-options.ts';
import { centralOf } from './centrals.ts';
import { CENTRAL, containersFor, depthOf, ORDER_MAX, orderOf } from './layout.ts';

/** From so many runs on a kernel saves more than it takes to start one. */
const RUNS_MANY = 1 << 18;

/**
 * Where a kernel executes the hot loop (lab/kernels/mmu.ts), the room for what it reads and writes; null:
 * the machine's own loop runs. Several CPUs and promoted pages are for that alone.
 */
export function createMmuRoom({ machine, tasks, hotLoop }: CellOptions): MmuRoom | null {
  const geometry = tlbGeometries[machine.tlb];
  const programs = tasks.flatMap(({ program, threads = [] }) => [program, ...threads]);
  const runs = programs.reduce((sum, program) => sum + program.runs.length, 0);
  const wanted = hotLoop ?? (runs >= RUNS_MANY ? 'compiled' : 'plain');
  const isSimple = (machine.cpus ?? 1) === 1 && !promotes(tasks);
  if (geometry === undefined || wanted === 'plain' || !isSimple) return null;
  const pages = tasks.reduce((sum, { program }) => sum + program.pageNumbers.length, 0);
  return mmuRoom(geometry, pages, tasks.length);
}

/** An address space for each task, their global page ids one after the other. */
export function createSpaces(options: CellOptions, room: Room = HEAP): SpaceState[] {
  let base = 0;
  return options.tasks.map((task, id) => {
    const space = createSpace(id, base, task.program, orderOf(task), room);
    base += space.pages;
    return space;
  });
}

/** The kernel over its machine. Throws RangeError for parts that no machine has. */
export function createWorldKernel(
  options: CellOptions,
  spaces: SpaceState[],
  frames: number,
  room: MmuRoom | null,
): Kernel {
  const { machine, tasks } = options;
  const profile = costProfiles[machine.costs];
  const format = formatFor(machine);
  const geometry = tlbGeometries[machine.tlb];
  if (profile === undefined || format === undefined || geometry === undefined)
    throw new RangeError('machine: unknown cost profile, page table or TLB');
  const costs = { ...bareCosts(profile), ...machine.figures };
  const cpus = machine.cpus ?? 1;
  const mmu = createMmu(
    geometry,
    pagesOf(spaces),
    costs,
    options.clock === 'references',
    promotes(tasks),
    cpus === 1 ? null : createStaleEntries(),
    room ?? HEAP,
  );
  const isCentral = options.management !== 'contracts' && options.management !== 'unlimited';
  const kernel = createKernel({
    costs,
    format,
    programs: tasks.map((task) => task.program),
    schedule: {
      kind: options.schedule,
      slice: options.schedule === 'lockstep' ? 1 : options.slice,
      ranked: options.schedule === 'slices' && new Set(tasks.map(({ cpu }) => cpu)).size > 1,
      overlap: options.schedule === 'slices' && options.clock === 'ns',
      atEnd: tasks.map((task) => task.atEnd),
    },
    frames: createFrames(frames, ORDER_MAX, machine.fidelity === 'bytes'),
    mmu,
    executor: room === null ? null : room.executorOf(mmu),
    ...(cpus > 1 && {
      processors: createProcessors(
        cpus,
        machine.tlbConsistency ?? 'interrupt',
        interruptCosts(machine.costs),
        geometry,
        mmu,
        pagesOf(spaces),
        spaces.length,
        frames,
      ),
    }),
    table: format.create(frames, tasks.length),
    spaces,
    countsReferences: options.clock === 'references',
    windows: containersFor(options) * depthOf(options),
    messagesMax: 1 << 14,
    logsSegments: centralOf(options.management)?.sight === 'oracle',
    planted: options.planted ?? '',
    ...(isCentral && {
      address: {
        kernelMax: options.central?.kernel === 'one' ? CENTRAL : 0,
        pagerApart: options.central?.pager === 'server',
      },
    }),
  });
  // With memory for all nobody is charged for anything.
  if (options.terms.chargePageTables && options.management !== 'unlimited')
    kernel.state.tables = createTableFrames(spaces.length);
  if (machine.drops)
    kernel.state.drops = {
      random: splitRandom(options.seed, 'drops'),
      each: machine.drops,
      wired: tasks.map(({ kinds }) => kinds.wired),
    };
  (kernel.receivers as object[])[NUCLEUS] = { step: nucleusStep, state: {} };
  return kernel;
}

function promotes(tasks: CellOptions['tasks']): boolean {
  return tasks.some(({ kinds }) => kinds.superpages !== null);
}

function pagesOf(spaces: readonly SpaceState[]): number {
  return spaces.reduce((sum, space) => sum + space.pages, 0);
}
