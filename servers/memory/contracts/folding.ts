/**
 * Folding: how a child contract ends, and its guarantee comes back.
 *
 *   folded by a holder, or its root died   frames are called back at once        [CON15] [CON20]
 *   its term or an ancestor's is over      frames are due back when needed       [CON17]
 *   nobody holds, uses or has split it     there is nothing to call back         [CON19]
 *
 * In each case all below it ends with it, exactly what it had goes to what it was split from, and
 * every capability to it is dead. Whoever drew on it is told `expired`.
 */

import { CAUSE_EXPIRY, OP, OWN_CONTRACT } from '../../../contracts/messages.ts';
import { NO_CONTRACT, NO_SUCH_CONTROL } from '../../../contracts/refusals.ts';
import { type CapabilityTable, CONTROL, removeCapability } from '../../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { observe, refuse } from '../answers.ts';
import { shrinkOf } from '../client.ts';
import { breakContainersOf } from '../containers/containers.ts';
import { withdrawRequest } from '../grants.ts';
import { CHILD_BYTES, chargeRecords } from '../metadata.ts';
import { notify } from '../revocation/revocation.ts';
import {
  type Client,
  clientOf,
  EXPIRED,
  GONE,
  type MemoryServerState,
  NONE,
  SHRINKING,
} from '../state.ts';
import { later, TIMER_CHILDREN, timerWord } from '../timers.ts';
import { trimWires } from '../wiring.ts';
import {
  type ChildContract,
  childAt,
  endOf,
  leaveChild,
  moveInto,
  OWN,
  resolveControl,
} from './child-contract.ts';

/** Ends a child contract, or every one that was split off the sender's own. */
export function foldContract(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  control: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  if (control === OWN_CONTRACT) {
    if (client.status === NONE)
      return refuse(kernel, server, from, tag, NO_CONTRACT, OP.foldContract);
    recall(kernel, server, endChildrenOf(kernel, server, client));
  } else {
    const table = kernel.state.capabilities[from] as CapabilityTable;
    const child = resolveControl(server, table, control);
    if (child === null) return refuse(kernel, server, from, tag, NO_SUCH_CONTROL, OP.foldContract);
    const { parent, root } = child;
    const members: Client[] = [];
    endChild(kernel, server, child, members);
    if (parent !== OWN) closeUnused(kernel, server, childAt(server, parent));
    if (root !== from) tellContract(kernel, server, clientOf(server, root), 0);
    recall(kernel, server, members);
  }
  dropDeadControls(kernel, server, from);
  tellContract(kernel, server, client, tag);
}

/** Ends all that was split off a task's own contract; returns who drew on it. */
export function endChildrenOf(kernel: Kernel, server: MemoryServerState, client: Client): Client[] {
  const members: Client[] = [];
  while (client.children.length > 0)
    endChild(kernel, server, childAt(server, client.children[0] as number), members);
  return members;
}

/** Calls back, now, all that the members of an ended contract hold; their containers dissolve. */
export function recall(
  kernel: Kernel,
  server: MemoryServerState,
  members: readonly Client[],
): void {
  for (const member of members) {
    if (member.status !== EXPIRED) continue;
    breakContainersOf(kernel, server, member.id);
    const due = member.held - member.noticed;
    if (due > 0) notify(kernel, server, member, due, CAUSE_EXPIRY);
  }
}

/** Ends `child` and all below it; whoever drew on it is added to `members`. */
function endChild(
  kernel: Kernel,
  server: MemoryServerState,
  child: ChildContract,
  members: Client[],
): void {
  while (child.children.length > 0)
    endChild(kernel, server, childAt(server, child.children[0] as number), members);
  const drawing = child.members.map((id) => server.clients[id] as Client);
  for (const member of drawing) endUse(kernel, server, member);
  members.push(...drawing);
  const root = server.clients[child.root] as Client;
  const { guaranteed, extra } = child;
  moveInto(server, child, server.planted === 'fold-leaks-guarantee' ? 0 : -guaranteed, -extra);
  if (child.parent === OWN && root.status === SHRINKING) {
    // What comes back while the own part shrinks is no part of what shrinks [CON23].
    const shrink = shrinkOf(root);
    shrink.guaranteed += guaranteed;
    shrink.extra += extra;
  }
  const siblings = child.parent === OWN ? root.children : childAt(server, child.parent).children;
  siblings.splice(siblings.indexOf(child.id), 1);
  root.treeSize--;
  chargeRecords(root, -CHILD_BYTES);
  child.live = false;
  if (server.planted !== 'dead-control-lives') child.generation = (child.generation + 1) >>> 0;
  child.capabilities = 0;
  child.expiresAt = Number.POSITIVE_INFINITY;
  server.children.freeHint = Math.min(server.children.freeHint, child.id);
  for (const member of drawing) dropDeadControls(kernel, server, member.id);
  observe(kernel, root.id, { kind: 'fold', guaranteed, extra, left: root.guaranteed });
}

