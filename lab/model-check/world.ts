/**
 * A small world, ready to be driven step by step: the kernel's state, the memory server and the
 * swap server as every run has them, and the clients of a plan. Nothing costs time. The explorer
 * delivers each message and fires each timer itself (moves.ts) in place of the scheduler.
 */

import type { Terms } from '../../contracts/terms.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import { startTask } from '../../nucleus/life.ts';
import { READY } from '../../nucleus/tasks.ts';
import type { PagerState } from '../../paging/state.ts';
import type { ArchiveState } from '../../servers/archive/state.ts';
import type { FileServerState } from '../../servers/file/state.ts';
import { freeContainer } from '../../servers/memory/containers/page-state.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import {
  type Client,
  clientOf,
  createMemoryServerState,
  type MemoryServerState,
  type PlantedBug,
} from '../../servers/memory/state.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import { type ReferenceString, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import { createBareKernel, FREE_COSTS } from '../run/bare-kernel.ts';
import { flatTable, SPACE_PAGES } from './flat-table.ts';
import { hear } from './hearing.ts';
import { createPagerClient, pagerClientStep } from './pager-client.ts';
import type { WorldPlan } from './plan.ts';
import { ALLOCATE, act, createScript, PROPOSE, type Script } from './script.ts';
import { createProbe } from './world-probe.ts';
import { addMover, provideFor } from './world-servers.ts';

export const MEMORY = 1;
export const SWAP = 2;
/** Client 0's task id; the next ones follow. */
export const FIRST = 3;
export const MEMORY_PORT = 0;
export const SWAP_PORT = 1;
/** To the next client, where a plan lets one lend to it. */
export const PEER_PORT = 2;

/** How long each kind of deadline runs. Explored worlds use UNIT apart; walks use any. */
export interface Durations {
  readonly extra: number;
  readonly shrink: number;
  readonly term: number;
  readonly lock: number;
  /** Of containers of pages; no longer than `extra`. */
  readonly pageLock: number;
  readonly lifetime: number;
}

/** What has happened in the step that runs, as the nucleus told it. */
export interface Happened {
  /** Triples: task, and held and guaranteed at that moment, of each grant. */
  readonly granted: number[];
  /** Tasks from which the server has taken a frame. */
  readonly taken: number[];
  /** Pages that a device has moved. */
  moved: number;
  /** Windows through which data has moved that should not have. */
  readonly leaked: number[];
  /** The transfer that ends in this step was begun for an earlier opening of its window. */
  stale: boolean;
  /** What a client or its program has found in memory and should not have. */
  readonly foreign: string[];
}

export interface World {
  readonly plan: WorldPlan;
  readonly planted: PlantedBug | null;
  readonly durations: Durations;
  readonly kernel: Kernel;
  readonly memory: MemoryServerState;
  readonly swap: SwapServerState;
  /** In the swap server's place, or null. */
  readonly archive: ArchiveState | null;
  /** The same. */
  readonly files: FileServerState | null;
  /** By client. */
  readonly records: Client[];
  readonly scripts: Script[];
  /** By client: its pager, where it is one. */
  readonly pagers: (PagerState | null)[];
  readonly happened: Happened;
}

/** Boots the world of a plan; every client has been created and none has said anything. */
export function createWorld(
  plan: WorldPlan,
  planted: PlantedBug | null,
  durations: Durations,
): World {
  const kernel = createWorldKernel(plan, planted);
  const terms: Terms = {
    term: 0,
    graceExtra: durations.extra,
    graceShrink: durations.shrink,
    penalty: plan.penalty,
    arbiter: 'excess',
    idleTax: 0,
    idleSamples: 1,
    placeholders: true,
    karmaBad: 1,
    karmaWindow: 2,
  };
  const { frames, containers } = plan;
  const memory = createMemoryServerState(MEMORY, frames, terms, containers, planted);
  addTask(kernel, 'memory server', -1, { step: memoryServerStep, state: memory });
  const { swap, archive, files } = addMover(kernel, plan, planted, durations);
  const happened: Happened = {
    granted: [],
    taken: [],
    moved: 0,
    leaked: [],
    stale: false,
    foreign: [],
  };
  const records: Client[] = [];
  const pagers: (PagerState | null)[] = [];
  const scripts = plan.clients.map(createScript);
  const world = {
    plan,
    planted,
    durations,
    kernel,
    memory,
    swap,
    archive,
    files,
    records,
    scripts,
    pagers,
    happened,
  };
  for (const index of plan.clients.keys()) addClient(world, index);
  memory.pages.freeHint = 0;
  // What an archive or a file has is older than what its clients write.
  if (archive !== null || files !== null)
    for (const { versions } of kernel.state.spaces) versions.fill(1);
  kernel.probe = createProbe(world);
  if (plan.settled !== 'no') settleClients(world);
  return world;
}

/** The name of a task, as traces and violations tell it. */
export function nameOf({ kernel }: World, id: number): string {
  return id === NUCLEUS ? 'the nucleus' : kernel.state.tasks[id].name;
}

function createWorldKernel(plan: WorldPlan, planted: PlantedBug | null): Kernel {
  const pages = Float64Array.from({ length: SPACE_PAGES }, (_, page) => page);
  const program: ReferenceString = {
    references: RUN_LENGTH_MAX,
    runs: new Uint32Array(1),
    pageNumbers: pages,
  };
  const { clients, frames, containers } = plan;
  return createBareKernel({
    frames,
    orderMax: 0,
    clients: clients.length,
    program,
    format: flatTable,
    costs: FREE_COSTS,
    slice: 1,
    windows: containers,
    messagesMax: 256,
    planted: planted ?? '',
  });
}

function addClient(world: World, index: number): void {
  const { kernel, plan, memory, records, pagers } = world;
  const { name, kind, pages, deeds } = plan.clients[index];
  const id = FIRST + index;
  const pager =
    kind === 'pager' ? createPagerClient(plan.clients[index], world.durations, id) : null;
  pagers.push(pager);
  if (pager === null)
    addTask(kernel, name, index, {
      step: (_kernel, _state, message) => hear(world, index, message),
      state: world.scripts[index],
    });
  else addTask(kernel, name, index, { step: pagerClientStep, state: pager });
  givePort(kernel, id, MEMORY);
  givePort(kernel, id, SWAP);
  if (deeds.includes('lend')) givePort(kernel, id, id + 1);
  records.push(clientOf(memory, id));
  if (plan.clients[index].containers === 'pages') {
    // The records that it will use, so that all states have as many.
    const twice = deeds.includes('copy') || deeds.includes('move') || deeds.includes('share');
    for (let left = twice ? 2 : 1; left > 0; left--) {
      const container = freeContainer(memory.pages);
      memory.pages.freeHint = container.id + 1;
    }
  }
  provideFor(world, index, Math.max(1, pages));
  const task = kernel.state.tasks[id];
  // A report of what a task has used is made at its end; nobody asks for it here.
  kernel.state.finished[id] = task;
  if (pager === null) task.status = READY;
  else startTask(kernel, id);
}

/** Each client gets its contract, and all that it may ask for if the plan says so. */
function settleClients(world: World): void {
  const { clients, settled } = world.plan;
  for (const [index, { framesMax }] of clients.entries())
    for (let call = 0; call <= (settled === 'frames' ? framesMax : 0); call++) {
      act(world, index, call === 0 ? PROPOSE : ALLOCATE);
      deliverAll(world.kernel);
    }
  world.happened.granted.length = 0;
}
