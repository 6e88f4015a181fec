/**
 * Booting, the servers: memory and swap in every world; a central pager, with Mach's default pager
 * before its swap, where one answers for all tasks. Every page has a block on swap.
 */

import { termsSchema } from '../../contracts/terms.ts';
import { addFrames, type CapabilityTable } from '../../nucleus/capabilities.ts';
import { addTask, givePort, type Kernel, NUCLEUS, type Receiver } from '../../nucleus/kernel.ts';
import { armTicks } from '../../paging/central.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { slotsFor } from '../../paging/swap-slots.ts';
import { createDefaultPagerState, defaultPagerStep } from '../../servers/central/default-pager.ts';
import { reservedThresholds } from '../../servers/central/reserves.ts';
import { centralStep, stockCentral } from '../../servers/central/server.ts';
import { armMoves } from '../../servers/memory/containers/moving.ts';
import { fillPurse } from '../../servers/memory/contracts/purse.ts';
import { addHeld, setGuarantee } from '../../servers/memory/ledger.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import {
  ACTIVE,
  clientOf,
  createMemoryServerState,
  type MemoryServerState,
} from '../../servers/memory/state.ts';
import { createDiskClientState, diskClientStep } from '../../servers/swap/disk-client.ts';
import { type PreloadedPage, preload } from '../../servers/swap/preload.ts';
import { swapServerStep } from '../../servers/swap/server.ts';
import { createSwapServerState, type SwapServerState } from '../../servers/swap/state.ts';
import { addExtent, createStore } from '../../servers/swap/store.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { takeRun } from '../../sim-hw/frames.ts';
import { seedOf } from '../../sim-hw/random.ts';
import { centralParameters, choosesSlots, managementOf } from './boot-central.ts';
import { giveDiskExtents } from './boot-disk.ts';
import { beginFaults, createSwapStack, leaseOf } from './boot-swap.ts';
import type { CellOptions } from './cell-options.ts';
import { centralOf } from './centrals.ts';
import {
  CENTRAL,
  CENTRAL_TRANSFERS,
  CLIENT_TRANSFERS,
  containersFor,
  DEFAULT_PAGER,
  depthOf,
  lockMax,
  MEMORY,
  SWAP,
} from './layout.ts';

/** The memory server and the swap server, told of every death. */
export function addServers(
  options: CellOptions,
  kernel: Kernel,
  frames: number,
  isCentral: boolean,
): void {
  const planted = options.planted ?? null;
  const memory = createMemoryServerState(
    MEMORY,
    frames,
    termsSchema.parse(options.terms),
    containersFor(options),
    planted,
    'first',
    0,
    depthOf(options),
  );
  memory.containers.each = isCentral ? CENTRAL_TRANSFERS : CLIENT_TRANSFERS;
  addTask(kernel, 'memory', -1, { step: memoryServerStep, state: memory });
  addTask(kernel, 'swap', -1, swapServer(options, kernel, isCentral));
  givePort(kernel, SWAP, MEMORY);
  kernel.state.watchers.push(MEMORY, SWAP);
  if (options.management === 'contracts') {
    kernel.state.account = NUCLEUS;
    armMoves(kernel, memory);
  }
  if (isCentral) kernel.state.watchers.push(CENTRAL);
}

/** With a device of its own, or before a disk server (boot-disk.ts). */
function swapServer(options: CellOptions, kernel: Kernel, isCentral: boolean): Receiver {
  const passages = containersFor(options);
  if (options.disk && !options.swap)
    return { step: diskClientStep, state: createDiskClientState(SWAP, passages) };
  const model = devices[options.machine.device as keyof typeof devices];
  const state = createSwapServerState(
    SWAP,
    0,
    createStore(),
    model.create(seedOf(options.seed, 'device')),
    lockMax(options),
    passages,
    options.planted === 'swap-wrong-block',
    createSwapStack(options, kernel.state.spaces, kernel.costs),
    quotaOf(options, isCentral),
  );
  if (state.stack !== null) state.frames = leaseOf(options);
  return { step: swapServerStep(model), state };
}

