/**
 * Booting, the external pagers: servers between tasks and swap that need frames for their work. They
 * come after all others, so that ids are the same with and without them. Blocks are numbered
 * through all tasks, and every pager keeps the numbers that it is handed by another one.
 */

import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
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
import type { CellOptions, ExternalPagerPlan } from './cell-options.ts';
import { CLIENT_TRANSFERS, MEMORY, SWAP } from './layout.ts';

/** External pagers of a cell: with memory for all, and under central pagers, there are none. */
export function externalsOf({
  management,
  externalPagers,
}: CellOptions): readonly ExternalPagerPlan[] {
  return management === 'contracts' ? (externalPagers ?? []) : [];
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
  const states = plans.map(({ name, reserve, buffers, laundry, perPage }, at) => {
    const state = createExternalPager({
      id: first + at,
      memoryPort: 0,
      swapPort: 1,
      reserve,
      buffers,
      laundry,
      perPage,
      retryAfter: options.terms.graceExtra,
      requests: CLIENT_TRANSFERS * (clients.length + plans.length),
    });
    addTask(kernel, name, -1, { step: externalPagerStep, state });
    return state;
  });
  for (const [at, state] of states.entries()) {
    const behind = backing[at] as number;
    givePort(kernel, state.id, MEMORY);
    givePort(kernel, state.id, behind === SWAP_BACKS ? SWAP : first + behind);
    if (behind === SWAP_BACKS) giveBlocks(options, kernel, state);
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
