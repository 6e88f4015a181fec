/**
 * Booting, the external pagers: servers between tasks and swap that need frames for their work. They
 * come after all others, so that ids are the same with and without them. Blocks are numbered
 * through all tasks, and every pager keeps the numbers that it is handed by another one.
 */

import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import type { DaemonState } from '../../paging/daemon.ts';
import type { PagerState } from '../../paging/state.ts';
import { SWAP_BACKS, withoutCycles } from '../../servers/swap/backing.ts';
import { openExternalPager } from '../../servers/swap/external-buffers.ts';
import { externalPagerStep } from '../../servers/swap/external-pager.ts';
import {
  createExternalPager,
  type ExternalPagerState,
} from '../../servers/swap/external-pager-state.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import { addExtent } from '../../servers/swap/store.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import type { CellOptions } from './cell-options.ts';
import { centralOf } from './centrals.ts';
import { CENTRAL, CENTRAL_TRANSFERS, CLIENT_TRANSFERS, MEMORY, SWAP } from './layout.ts';
import type { ExternalPagerPlan } from './server-plans.ts';

/** External pagers of a cell: Mach has them, other central pagers do not, nor has memory for all. */
export function externalsOf({
  management,
  externalPagers,
}: CellOptions): readonly ExternalPagerPlan[] {
  const serves = management === 'contracts' || centralOf(management)?.servesExternalPagers;
  return serves ? (externalPagers ?? []) : [];
}

/** Adds them, and has the tasks that name one page through it. */
export function addExternalPagers(
  options: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
  pagers: readonly PagerState[],
): ExternalPagerState[] {
  const plans = externalsOf(options);
  if (plans.length === 0) return [];
  const first = kernel.state.tasks.length;
  const wished = plans.map(({ backing }) => backing);
  const backing = options.backsItself === true ? wished : withoutCycles(wished);
  kernel.state.account = NUCLEUS;
  const isCentral = centralOf(options.management) !== undefined;
  const states = plans.map(({ name, reserve, buffers, laundry, perPage }, at) => {
    const state = createExternalPager({
      id: first + at,
      memoryPort: 0,
      swapPort: 1,
      // To the kernel nobody else is privileged, and to them the kernel is the one client they have.
      reserve: isCentral ? 0 : reserve,
      buffers,
      laundry: isCentral ? buffers : laundry,
      perPage,
      retryAfter: options.terms.graceExtra,
      requests: CENTRAL_TRANSFERS + CLIENT_TRANSFERS * (clients.length + plans.length),
    });
    addTask(kernel, name, -1, { step: externalPagerStep, state });
    return state;
  });
  for (const [at, state] of states.entries()) {
    const behind = backing[at] as number;
    givePort(kernel, state.id, isCentral ? CENTRAL : MEMORY);
    givePort(kernel, state.id, behind === SWAP_BACKS ? SWAP : first + behind);
    if (behind === SWAP_BACKS) giveBlocks(options, kernel, state);
    if (isCentral) {
      serveKernel(kernel, pagers[0] as PagerState, plans[at] as ExternalPagerPlan, state.id);
      continue;
    }
    openExternalPager(kernel, state);
    for (const task of (plans[at] as ExternalPagerPlan).tasks) {
      const client = clients[task] as number;
      state.base[client] = firstBlock(kernel, task);
      const pager = pagers[task] as { swapPort: number };
      pager.swapPort = givePort(kernel, client, state.id);
    }
  }
  return states;
}

/** Under a central pager: it lends the external one frames, and hands it pages of the tasks it names. */
function serveKernel(
  kernel: Kernel,
  { daemon }: PagerState,
  { tasks }: ExternalPagerPlan,
  id: number,
): void {
  const { borrowers, ports } = daemon as DaemonState;
  borrowers.push(id);
  const port = givePort(kernel, CENTRAL, id);
  for (const task of tasks) ports[task] = port;
}

/**
 * By global page id the block of swap that holds the page: of a task under contracts that pages through
 * external pagers it is in the extent of the last of them. Undefined where all have their own.
 */
export function blocksBehind(
  { management, externalPagers }: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
): Uint32Array | undefined {
  if (management !== 'contracts' || (externalPagers ?? []).length === 0) return undefined;
  const { state, receivers } = kernel;
  const { store } = receivers[SWAP].state as SwapServerState;
  const blocks = Uint32Array.from(
    { length: firstBlock(kernel, state.spaces.length) },
    (_, key) => key,
  );
  for (const [at, client] of clients.entries()) {
    const { base, pages } = state.spaces[at];
    let storer = client;
    for (let left = receivers.length; left > 0; left--) {
      const { swapPort } = receivers[storer].state as { swapPort: number };
      const behind = state.capabilities[storer]?.object[swapPort] as number;
      if (receivers[behind].step !== externalPagerStep) break;
      storer = behind;
    }
    const extent = store.extents.find((one) => one.client === storer);
    if (storer === client || extent === undefined) continue;
    for (let key = base; key < base + pages; key++) blocks[key] = extent.base + key;
  }
  return blocks;
}

function firstBlock(kernel: Kernel, task: number): number {
  return kernel.state.spaces.slice(0, task).reduce((sum, { pages }) => sum + pages, 0);
}

/** A block for every page of every task, with the images of programs. */
function giveBlocks({ tasks }: CellOptions, kernel: Kernel, { id }: ExternalPagerState): void {
  const { store, held } = kernel.receivers[SWAP].state as SwapServerState;
  const from = store.used;
  addExtent(store, id, firstBlock(kernel, tasks.length), 0);
  for (const [at, { initial }] of tasks.entries()) {
    if (initial !== 'image') continue;
    const { base, pages } = kernel.state.spaces[at] as SpaceState;
    const block = from + firstBlock(kernel, at);
    held[id] = (held[id] ?? 0) + pages;
    for (let page = 0; page < pages; page++) {
      store.stampLow[block + page] = 0;
      store.stampHigh[block + page] = base + page + 1;
    }
  }
}