/** Pages that a client may have on swap: a central pager what its tasks may have together. */
function quotaOf({ swap, tasks }: CellOptions, isCentral: boolean): number | undefined {
  const quota = swap?.quota ?? null;
  if (quota === null) return undefined;
  return isCentral ? quota * tasks.length : quota;
}

/** A central pager, told of every fault and death, with all of memory in hand. */
export function addCentral(
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
  givePort(kernel, CENTRAL, swapOf(options));
  givePort(kernel, DEFAULT_PAGER, SWAP);
  // One contract for all of memory, its frames in hand from boot.
  const memory = kernel.receivers[MEMORY].state as MemoryServerState;
  const client = clientOf(memory, CENTRAL);
  client.status = ACTIVE;
  setGuarantee(memory.ledger, client, frames);
  const table = kernel.state.capabilities[CENTRAL] as CapabilityTable;
  for (let i = 0; i < frames; i++) addFrames(table, takeRun(kernel.state.frames, 0, CENTRAL), 0);
  addHeld(memory.ledger, client, frames);
  stockCentral(pager, frames);
  const { daemon } = pager;
  const thresholds =
    daemon === null
      ? managementOf(options).thresholds?.(frames, centralParameters(options))
      : reservedThresholds(frames, daemon.reserved);
  if (thresholds !== undefined) {
    pager.spareLow = thresholds.freeMin;
    pager.spareHigh = thresholds.freeTarget;
  }
  armTicks(kernel, pager);
}

/** Who stands for swap to a central pager: Mach's default pager, unless the kernel pages itself. */
function swapOf({ management, central }: CellOptions): number {
  const hasDefaultPager = centralOf(management)?.hasDefaultPager === true;
  return hasDefaultPager && central?.defaultPager !== 'kernel' ? DEFAULT_PAGER : SWAP;
}

/** Every page has a block on swap; a program's image is there from the start. */
export function giveExtents(options: CellOptions, kernel: Kernel, isCentral: boolean): void {
  const centralClient = swapOf(options) === SWAP ? CENTRAL : DEFAULT_PAGER;
  if (options.disk && !options.swap)
    return giveDiskExtents(options, kernel, isCentral ? centralClient : null);
  const swap = kernel.receivers[SWAP].state as SwapServerState;
  const { store, stack, held } = swap;
  const images: PreloadedPage[] = [];
  for (const [i, task] of options.tasks.entries()) {
    const space = kernel.state.spaces[i] as SpaceState;
    const from = store.used;
    const owner = isCentral ? centralClient : CENTRAL + i;
    addExtent(store, owner, space.pages, space.order);
    if (task.initial !== 'image') continue;
    held[owner] = (held[owner] ?? 0) + space.pages * 2 ** space.order;
    for (let page = 0; page < space.pages; page++) {
      const high = space.base + page + 1;
      store.stampLow[from + page] = 0;
      store.stampHigh[from + page] = high;
      if (stack !== null) images.push({ id: from + page, client: owner, low: 0, high });
    }
  }
  // More of swap, for who puts pages where it likes.
  if (choosesSlots(options)) addExtent(store, centralClient, slotsFor(store.used) - store.used, 0);
  if (stack === null) return;
  preload(stack, images);
  beginFaults(stack, options);
}

/** What each client has to pay for frames with, where they have a price. */
export function fillPurses(
  { purses, terms }: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
): void {
  if (purses === undefined || terms.price === undefined) return;
  const memory = kernel.receivers[MEMORY].state as MemoryServerState;
  for (const [at, { budget, income }] of purses.entries())
    fillPurse(clientOf(memory, clients[at]), budget ?? Number.POSITIVE_INFINITY, income);
}
