/**
 * Booting, the policy servers: one, and where the scenario replaces it, its successor. They come
 * after the clients, so that ids are the same with and without them.
 */

import { createAdviceWish } from '../../clients/pager/adapting.ts';
import type { ContractWish } from '../../clients/pager/memory-control.ts';
import { timerAt } from '../../nucleus/clock.ts';
import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import { attachPolicyTable } from '../../servers/memory/contracts/policy.ts';
import type { MemoryServerState } from '../../servers/memory/state.ts';
import { ARRIVE, DIE, policyServerStep, REPLACE } from '../../servers/policy/server.ts';
import {
  createPolicyServerState,
  createPolicyTask,
  type PolicyServerState,
} from '../../servers/policy/state.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import { archivesOf } from './boot-archives.ts';
import { disksOf } from './boot-disk.ts';
import { externalsOf } from './boot-external.ts';
import { fileServersOf } from './boot-files.ts';
import { finalsOf } from './boot-final.ts';
import type { CellOptions } from './cell-options.ts';
import { depthOf, MEMORY, orderOf, SWAP } from './layout.ts';

/** Frames without which a task is not let in: a page, and some more of small ones. */
const LEAST = 4;

/** Policy servers of a cell: none, one, or two. */
export function policyServersOf({ management, policyServer }: CellOptions): number {
  if (management !== 'contracts' || !policyServer) return 0;
  return policyServer.successor === null ? 1 : 2;
}

/** Adds them; their states, to be told of servers that come later. */
export function addPolicyServers(
  options: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
  frames: number,
): PolicyServerState[] {
  const { policyServer } = options;
  const count = policyServersOf(options);
  if (count === 0 || !policyServer) return [];
  const memory = kernel.receivers[MEMORY].state as MemoryServerState;
  const first = kernel.state.tasks.length;
  const table = attachPolicyTable(memory, first + count + laterServers(options));
  // Whoever belongs to no user, the last one, is bounded by memory alone.
  const nobody = { guaranteed: frames, held: frames };
  const quotas = [...policyServer.users, ...(policyServer.successor?.users ?? [])].some(
    ({ swap }) => swap !== undefined,
  );
  if (quotas) (kernel.receivers[SWAP].state as SwapServerState).table = table;
  const plans = [policyServer, policyServer.successor].slice(0, count);
  const states = plans.map((plan, at) => {
    const id = first + at;
    const users = plan?.users ?? [];
    const state = createPolicyServerState({
      id,
      memory: MEMORY,
      memoryPort: 0,
      successorPort: at === 0 && count === 2 ? 1 : -1,
      predecessor: at === 0 ? -1 : first,
      table,
      users: [...users, nobody],
      period: policyServer.period,
      ...(quotas && { swap: { id: SWAP, port: at === 0 ? count : 1 } }),
      tasks: policyServer.tasks.map(({ user, weight, priority }, index) => ({
        id: clients[index],
        user: user < 0 ? users.length : user,
        weight,
        priority,
        least: Math.max(
          2 ** orderOf(options.tasks[index]),
          options.terms.chargePageTables ? 2 * LEAST : LEAST,
        ),
      })),
    });
    addTask(kernel, at === 0 ? 'policy' : 'policy-successor', -1, {
      step: policyServerStep,
      state,
    });
    givePort(kernel, id, MEMORY);
    if (quotas && at === 1) givePort(kernel, id, SWAP);
    kernel.state.watchers.push(id);
    return state;
  });
  if (count === 2) givePort(kernel, first, first + 1);
  if (quotas) givePort(kernel, first, SWAP);
  for (const [at, id] of clients.entries()) {
    const port = givePort(kernel, id, first);
    if (options.tasks[at]?.adapts !== true) continue;
    const { owner } = kernel.receivers[id].state as PagerState;
    (owner as ContractWish).advice = createAdviceWish(port, first);
  }
  setTimers(kernel, first, policyServer);
  return states;
}

/**
 * Servers that come after the policy servers. Some have contracts: a task without a place in the table
 * would be decided about again with every look at it.
 */
function laterServers(options: CellOptions): number {
  const mover = options.relocate ? 1 : 0; // Under contracts alone, as policy servers are.
  const files = archivesOf(options) + fileServersOf(options);
  const pagers = externalsOf(options).length + finalsOf(options);
  return files + mover + disksOf(options) + pagers + depthOf(options) - 1;
}

/** What is kept for paging out is kept whoever decides, before what anybody asks for [LAST1]. */
export function keepReserves(
  policies: readonly PolicyServerState[],
  pagers: readonly { readonly id: number; readonly reserve: number }[],
): void {
  for (const { tasks, users } of policies)
    for (const { id, reserve: least } of pagers) {
      const user = users.length - 1;
      const priority = Number.MAX_SAFE_INTEGER;
      tasks.push(createPolicyTask({ id, user, weight: 1, priority, least }));
    }
}

function setTimers(
  kernel: Kernel,
  first: number,
  { start, replaceAt, diesAt }: NonNullable<CellOptions['policyServer']>,
): void {
  kernel.state.account = NUCLEUS;
  const { id } = kernel.receivers[first].state as PolicyServerState;
  timerAt(kernel, start, id, ARRIVE);
  if (replaceAt !== null) timerAt(kernel, replaceAt, id, REPLACE);
  if (diesAt !== null) timerAt(kernel, diesAt, id, DIE);
}
