/**
 * Booting, contracts that are parts of others: ports between parent and child, and who is to get
 * what. Ports come after all others, so that their numbers are the same with and without parts.
 */

import { createKinship, type Kinship } from '../../clients/pager/child-contracts.ts';
import type { ContractWish } from '../../clients/pager/memory-control.ts';
import { givePort, type Kernel } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import type { CellOptions } from './cell-options.ts';

/** Gives each parent its parts, each child its parent. Only contracts have parts. */
export function addParts(
  { management, parts = [] }: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
  pagers: readonly PagerState[],
): void {
  if (management !== 'contracts') return;
  for (const { parent, tasks, guaranteed, extra } of parts) {
    const of = kinshipOf(pagers, parent);
    const ports = tasks.map((task) => givePort(kernel, clients[parent], clients[task]));
    for (const task of tasks)
      kinshipOf(pagers, task).parent = givePort(kernel, clients[task], clients[parent]);
    of.parts.push({
      guaranteed,
      extra,
      tasks: tasks.map((task) => clients[task]),
      ports,
      control: -1,
      asked: false,
      waiting: [],
    });
  }
}

function kinshipOf(pagers: readonly PagerState[], task: number): Kinship {
  const wish = pagers[task].owner as ContractWish;
  wish.kin ??= createKinship();
  return wish.kin;
}
