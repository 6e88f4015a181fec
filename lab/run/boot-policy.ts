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
import { createPolicyServerState, type PolicyServerState } from '../../servers/policy/state.ts';
import type { CellOptions } from './cell-options.ts';
import { MEMORY, orderOf } from './layout.ts';

/** Frames without which a task is not let in: a page, and some more of small ones. */
const LEAST = 4;

/** Policy servers of a cell: none, one, or two. */
export function policyServersOf({ management, policyServer }: CellOptions): number {
  if (management !== 'contracts' || !policyServer) return 0;
  return policyServer.successor === null ? 1 : 2;
}

export function addPolicyServers(
  options: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
  frames: number,
): void {
  const { policyServer } = options;
  const count = policyServersOf(options);
  if (count === 0 || !policyServer) return;
  const memory = kernel.receivers[MEMORY].state as MemoryServerState;
  const first = kernel.state.tasks.length;
  const table = attachPolicyTable(memory, first + count);
  // Whoever belongs to no user, the last one, is bounded by memory alone.
  const nobody = { guaranteed: frames, held: frames };
  const plans = [policyServer, policyServer.successor].slice(0, count);
  for (const [at, plan] of plans.entries()) {
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
    kernel.state.watchers.push(id);
  }
  if (count === 2) givePort(kernel, first, first + 1);
  for (const [at, id] of clients.entries()) {
    const port = givePort(kernel, id, first);
    if (options.tasks[at]?.adapts !== true) continue;
    const { owner } = kernel.receivers[id].state as PagerState;
    (owner as ContractWish).advice = createAdviceWish(port, first);
  }
  setTimers(kernel, first, policyServer);
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
