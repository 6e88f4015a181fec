/**
 * Boot: builds the world of one cell: machine, kernel, servers, then a central pager or one pager a
 * task. A central and a self-paging world differ here, by who answers a fault, and nowhere else.
 */

import type { clientStep } from '../../clients/pager/memory-control.ts';
import { timerAt } from '../../nucleus/clock.ts';
import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import { KILL_WORD } from '../../nucleus/life.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { addThread } from '../../nucleus/threads.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { addArchives, archivesOf } from './boot-archives.ts';
import { centralCode, centralPager } from './boot-central.ts';
import { addDisk, disksOf } from './boot-disk.ts';
import { addExternalPagers, externalsOf } from './boot-external.ts';
import { addFileServers, fileServersOf } from './boot-files.ts';
import { addFinalPagers, finalsOf } from './boot-final.ts';
import { createMmuRoom, createSpaces, createWorldKernel } from './boot-machine.ts';
import { addMemories } from './boot-memories.ts';
import { clientCode, clientPager, stepOf } from './boot-pagers.ts';
import { addParts } from './boot-parts.ts';
import { addPolicyServers, keepReserves, policyServersOf } from './boot-policy.ts';
import { addCentral, addServers, fillPurses, giveExtents } from './boot-servers.ts';
import { layerFrames, leaseOf } from './boot-swap.ts';
import type { CellOptions, CellTask } from './cell-options.ts';
import { CENTRAL, DEFAULT_PAGER, depthOf, MEMORY, SWAP } from './layout.ts';
import { addMover } from './mover.ts';
import { createOperations, type Operations } from './operations.ts';
import { stateFrames } from './overhead.ts';
import { createWindows, type Windows } from './windows.ts';

/** Everything of a run: the kernel holds all that changes. */
export interface World {
  readonly options: CellOptions;
  readonly kernel: Kernel;
  /** Ids: the memory server, the swap server, the central pager, the disk server (0: none), each client, each file server. */
  readonly memory: number;
  /** All memory servers, the one above each after it: the last has the machine's frames. */
  readonly memories: readonly number[];
  readonly swap: number;
  readonly central: number;
  readonly disk: number;
  readonly clients: readonly number[];
  readonly files: readonly number[];
  /** Frames of pagers and servers, and frames left for tasks. */
  readonly pagerFrames: number;
  readonly taskFrames: number;
  readonly windows: Windows | null;
  readonly operations: Operations;
}

/** Builds a world, ready to step. */
export function boot(options: CellOptions): World {
  const isCentral = options.management !== 'contracts' && options.management !== 'unlimited';
  const firstClient = isCentral ? DEFAULT_PAGER + 1 : CENTRAL;
  const room = createMmuRoom(options);
  const spaces = createSpaces(options, room ?? undefined);
  const codes = isCentral ? [centralCode(options)] : options.tasks.map(clientCode);
  const pagers = isCentral
    ? [centralPager(options, firstClient)]
    : options.tasks.map((task, i) =>
        clientPager(options, task, codes[i] as PagerCode, firstClient + i),
      );
  const pagerFrames =
    options.machine.pagerFrames === 'outside' || options.management === 'unlimited'
      ? 0
      : stateFrames(
          pagers,
          isCentral,
          policyServersOf(options) +
            archivesOf(options) +
            fileServersOf(options) +
            disksOf(options) +
            depthOf(options) -
            1 +
            externalsOf(options).length +
            finalsOf(options),
        ) + layerFrames(options);
  const taskFrames = options.machine.frames - pagerFrames;
  if (taskFrames < 1)
    throw new RangeError(
      `machine.frames: ${options.machine.frames} frames, but pagers and servers alone take ` +
        `${pagerFrames}; give the machine more frames, or set pagerFrames: outside`,
    );
  const kernel = createWorldKernel(options, spaces, taskFrames, room);
  addServers(options, kernel, taskFrames, isCentral);
  if (isCentral)
    addCentral(options, kernel, codes[0] as PagerCode, pagers[0] as PagerState, taskFrames);
  const clients = options.tasks.map((task, i) =>
    addClient(
      kernel,
      task,
      i,
      isCentral
        ? { step: () => {}, state: {} }
        : { step: stepOf(task, codes[i] as PagerCode), state: pagers[i] as PagerState },
    ),
  );
  const policies = addPolicyServers(options, kernel, clients, taskFrames);
  addParts(options, kernel, clients, pagers);
  addArchives(options, kernel, clients);
  const files = addFileServers(options, kernel, clients);
  addMover(options, kernel);
  const disk = addDisk(options, kernel, clients, pagers, files);
  fillPurses(options, kernel, clients);
  giveExtents(options, kernel, isCentral);
  const lease = leaseOf(options);
  if (lease !== null) keepReserves(policies, [{ id: SWAP, reserve: lease.guaranteed }]);
  keepReserves(policies, addExternalPagers(options, kernel, clients, pagers));
  keepReserves(policies, addFinalPagers(options, kernel, clients, pagers));
  const memories = addMemories(options, kernel, taskFrames);
  for (const [i, { threads = [] }] of options.tasks.entries())
    for (const program of threads) addThread(kernel, clients[i] as number, program);
  for (const [i, task] of options.tasks.entries()) {
    const id = clients[i] as number;
    kernel.state.account = NUCLEUS;
    timerAt(kernel, task.start, NUCLEUS, id);
    if (task.killAt !== null) timerAt(kernel, task.killAt, NUCLEUS, id | KILL_WORD);
    if (isCentral) (kernel.state.tasks[id] as { pager: number }).pager = CENTRAL;
  }
  return {
    options,
    kernel,
    memory: MEMORY,
    memories,
    swap: SWAP,
    central: isCentral ? CENTRAL : 0,
    disk,
    clients,
    files,
    pagerFrames,
    taskFrames,
    windows: createWindows(options.windows ?? []),
    operations: createOperations(
      clients,
      options.tasks.map(({ operation }) => operation),
    ),
  };
}

function addClient(
  kernel: Kernel,
  task: CellTask,
  space: number,
  receiver: { step: ReturnType<typeof clientStep>; state: object },
): number {
  const id = addTask(kernel, task.name, space, receiver);
  (kernel.state.tasks[id] as TaskState).cpu = task.cpu;
  givePort(kernel, id, MEMORY);
  givePort(kernel, id, SWAP);
  return id;
}
