/**
 * Boot: builds the world of one cell: machine, kernel, servers, then a central pager or one pager a
 * task. A central and a self-paging world differ here, by who answers a fault, and nowhere else.
 */

import { hostileStep } from '../../clients/hostile/hostile.ts';
import { type ContractWish, clientStep } from '../../clients/pager/memory-control.ts';
import clock from '../../clients/policies/clock.ts';
import fifo from '../../clients/policies/fifo.ts';
import lru from '../../clients/policies/lru.ts';
import type { Policy } from '../../contracts/policy.ts';
import { addFrames, type CapabilityTable } from '../../nucleus/capabilities.ts';
import {
  addTask,
  createKernel,
  givePort,
  type Kernel,
  NUCLEUS,
  timerAt,
} from '../../nucleus/kernel.ts';
import { KILL_WORD, nucleusStep } from '../../nucleus/life.ts';
import { createPagerCode, type PagerCode } from '../../paging/policy-call.ts';
import { createPagerState, type PagerOptions, type PagerState } from '../../paging/state.ts';
import { createDefaultPagerState, defaultPagerStep } from '../../servers/central/default-pager.ts';
import mach, { machThresholds } from '../../servers/central/mach.ts';
import { centralStep, stockCentral } from '../../servers/central/server.ts';
import { addHeld, setGuarantee } from '../../servers/memory/ledger.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import { ACTIVE, clientOf, createMemoryServerState } from '../../servers/memory/state.ts';
import { createSwapServerState, swapServerStep } from '../../servers/swap/server.ts';
import { addExtent, createStore, type StoreState } from '../../servers/swap/store.ts';
import { createSpace, type SpaceState } from '../../sim-hw/address-space.ts';
import { bareCosts, costProfiles } from '../../sim-hw/costs/index.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { createFrames, takeRun } from '../../sim-hw/frames.ts';
import { createMmu } from '../../sim-hw/mmu.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { seedOf } from '../../sim-hw/random.ts';
import { tlbGeometries } from '../../sim-hw/tlb-geometry.ts';
import { nextUses } from '../bounds/index.ts';
import type { CellOptions, CellTask } from './cell.ts';
import { stateFrames } from './overhead.ts';

/** Everything of a run: the kernel holds all that changes. */
export interface World {
  readonly options: CellOptions;
  readonly kernel: Kernel;
  /** Ids: the memory server, the swap server, the central pager (0: none), each client. */
  readonly memory: number;
  readonly swap: number;
  readonly central: number;
  readonly clients: readonly number[];
  /** Frames of pagers and servers, and frames left for tasks. */
  readonly pagerFrames: number;
  readonly taskFrames: number;
}

const MEMORY = 1;
const SWAP = 2;
const CENTRAL = 3;
const DEFAULT_PAGER = 4;
/** Transfers a pager may have under way: a client's own, a central one's. */
const CLIENT_TRANSFERS = 16;
const CENTRAL_TRANSFERS = 64;
/** Largest frame run: 2 MiB. */
const ORDER_MAX = 9;
/** Longest a server may hold a lock on a client's page: 10 s, far above any one transfer. */
const LOCK_MAX_NS = 10_000_000_000;
const LOCK_MAX_REFERENCES = 1_000_000_000;

/** Builds a world, ready to step. */
export function boot(options: CellOptions): World {
  const isCentral = options.management !== 'contracts' && options.management !== 'unlimited';
  const firstClient = isCentral ? DEFAULT_PAGER + 1 : CENTRAL;
  const spaces = createSpaces(options);
  const codes = isCentral ? [centralCode(options)] : options.tasks.map(clientCode);
  const pagers = isCentral
    ? [centralPager(options, codes[0] as PagerCode, firstClient)]
    : options.tasks.map((task, i) =>
        clientPager(options, task, codes[i] as PagerCode, firstClient + i),
      );
  const pagerFrames =
    options.machine.pagerFrames === 'outside' || options.management === 'unlimited'
      ? 0
      : stateFrames(pagers, isCentral);
  const taskFrames = options.machine.frames - pagerFrames;
  if (taskFrames < 1)
    throw new RangeError(
      `machine.frames: ${options.machine.frames} frames, but pagers and servers alone take ` +
        `${pagerFrames}; give the machine more frames, or set pagerFrames: outside`,
    );
  const kernel = createWorldKernel(options, spaces, taskFrames);
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
  giveExtents(options, kernel, isCentral);
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
    swap: SWAP,
    central: isCentral ? CENTRAL : 0,
    clients,
    pagerFrames,
    taskFrames,
  };
}

