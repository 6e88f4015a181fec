/** A desk with policy servers beside the memory server: `POLICY` and its successor. */

import { addTask, givePort, type Kernel, type Step } from '../../nucleus/kernel.ts';
import { attachPolicyTable } from '../../servers/memory/contracts/policy.ts';
import { ARRIVE, policyServerStep } from '../../servers/policy/server.ts';
import { createPolicyServerState, type PolicyServerState } from '../../servers/policy/state.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import { createDesk, type Desk, type DeskOptions, FIRST, MEMORY, SWAP } from './desk.ts';

export const CLIENTS = 3;
export const POLICY = FIRST + CLIENTS;
export const SUCCESSOR = POLICY + 1;
export const PERIOD_NS = 10_000;

export interface PolicyDesk extends Desk {
  readonly policies: readonly [PolicyServerState, PolicyServerState];
}

/**
 * Three clients of one user each, or all of the one whose quotas are given, for either policy server;
 * `swap`: pages that each user may have there.
 */
export function policyDesk(
  quotas: readonly (readonly [guaranteed: number, held: number])[],
  successorQuotas = quotas,
  options: DeskOptions = {},
  swap: readonly [number, number] | null = null,
): PolicyDesk {
  const desk = createDesk({ frames: 24, clients: CLIENTS, ...options });
  const table = attachPolicyTable(desk.server, SUCCESSOR + 1);
  const swapState = desk.kernel.receivers[SWAP]?.state as SwapServerState;
  if (swap !== null) swapState.table = table;
  const states = [quotas, successorQuotas].map((given, at) =>
    createPolicyServerState({
      id: POLICY + at,
      memory: MEMORY,
      memoryPort: 0,
      successorPort: at === 0 ? 1 : -1,
      predecessor: at === 0 ? -1 : POLICY,
      table,
      users: [
        ...given.map(([guaranteed, held]) => ({
          guaranteed,
          held,
          ...(swap !== null && { swap: swap[at] as number }),
        })),
        { guaranteed: 99, held: 99 },
      ],
      period: PERIOD_NS,
      tasks: [0, 1, 2].map((i) => ({
        id: FIRST + i,
        user: Math.min(i, given.length - 1),
        weight: 1,
        priority: 0,
        least: 1,
      })),
      ...(swap !== null && { swap: { id: SWAP, port: at === 0 ? 2 : 1 } }),
    }),
  );
  for (const state of states) {
    addTask(desk.kernel, `policy${state.id}`, -1, { step: policyServerStep, state });
    givePort(desk.kernel, state.id, MEMORY);
    if (swap !== null && state.id === SUCCESSOR) givePort(desk.kernel, SUCCESSOR, SWAP);
    desk.kernel.state.watchers.push(state.id);
    desk.heard[state.id] = [];
  }
  givePort(desk.kernel, POLICY, SUCCESSOR);
  if (swap !== null) givePort(desk.kernel, POLICY, SWAP);
  return { ...desk, policies: [states[0], states[1]] as never };
}

/** Something a timer tells a task now. */
export function tick({ kernel }: Desk, id: number, word: number): void {
  kernel.state.account = 0;
  const receiver = kernel.receivers[id] as { step: Step; state: object };
  const message = { ...kernel.message, op: 3, from: 0, to: id, w0: word };
  receiver.step(kernel as Kernel, receiver.state, message);
}

export function arrive(desk: Desk, id = POLICY): void {
  tick(desk, id, ARRIVE);
}