/** The member has no contract any more; a request of its that waits is refused. */
function endUse(kernel: Kernel, server: MemoryServerState, member: Client): void {
  withdrawRequest(kernel, server, member, NO_CONTRACT);
  leaveChild(server, member);
  trimWires(kernel, server, member);
  member.status = EXPIRED;
  reply(kernel, server.id, member.id, OP.expired, member.held, 0, 0, 0, 0);
  observe(kernel, member.id, { kind: 'childEnd', held: member.held });
}

/** Ends a child contract that nobody can reach, uses or has split any more [CON19]. */
export function closeUnused(
  kernel: Kernel,
  server: MemoryServerState,
  unused: ChildContract,
): void {
  let child = unused;
  while (child.live && child.capabilities + child.members.length + child.children.length === 0) {
    endChild(kernel, server, child, []);
    if (child.parent === OWN) {
      const root = clientOf(server, child.root);
      if (root.status !== GONE) tellContract(kernel, server, root, 0);
      return;
    }
    child = childAt(server, child.parent);
  }
}

/** Takes capabilities to what has ended out of a task's table, so that they do not fill it. */
function dropDeadControls(kernel: Kernel, server: MemoryServerState, task: number): void {
  const table = kernel.state.capabilities[task] as CapabilityTable;
  for (let slot = 0; slot < table.kind.length; slot++)
    if (table.kind[slot] === CONTROL && resolveControl(server, table, slot) === null)
      removeCapability(table, slot);
}

/** The capabilities of the dead are gone: what only they could reach is closed. */
export function releaseControls(kernel: Kernel, server: MemoryServerState, dead: number): void {
  const table = kernel.state.capabilities[dead] as CapabilityTable;
  for (let slot = 0; slot < table.kind.length; slot++) {
    if (table.kind[slot] !== CONTROL) continue;
    const child = resolveControl(server, table, slot);
    removeCapability(table, slot);
    if (child === null) continue;
    child.capabilities--;
    closeUnused(kernel, server, child);
  }
}

/** Renews the child contract that the client draws on, for another term [CON17]. */
export function renewChild(server: MemoryServerState, client: Client): void {
  childAt(server, client.child).renewed = true;
}

/** Ends every child contract whose term is over, unless renewed; sets the timer for the next. */
export function expireChildren(kernel: Kernel, server: MemoryServerState): void {
  const { children } = server;
  const now = termNow(kernel);
  children.timerAt = Number.POSITIVE_INFINITY;
  for (const child of children.records) {
    if (!child.live || child.expiresAt > now) continue;
    if (child.renewed) {
      child.renewed = false;
      child.expiresAt = later(child.expiresAt, child.term);
      continue;
    }
    const { parent, root } = child;
    endChild(kernel, server, child, []);
    tellContract(kernel, server, clientOf(server, root), 0);
    if (parent !== OWN) closeUnused(kernel, server, childAt(server, parent));
  }
  let next = Number.POSITIVE_INFINITY;
  for (const child of children.records) if (child.live) next = Math.min(next, child.expiresAt);
  armChildTimer(kernel, server, next);
}

/** One timer runs for all terms of children: at the earliest end, or earlier. */
export function armChildTimer(kernel: Kernel, server: MemoryServerState, at: number): void {
  if (at >= server.children.timerAt) return;
  server.children.timerAt = at;
  timerAt(kernel, at, server.id, timerWord(TIMER_CHILDREN, 0));
}

/** Tells a client the contract it lives on, its own or a child, as it is in force now. */
export function tellContract(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  tag: number,
): void {
  const child = client.child === OWN ? null : childAt(server, client.child);
  const { guaranteed, extra } = child ?? client;
  const end = child === null ? client.expiresAt : endOf(server, child);
  const until = end === Number.POSITIVE_INFINITY ? 0 : end;
  reply(kernel, server.id, client.id, OP.contractIs, tag, guaranteed, extra, 0, until);
}
