/**
 * Disk contracts: proposing, admission, renewal, expiry [DISK5]. The same life as a contract for
 * memory, on the same clock of terms, but for one thing: nothing is held, so a smaller one needs no
 * grace, and one that has run out leaves its holder best effort and nothing to give back.
 */

import type { ContractEvent } from '../../contracts/events.ts';
import { OP, TIME_MAX } from '../../contracts/messages.ts';
import { NO_CONTRACT, NOT_ADMITTED } from '../../contracts/refusals.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { reply } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { promisedShare, setContract, streamOf } from './queue.ts';
import type { DiskServerState } from './server-state.ts';
import type { Stream, StreamContract } from './state.ts';

const US = 1000;
const ROUNDING = 1e-9;
const NOTHING: StreamContract = { periodNs: 0, sliceNs: 0, laxityNs: 0, slack: 0 };

/** Times in microseconds, the term on the clock of terms. */
export function proposeDiskContract(
  kernel: Kernel,
  server: DiskServerState,
  from: number,
  [period, slice, laxity, slack]: readonly [number, number, number, number],
  term: number,
): void {
  const { queue, id, admits } = server;
  const number = streamOf(queue, from);
  const share = slice === 0 ? 0 : slice / period;
  // Shares are fractions: three that make up the whole may be a little more in sum.
  if (share > 0 && promisedShare(queue, number) + share > admits + ROUNDING) {
    reply(kernel, id, from, OP.refused, 0, NOT_ADMITTED, OP.diskContract, 0, 0);
    observe(kernel, from, { kind: 'diskRefusal', period, slice });
    return;
  }
  const terms =
    slice === 0
      ? NOTHING
      : { periodNs: period * US, sliceNs: slice * US, laxityNs: laxity * US, slack };
  setContract(queue, number, terms, kernel.state.nowNs);
  const { life } = queue.streams[number];
  life.renewed = false;
  life.term = slice === 0 ? 0 : term;
  life.expiresAt = life.term === 0 ? Number.POSITIVE_INFINITY : later(termNow(kernel), term);
  if (life.term > 0) timerAt(kernel, life.expiresAt, id, number);
  tell(kernel, server, queue.streams[number]);
  const until = Number.isFinite(life.expiresAt) ? life.expiresAt : 0;
  const agreed = slice === 0 ? 0 : period;
  observe(kernel, from, { kind: 'diskContract', period: agreed, slice, until });
}

export function renewDiskContract(kernel: Kernel, server: DiskServerState, from: number): void {
  const stream = server.queue.streams[streamOf(server.queue, from)];
  if (stream.contract.sliceNs === 0) {
    reply(kernel, server.id, from, OP.refused, 0, NO_CONTRACT, OP.renewDisk, 0, 0);
    return;
  }
  stream.life.renewed = true;
  tell(kernel, server, stream);
}

/** A timer of the stream's contract: its term may be over. */
export function diskTermEnds(kernel: Kernel, server: DiskServerState, number: number): void {
  const stream = server.queue.streams[number];
  const { life } = stream;
  if (life.expiresAt > termNow(kernel)) return;
  if (life.renewed) {
    life.renewed = false;
    life.expiresAt = later(life.expiresAt, life.term);
    timerAt(kernel, life.expiresAt, server.id, number);
    return;
  }
  const slice = stream.contract.sliceNs / US;
  endDiskContract(kernel, server, number);
  reply(kernel, server.id, stream.account, OP.diskExpired, slice, 0, 0, 0, 0);
  observe(kernel, stream.account, { kind: 'diskExpiry', slice });
}

/** The moment `term` after `from`, or the last one that a message can tell. */
function later(from: number, term: number): number {
  return Math.min(from + term, TIME_MAX);
}

/** Best effort from now on. */
export function endDiskContract(kernel: Kernel, server: DiskServerState, number: number): void {
  setContract(server.queue, number, NOTHING, kernel.state.nowNs);
  server.queue.streams[number].life.expiresAt = Number.POSITIVE_INFINITY;
}

type DiskEvent = Extract<ContractEvent, { kind: `disk${string}` }>;
type WithoutStamp<E> = E extends DiskEvent ? Omit<E, 'at' | 'task'> : never;

/** Tells an observer, if there is one. */
function observe(kernel: Kernel, task: number, event: WithoutStamp<DiskEvent>): void {
  if (kernel.observer === null) return;
  const { name } = kernel.state.tasks[task] as TaskState;
  kernel.observer({ at: termNow(kernel), task: name, ...event });
}

function tell(kernel: Kernel, { id }: DiskServerState, { account, contract, life }: Stream): void {
  const { periodNs, sliceNs, laxityNs, slack } = contract;
  const until = life.expiresAt === Number.POSITIVE_INFINITY ? 0 : life.expiresAt;
  const words = [periodNs / US, sliceNs / US, laxityNs / US] as const;
  reply(kernel, id, account, OP.diskContractIs, ...words, slack, until);
}
