/**
 * Booting, the final pagers: each behind the pager of a task, for its records. They come after all
 * others, so that ids are the same with and without them.
 */

import {
  createFinalPager,
  type FinalPagerState,
  finalPagerStep,
  openFinalPager,
} from '../../clients/pager/final-pager.ts';
import { createRecords, type PrimaryWish } from '../../clients/pager/primary-pager.ts';
import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import { addExtent } from '../../servers/swap/store.ts';
import type { CellOptions } from './cell-options.ts';
import { lockMax, MEMORY, SWAP } from './layout.ts';
import { bytesOf } from './overhead.ts';

/** Final pagers of a cell: where tasks page themselves. */
export function finalsOf({ management, tasks }: CellOptions): number {
  return management === 'contracts' ? tasks.filter(({ finalFrames }) => finalFrames).length : 0;
}

/** Adds them; what each keeps for its work is guaranteed to it. */
export function addFinalPagers(
  options: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
  pagers: readonly PagerState[],
): { id: number; reserve: number }[] {
  if (finalsOf(options) === 0) return [];
  kernel.state.account = NUCLEUS;
  const added: { id: number; reserve: number }[] = [];
  for (const [at, { name, finalFrames }] of options.tasks.entries()) {
    if (!finalFrames) continue;
    const primary = pagers[at] as PagerState;
    const pages = primary.pageWord.length;
    const records = createRecords(pages, bytesOf(primary) / pages);
    const state: FinalPagerState = createFinalPager({
      id: kernel.state.tasks.length,
      memoryPort: 0,
      swapPort: 1,
      primary: clients[at] as number,
      frames: finalFrames,
      lockMax: lockMax(options),
      retryAfter: options.terms.graceExtra,
      span: records.isIn.length,
    });
    addTask(kernel, `${name}-final`, -1, { step: finalPagerStep, state });
    givePort(kernel, state.id, MEMORY);
    givePort(kernel, state.id, SWAP);
    state.primaryPort = givePort(kernel, state.id, state.primary);
    records.port = givePort(kernel, state.primary, state.id);
    records.final = state.id;
    (primary.owner as { records: PrimaryWish['records'] }).records = records;
    kernel.state.watchers.push(state.id);
    const { store } = kernel.receivers[SWAP].state as SwapServerState;
    addExtent(store, state.id, records.isIn.length, 0);
    openFinalPager(kernel, state);
    added.push({ id: state.id, reserve: finalFrames });
  }
  return added;
}
