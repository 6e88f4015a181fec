/**
 * Snapshot: what a person wants to see of a run at one moment, as plain data: who holds how much,
 * under which contract, who owes frames until when, who waits. Reads a world, never writes.
 *
 * Under a central management tasks have no contracts: theirs is null, and `held` is what the
 * central pager has given their pages.
 */

import { termNow } from '../../nucleus/clock.ts';
import {
  ENDED,
  FAULTING,
  isAlive,
  KILLED,
  NOT_STARTED,
  RESTING,
  type TaskState,
  WAITING_DEVICE,
} from '../../nucleus/tasks.ts';
import { noticeOf } from '../../servers/memory/client.ts';
import { LOCKED } from '../../servers/memory/containers/page-state.ts';
import {
  ACTIVE,
  type Client,
  CONTAINER_LOCKED,
  EXPIRED,
  GONE,
  type MemoryServerState,
  SHRINKING,
} from '../../servers/memory/state.ts';
import type { World } from './boot.ts';

export type Doing =
  | 'not started'
  | 'running'
  | 'faulting'
  | 'on device'
  | 'resting'
  | 'ended'
  | 'killed';

export interface ContractSnapshot {
  readonly status: 'none' | 'active' | 'shrinking' | 'expired' | 'gone';
  readonly guaranteed: number;
  readonly extra: number;
  /** On the clock of terms; null: without end. */
  readonly until: number | null;
  /** Frames called back that are still out, and when they are due. */
  readonly owed: number;
  readonly deadline: number | null;
  /** Frames it waits for within its guarantee. */
  readonly wanted: number;
}

export interface TaskSnapshot {
  readonly name: string;
  readonly doing: Doing;
  readonly held: number;
  readonly contract: ContractSnapshot | null;
  /** Its containers that a server has locked. */
  readonly locked: number;
  readonly faults: number;
  readonly hardFaults: number;
  readonly met: number;
  readonly missed: number;
  readonly references: number;
  /** References of one round of its program. */
  readonly round: number;
}

export interface Snapshot {
  readonly kind: 'snapshot';
  readonly management: string;
  readonly clock: 'ns' | 'references';
  /** On the clock of terms. */
  readonly at: number;
  readonly ns: number;
  readonly references: number;
  /** Frames for tasks, and those nobody holds. */
  readonly frames: number;
  readonly free: number;
  /** Containers locked now, whoever owns them. */
  readonly locked: number;
  readonly over: boolean;
  readonly tasks: readonly TaskSnapshot[];
}

/** What there is to see of `world` now; `over` once its run has ended. */
export function snapshotOf(world: World, over: boolean): Snapshot {
  const { kernel, clients, options, taskFrames } = world;
  const { state } = kernel;
  const server = kernel.receivers[world.memory].state as MemoryServerState;
  const locks: { readonly owner: number }[] = [
    ...server.containers.records.filter(({ status }) => status === CONTAINER_LOCKED),
    ...server.pages.containers.filter(({ status }) => status === LOCKED),
  ];
  const tasks = clients.map((id, at): TaskSnapshot => {
    const task = state.tasks[id] as TaskState;
    return {
      name: task.name,
      doing: doingOf(task),
      held: task.framesHeld,
      contract: world.central > 0 ? null : contractOf(server, id),
      locked: locks.filter(({ owner }) => owner === id).length,
      faults: task.faults,
      hardFaults: task.hardFaults,
      met: task.revocationsMet,
      missed: task.revocationsMissed,
      references: task.references,
      round: options.tasks[at].program.references,
    };
  });
  return {
    kind: 'snapshot',
    management: options.management,
    clock: options.clock,
    at: termNow(kernel),
    ns: state.nowNs,
    references: state.references,
    frames: taskFrames,
    free: taskFrames - tasks.reduce((sum, { held }) => sum + held, 0),
    locked: locks.length,
    over,
    tasks,
  };
}

function doingOf(task: TaskState): Doing {
  if (task.status === NOT_STARTED) return 'not started';
  if (task.status === ENDED) return 'ended';
  if (task.status === KILLED) return 'killed';
  if (!isAlive(task)) return 'not started';
  if (task.status === WAITING_DEVICE) return 'on device';
  if (task.status === RESTING) return 'resting';
  return task.status === FAULTING ? 'faulting' : 'running';
}

function contractOf({ clients }: MemoryServerState, id: number): ContractSnapshot {
  const client = clients[id] ?? null;
  if (client === null)
    return {
      status: 'none',
      guaranteed: 0,
      extra: 0,
      until: null,
      owed: 0,
      deadline: null,
      wanted: 0,
    };
  return {
    status: statusOf(client),
    guaranteed: client.guaranteed,
    extra: client.extra,
    until: client.expiresAt === Number.POSITIVE_INFINITY ? null : client.expiresAt,
    owed: client.noticed,
    deadline: client.noticed > 0 ? noticeOf(client).deadline : null,
    wanted: client.waitingOrder < 0 ? 0 : 1 << client.waitingOrder,
  };
}

function statusOf({ status }: Client): ContractSnapshot['status'] {
  switch (status) {
    case ACTIVE:
      return 'active';
    case SHRINKING:
      return 'shrinking';
    case EXPIRED:
      return 'expired';
    case GONE:
      return 'gone';
    default:
      return 'none';
  }
}