function createSpaces(options: CellOptions): SpaceState[] {
  let base = 0;
  return options.tasks.map((task, id) => {
    const space = createSpace(id, base, task.program, orderOf(task));
    base += space.pages;
    return space;
  });
}

function pagesOf(spaces: readonly SpaceState[]): number {
  return spaces.reduce((sum, space) => sum + space.pages, 0);
}

function orderOf(task: CellTask): number {
  return task.pageBytes === 4096 ? 0 : ORDER_MAX;
}

function createWorldKernel(options: CellOptions, spaces: SpaceState[], frames: number): Kernel {
  const { machine, tasks } = options;
  const profile = costProfiles[machine.costs];
  const format = pageTableFormats[machine.pageTable];
  const geometry = tlbGeometries[machine.tlb];
  if (profile === undefined || format === undefined || geometry === undefined)
    throw new RangeError('machine: unknown cost profile, page table or TLB');
  const costs = bareCosts(profile);
  const kernel = createKernel({
    costs,
    format,
    programs: tasks.map((task) => task.program),
    schedule: {
      kind: options.schedule,
      slice: options.schedule === 'lockstep' ? 1 : options.slice,
      overlap: options.schedule === 'slices' && options.clock === 'ns',
      atEnd: tasks.map((task) => task.atEnd),
    },
    frames: createFrames(frames, ORDER_MAX),
    mmu: createMmu(geometry, pagesOf(spaces), costs, options.clock === 'references'),
    table: format.create(frames, tasks.length),
    spaces,
    countsReferences: options.clock === 'references',
    windows: containersFor(options),
    messagesMax: 1 << 14,
    logsSegments: options.management === 'global-lru',
    planted: options.planted ?? '',
  });
  (kernel.receivers as object[])[NUCLEUS] = { step: nucleusStep, state: {} };
  return kernel;
}

/** Containers that can be in use at once: every pager's transfers. */
function containersFor(options: CellOptions): number {
  return CENTRAL_TRANSFERS + CLIENT_TRANSFERS * options.tasks.length;
}

function addServers(
  options: CellOptions,
  kernel: Kernel,
  frames: number,
  isCentral: boolean,
): void {
  const planted = options.planted ?? null;
  const memory = createMemoryServerState(
    MEMORY,
    frames,
    options.terms,
    containersFor(options),
    planted,
  );
  addTask(kernel, 'memory', -1, { step: memoryServerStep, state: memory });
  const model = devices[options.machine.device as keyof typeof devices];
  const device = model.create(seedOf(options.seed, 'device'));
  const swap = createSwapServerState(
    SWAP,
    0,
    createStore(),
    device,
    lockMax(options),
    containersFor(options),
    planted === 'swap-wrong-block',
  );
  addTask(kernel, 'swap', -1, { step: swapServerStep(model), state: swap });
  givePort(kernel, SWAP, MEMORY);
  kernel.state.watchers.push(MEMORY, SWAP);
  if (isCentral) kernel.state.watchers.push(CENTRAL);
}

function lockMax(options: CellOptions): number {
  if (options.lockMax !== undefined) return options.lockMax;
  return options.clock === 'references' ? LOCK_MAX_REFERENCES : LOCK_MAX_NS;
}

function addCentral(
  options: CellOptions,
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  frames: number,
): void {
  addTask(kernel, options.management, -1, { step: centralStep(code), state: pager });
  const defaultPager = createDefaultPagerState(DEFAULT_PAGER, 0, CENTRAL_TRANSFERS);
  addTask(kernel, 'default-pager', -1, { step: defaultPagerStep, state: defaultPager });
  givePort(kernel, CENTRAL, MEMORY);
  givePort(kernel, CENTRAL, options.management === 'mach' ? DEFAULT_PAGER : SWAP);
  givePort(kernel, DEFAULT_PAGER, SWAP);
  // One contract for all of memory, its frames in hand from boot.
  const memory = kernel.receivers[MEMORY]?.state as ReturnType<typeof createMemoryServerState>;
  const client = clientOf(memory, CENTRAL);
  client.status = ACTIVE;
  setGuarantee(memory.ledger, client, frames);
  const table = kernel.state.capabilities[CENTRAL] as CapabilityTable;
  for (let i = 0; i < frames; i++) addFrames(table, takeRun(kernel.state.frames, 0, CENTRAL), 0);
  addHeld(memory.ledger, client, frames);
  stockCentral(pager, frames);
  if (options.management === 'mach') {
    const { freeMin, freeTarget } = machThresholds(frames);
    pager.spareLow = freeMin;
    pager.spareHigh = freeTarget;
  }
}

