/**
 * Policy: the memory server's side of it. It is mechanism; who may have how large a guarantee, and
 * who may borrow, stands in a table that a policy server writes (contracts/policy-table.ts).
 *
 *   nobody --getControl, usePolicy--> held by a --capability moves, usePolicy--> held by b
 *     ^--------------------------- death of the holder ---------------------------/
 *
 * There is one capability to it at a time. While nobody holds the policy it is first come, first
 * served, within the frames [PS3]. The table limits what is agreed on; it never breaks a contract:
 * what is decided against one in force shrinks it, with its grace [PS6].
 */

import { OP } from '../../../contracts/messages.ts';
import { createPolicyTable, type PolicyTable } from '../../../contracts/policy-table.ts';
import { CONTROL_TAKEN, NO_PLACE, NO_SUCH_CONTROL } from '../../../contracts/refusals.ts';
import { POLICY_CONTROL } from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { giveSole, holdsSole, isSoleHeld } from '../../../nucleus/sole-capabilities.ts';
import { observe, refuse } from '../answers.ts';
import { ACTIVE, type Client, type MemoryServerState, SHRINKING } from '../state.ts';
import { OWN } from './child-contract.ts';

/** Nobody holds the policy. */
export const NOBODY = -1;

export interface PolicyControl {
  readonly table: PolicyTable;
  /** The task that decides, or NOBODY. */
  holder: number;
  generation: number;
}

/** Lets a policy server take part: the table, with a place for each of `tasks` tasks. */
export function attachPolicyTable(server: MemoryServerState, tasks: number): PolicyTable {
  const table = createPolicyTable(tasks);
  server.policy = { table, holder: NOBODY, generation: 0 };
  return table;
}

/** Succeeds once; later calls are refused as long as the capability is in living hands. */
export function getControl(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  tag: number,
): void {
  const { policy } = server;
  if (policy === null || isSoleHeld(kernel, POLICY_CONTROL, policy.generation))
    return refuse(kernel, server, from, tag, CONTROL_TAKEN, OP.getControl);
  const generation = (policy.generation + 1) >>> 0;
  const slot = giveSole(kernel, from, POLICY_CONTROL, generation);
  if (slot < 0) return refuse(kernel, server, from, tag, NO_PLACE, OP.getControl);
  policy.generation = generation;
  tellPolicy(kernel, server, policy, from, tag, slot);
}

/** The sender decides from now on, and is told of every contract there is. */
export function usePolicy(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  control: number,
  tag: number,
): void {
  const { policy } = server;
  if (policy === null || !holds(kernel, policy, from, control))
    return refuse(kernel, server, from, tag, NO_SUCH_CONTROL, OP.usePolicy);
  policy.holder = from;
  observe(kernel, from, { kind: 'policy', what: 'takes over' });
  for (const client of server.clients)
    if (client !== null && (client.wish.asking || isOwnInForce(client)))
      tellAsked(kernel, server, client);
  // Last: who has heard of all decides once.
  tellPolicy(kernel, server, policy, from, tag, control);
}

/** True when the sender of a decision holds the policy and the capability that it names. */
export function mayDecide(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  control: number,
): boolean {
  const { policy } = server;
  return policy !== null && policy.holder === from && holds(kernel, policy, from, control);
}

/** The holder is dead: first come, first served, and the policy may be asked for again. */
export function releasePolicy(kernel: Kernel, server: MemoryServerState, dead: number): void {
  const { policy } = server;
  if (policy === null || policy.holder !== dead) return;
  policy.holder = NOBODY;
  observe(kernel, dead, { kind: 'policy', what: 'is gone' });
}

/** Remembers what a task asks for and, where somebody decides, tells of it. */
export function noteAsked(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  guaranteed: number,
  extra: number,
  term: number,
): void {
  const { wish } = client;
  wish.guaranteed = guaranteed;
  wish.extra = extra;
  wish.term = term;
  tellAsked(kernel, server, client);
}

/** The largest guarantee that may be agreed on with a task now that it asks for `guaranteed`. */
export function allowedOf(server: MemoryServerState, client: Client, guaranteed: number): number {
  const { policy, ledger } = server;
  if (policy === null || !isControlled(server)) return guaranteed;
  const decided = policy.table.guaranteed[client.id] ?? 0;
  const own = client.child === OWN ? client.guaranteed : 0;
  const left = ledger.sellable - ledger.guaranteedSum + own;
  return Math.max(0, Math.min(guaranteed, decided - client.splitOff, left));
}

/** False when it has been decided that the task borrows no extras. */
export function mayBorrow({ policy }: MemoryServerState, task: number): boolean {
  return policy === null || policy.holder === NOBODY || policy.table.eligible[task] === 1;
}

/** Writes the one field that is the memory server's. */
export function tellAllocated({ policy }: MemoryServerState, client: Client): void {
  if (policy !== null) policy.table.allocated[client.id] = client.held;
}

/** True while somebody decides. */
export function isControlled({ policy }: MemoryServerState): boolean {
  return policy !== null && policy.holder !== NOBODY;
}

export function isOwnInForce({ status, child }: Client): boolean {
  return child === OWN && (status === ACTIVE || status === SHRINKING);
}

function tellAsked(kernel: Kernel, server: MemoryServerState, client: Client): void {
  const holder = server.policy?.holder ?? NOBODY;
  if (holder === NOBODY) return;
  const { id, wish, held } = client;
  reply(kernel, server.id, holder, OP.asked, id, wish.guaranteed, wish.extra, held, 0);
}

function tellPolicy(
  kernel: Kernel,
  server: MemoryServerState,
  { table }: PolicyControl,
  to: number,
  tag: number,
  slot: number,
): void {
  const { frames } = server.ledger;
  reply(kernel, server.id, to, OP.policyIs, tag, slot, frames, table.allocated.length, 0);
}

function holds(kernel: Kernel, policy: PolicyControl, task: number, slot: number): boolean {
  return holdsSole(kernel, task, slot, POLICY_CONTROL, policy.generation);
}
