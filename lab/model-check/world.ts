/**
 * A small world, ready to be driven step by step: the kernel's state, the memory server and the
 * swap server as every run has them, and the clients of a plan. Nothing costs time. The explorer
 * delivers each message and fires each timer itself (moves.ts) in place of the scheduler.
 */

import type { Terms } from '../../contracts/terms.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel, NUCLEUS, type Probe } from '../../nucleus/kernel.ts';
import { startTask } from '../../nucleus/life.ts';
import { isOver, READY } from '../../nucleus/tasks.ts';
import type { PagerState } from '../../paging/state.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import {
  type Client,
  CONTAINER_LOCKED,
  clientOf,
  createMemoryServerState,
  type MemoryServerState,
  type PlantedBug,
} from '../../servers/memory/state.ts';
import { swapServerStep } from '../../servers/swap/server.ts';
import { createSwapServerState, type SwapServerState } from '../../servers/swap/state.ts';
import { addExtent, createStore } from '../../servers/swap/store.ts';
import { type ReferenceString, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import { createBareKernel, FREE_COSTS, fixedDevice } from '../run/bare-kernel.ts';
import { flatTable, SPACE_PAGES } from './flat-table.ts';
import { hear } from './hearing.ts';
import { createPagerClient, pagerClientStep } from './pager-client.ts';
import type { WorldPlan } from './plan.ts';
import { ALLOCATE, act, createScript, PROPOSE, type Script } from './script.ts';

export const MEMORY = 1;
export const SWAP = 2;
/** Client 0's task id; the next ones follow. */
export const FIRST = 3;
export const MEMORY_PORT = 0;
export const SWAP_PORT = 1;

/** How long each kind of deadline runs. Explored worlds use UNIT apart; walks use any. */
export interface Durations {
  readonly extra: number;
  readonly shrink: number;
  readonly term: number;
  readonly lock: number;
}

/** What has happened in the step that runs, as the nucleus told it. */
export interface Happened {
  /** Triples: task, and held and guaranteed at that moment, of each grant. */
  readonly granted: number[];
  /** Tasks from which the server has taken a frame. */
  readonly taken: number[];
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
  /** By client. */
  readonly records: Client[];
  readonly scripts: Script[];
  /** By client: its pager, where it is one. */
  readonly pagers: (PagerState | null)[];
  readonly happened: Happened;
}

/** When a device is done is up to the explorer. */
const anyTime = fixedDevice(7);

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
  const { frames, containers, operations } = plan;
  const memory = createMemoryServerState(MEMORY, frames, terms, containers, planted);
  addTask(kernel, 'memory server', -1, { step: memoryServerStep, state: memory });
  const swap = createSwapServerState(
    SWAP,
    0,
    createStore(),
    anyTime.create(0),
    durations.lock,
    operations,
    planted === 'swap-wrong-block',
  );
  addTask(kernel, 'swap server', -1, { step: swapServerStep(anyTime), state: swap });
  givePort(kernel, SWAP, MEMORY);
  kernel.state.watchers.push(MEMORY, SWAP);
  const happened: Happened = { granted: [], taken: [], leaked: [], stale: false, foreign: [] };
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
    records,
    scripts,
    pagers,
    happened,
  };
  for (const index of plan.clients.keys()) addClient(world, index);
  kernel.probe = createProbe(world);
  if (plan.settled) settleClients(world);
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
  const { kernel, plan, memory, swap, records, pagers } = world;
  const { name, kind, pages } = plan.clients[index];
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
  records.push(clientOf(memory, id));
  const { store } = swap;
  const { base } = kernel.state.spaces[index];
  const from = store.used;
  addExtent(store, id, Math.max(1, pages), 0);
  // What the program's image holds: the first version of each page.
  for (let block = from; block < store.used; block++) {
    store.stampHigh[block] = base + block - from + 1;
    store.stampLow[block] = 0;
  }
  const task = kernel.state.tasks[id];
  // A report of what a task has used is made at its end; nobody asks for it here.
  kernel.state.finished[id] = task;
  if (pager === null) task.status = READY;
  else startTask(kernel, id);
}

/** Each client gets its contract, and then all that it may ask for. */
function settleClients(world: World): void {
  const { clients } = world.plan;
  for (const [index, { framesMax }] of clients.entries())
    for (let call = 0; call <= framesMax; call++) {
      act(world, index, call === 0 ? PROPOSE : ALLOCATE);
      deliverAll(world.kernel);
    }
  world.happened.granted.length = 0;
}

function createProbe(world: World): Probe {
  const { happened, records, memory } = world;
  return {
    mapped: () => {},
    unmapped: () => {},
    resumed: () => {},
    granted(_kernel, task, frame) {
      const { held, guaranteed } = records[task - FIRST];
      happened.granted.push(task, held, guaranteed);
      if (world.pagers[task - FIRST] === null) useFrame(world, task - FIRST, frame);
    },
    released(_kernel, task, _frame, _order, cause) {
      if (cause === 1) happened.taken.push(task);
    },
    transferred(_kernel, window) {
      const isLocked = memory.containers.records[window].status === CONTAINER_LOCKED;
      if (!isLocked || happened.stale || hasDeadHolder(world, window)) happened.leaked.push(window);
    },
    clockMoved: () => {},
  };
}

/** Whether a window is open to a server that is dead. */
export function hasDeadHolder({ kernel }: World, window: number): boolean {
  const holder = kernel.state.windowHolder[window];
  return holder >= 0 && isOver(kernel.state.tasks[holder]);
}

/**
 * A scripted client looks at what it is granted and writes to it in the same moment: if it did so
 * when it hears of it, every frame would only have one state more.
 */
function useFrame(world: World, index: number, frame: number): void {
  const { frames, spaces } = world.kernel.state;
  const { base, versions } = spaces[index];
  const high = frames.stampHigh[frame];
  const isOwn = high === 0 || high === base + 1;
  if (!isOwn)
    world.happened.foreign.push(
      `${world.plan.clients[index].name} is granted a frame with what another left`,
    );
  frames.stampHigh[frame] = base + 1;
  frames.stampLow[frame] = versions[0];
}