function addClient(
  kernel: Kernel,
  task: CellTask,
  space: number,
  receiver: { step: ReturnType<typeof clientStep>; state: object },
): number {
  const id = addTask(kernel, task.name, space, receiver);
  givePort(kernel, id, MEMORY);
  givePort(kernel, id, SWAP);
  return id;
}

/** Every page has a block on swap; a program's image is there from the start. */
function giveExtents(options: CellOptions, kernel: Kernel, isCentral: boolean): void {
  const { store } = kernel.receivers[SWAP]?.state as { store: StoreState };
  const centralClient = options.management === 'mach' ? DEFAULT_PAGER : CENTRAL;
  for (const [i, task] of options.tasks.entries()) {
    const space = kernel.state.spaces[i] as SpaceState;
    const from = store.used;
    const owner = isCentral ? centralClient : CENTRAL + i;
    addExtent(store, owner, space.pages, space.order);
    if (task.initial !== 'image') continue;
    for (let page = 0; page < space.pages; page++) {
      store.stampLow[from + page] = 0;
      store.stampHigh[from + page] = space.base + page + 1;
    }
  }
}

function clientCode(task: CellTask): PagerCode {
  const { runs, pageNumbers } = task.program;
  const nextUse =
    task.policy.sight === 'future' ? nextUses(runs, pageNumbers.length) : new Uint32Array(0);
  return createPagerCode(task.policy, [{ runs, nextUse }]);
}

function stepOf(task: CellTask, code: PagerCode): ReturnType<typeof clientStep> {
  return task.hostile === null ? clientStep(code) : hostileStep(code, task.hostile);
}

function clientPager(
  options: CellOptions,
  task: CellTask,
  code: PagerCode,
  id: number,
): PagerState {
  const owner: ContractWish = {
    guaranteed: task.guaranteed,
    extra: task.extra,
    term: options.terms.term,
    renews: task.renews,
    changes: task.renegotiate,
    next: 0,
  };
  const tracksDirty = task.extra > 0 || task.renegotiate.some((change) => change.extra > 0);
  return createPagerState({
    ...pagerParts(options, [task], [id]),
    id,
    tracksDirty,
    spareLow: options.spareFrames,
    spareHigh: options.spareFrames,
    transfersMax: CLIENT_TRANSFERS,
    policy: createPolicy(
      options,
      code.policy,
      task.policyParameters,
      task.program.pageNumbers.length,
      task.guaranteed,
      task.name,
    ),
    owner,
  });
}

function centralPager(options: CellOptions, code: PagerCode, firstClient: number): PagerState {
  const pages = options.tasks.reduce((sum, task) => sum + task.program.pageNumbers.length, 0);
  const spare = options.spareFrames * options.tasks.length;
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
    policy: createPolicy(options, code.policy, {}, pages, options.machine.frames, 'central'),
    owner: {},
  });
}

function pagerParts(
  options: CellOptions,
  tasks: readonly CellTask[],
  ids: readonly number[],
): Pick<PagerOptions, 'memoryPort' | 'swapPort' | 'members' | 'lockMax' | 'retryAfter'> {
  const central = options.management !== 'contracts' && options.management !== 'unlimited';
  return {
    memoryPort: 0,
    swapPort: 1,
    lockMax: lockMax(options),
    retryAfter: options.terms.graceExtra,
    members: tasks.map((task, i) => ({
      task: ids[i] as number,
      pages: task.program.pageNumbers.length,
      order: orderOf(task),
      image: task.initial === 'image',
      // A central pager knows of no scratch and of no page that need not be zeroed.
      zeroFill: central || task.zeroFill,
      scratch: central ? [] : task.scratch,
    })),
  };
}

function createPolicy(
  options: CellOptions,
  policy: Policy,
  parameters: Readonly<Record<string, number>>,
  pages: number,
  guaranteedFrames: number,
  label: string,
): object {
  return policy.create({
    pages,
    guaranteedFrames,
    parameters: { ...policy.parameters, ...parameters },
    seed: seedOf(options.seed, `policy ${label}`),
  }) as object;
}

function centralCode(options: CellOptions): PagerCode {
  const programs = options.tasks.map(({ program }) => ({
    runs: program.runs,
    nextUse: new Uint32Array(0),
  }));
  const central: Record<string, Policy> = {
    mach: mach as Policy,
    'global-clock': clock as Policy,
    'global-lru': lru as Policy,
  };
  return createPagerCode(central[options.management] ?? (fifo as Policy), programs);
}
