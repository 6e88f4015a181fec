/**
 * Splitting: child contracts come into being, are shared, taken into use and resized.
 *
 *   splitContract -> controlIs      a part of the sender's contract, as a capability
 *   (the capability moves: nucleus/ipc.ts sendCapability)
 *   copyControl   -> controlIs      a second capability: a shared budget
 *   useControl    -> contractIs     the sender's frames are drawn on it from now on
 *   resizeContract -> controlIs     more out of what it was split from, or back into it
 *
 * A task lives on one contract at a time, its own or a child [CON13]. Left out: paying from two.
 */

import { OP, OWN_CONTRACT } from '../../../contracts/messages.ts';
import {
  BUSY,
  HAS_CONTRACT,
  NO_CONTRACT,
  NO_PLACE,
  NO_SUCH_CONTROL,
  OVER_CONTRACT,
  OVER_METADATA,
} from '../../../contracts/refusals.ts';
import { addCapability, type CapabilityTable, CONTROL } from '../../../nucleus/capabilities.ts';
import { termNow } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { observe, refuse } from '../answers.ts';
import { CHILD_BYTES, chargeRecords, hasRoomForRecords } from '../metadata.ts';
import {
  ACTIVE,
  type Client,
  clientOf,
  type MemoryServerState,
  objectOf,
  SHRINKING,
} from '../state.ts';
import { later } from '../timers.ts';
import { trimWires } from '../wiring.ts';
import {
  type ChildContract,
  canSpare,
  childAt,
  coverMembers,
  endOf,
  freeId,
  joinChild,
  leaveChild,
  moveInto,
  OWN,
  resolveControl,
  TREE_MAX,
  takeRecord,
} from './child-contract.ts';
import { armChildTimer, closeUnused, tellContract } from './folding.ts';

/** Splits `guaranteed` and `extra` frames off the sender's contract, or off a child it holds. */
export function splitContract(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  guaranteed: number,
  extra: number,
  control: number,
  tag: number,
  term: number,
): void {
  const no = (reason: number) => refuse(kernel, server, from, tag, reason, OP.splitContract);
  const table = tableOf(kernel, from);
  const parent = control === OWN_CONTRACT ? null : resolveControl(server, table, control);
  if (control !== OWN_CONTRACT && parent === null) return no(NO_SUCH_CONTROL);
  const root = clientOf(server, parent === null ? from : parent.root);
  if (root.child !== OWN || (root.status !== ACTIVE && root.status !== SHRINKING))
    return no(NO_CONTRACT);
  if (root.status === SHRINKING) return no(BUSY);
  if (!canSpare(server, parent?.id ?? OWN, root, guaranteed, extra)) return no(OVER_CONTRACT);
  if (root.treeSize === TREE_MAX) return no(NO_PLACE);
  if (!hasRoomForRecords(server, root, CHILD_BYTES)) return no(OVER_METADATA);
  const id = freeId(server);
  const slot = addCapability(
    table,
    CONTROL,
    objectOf(server, id),
    server.children.records[id]?.generation ?? 0,
  );
  if (slot < 0) return no(NO_PLACE);
  const child = takeRecord(server, id);
  child.parent = parent?.id ?? OWN;
  child.root = root.id;
  child.capabilities = 1;
  child.term = term;
  child.renewed = false;
  (parent ?? root).children.push(child.id);
  root.treeSize++;
  chargeRecords(root, CHILD_BYTES);
  moveInto(server, child, guaranteed, extra);
  trimWires(kernel, server, root);
  child.expiresAt = term === 0 ? Number.POSITIVE_INFINITY : later(termNow(kernel), term);
  armChildTimer(kernel, server, child.expiresAt);
  tellControl(kernel, server, from, child, slot, tag);
  observe(kernel, root.id, { kind: 'split', guaranteed, extra, left: root.guaranteed });
}

/** A second capability, for somebody else: whoever holds one has all of it. */
export function copyControl(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  control: number,
  tag: number,
): void {
  const table = tableOf(kernel, from);
  const child = resolveControl(server, table, control);
  if (child === null) return refuse(kernel, server, from, tag, NO_SUCH_CONTROL, OP.copyControl);
  const slot = addCapability(table, CONTROL, objectOf(server, child.id), child.generation);
  if (slot < 0) return refuse(kernel, server, from, tag, NO_PLACE, OP.copyControl);
  child.capabilities++;
  tellControl(kernel, server, from, child, slot, tag);
}

/** The sender draws on the child contract; what it holds already comes along, if it fits. */
export function useControl(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  control: number,
  tag: number,
): void {
  const no = (reason: number) => refuse(kernel, server, from, tag, reason, OP.useControl);
  const child = resolveControl(server, tableOf(kernel, from), control);
  if (child === null) return no(NO_SUCH_CONTROL);
  const client = clientOf(server, from);
  if (client.waitingOrder >= 0) return no(BUSY);
  if (client.child === child.id) return tellContract(kernel, server, client, tag);
  if (client.child === OWN && hasContract(client)) return no(HAS_CONTRACT);
  if (client.held > child.idle + child.idleExtra) return no(OVER_CONTRACT);
  const left = client.child === OWN ? null : leaveChild(server, client);
  client.status = ACTIVE;
  client.wish.asking = false;
  client.term = 0;
  client.renewed = false;
  client.expiresAt = Number.POSITIVE_INFINITY;
  joinChild(server, child, client);
  trimWires(kernel, server, client);
  const { guaranteed, extra } = child;
  observe(kernel, from, { kind: 'use', guaranteed, extra, shared: child.members.length });
  if (left !== null) closeUnused(kernel, server, left);
  tellContract(kernel, server, client, tag);
}

/** Another size. What tasks draw is never taken: only what is idle, on both sides [CON21]. */
export function resizeContract(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  control: number,
  guaranteed: number,
  extra: number,
  tag: number,
): void {
  const no = (reason: number) => refuse(kernel, server, from, tag, reason, OP.resizeContract);
  const child = resolveControl(server, tableOf(kernel, from), control);
  if (child === null || !mayResize(kernel, server, from, child)) return no(NO_SUCH_CONTROL);
  const root = clientOf(server, child.root);
  if (root.status === SHRINKING) return no(BUSY);
  const more = guaranteed - child.guaranteed;
  const moreExtra = extra - child.extra;
  if (-more > child.idle || -moreExtra > child.idleExtra) return no(OVER_CONTRACT);
  if (!canSpare(server, child.parent, root, more, moreExtra)) return no(OVER_CONTRACT);
  moveInto(server, child, more, moreExtra);
  trimWires(kernel, server, root);
  coverMembers(server, child);
  tellControl(kernel, server, from, child, control, tag);
  const kind = more < 0 ? 'fold' : 'split';
  const { guaranteed: left } = root;
  const moved = Math.abs(more);
  observe(kernel, root.id, { kind, guaranteed: moved, extra: Math.abs(moreExtra), left });
}

/** Whoever may split what the child was split from may resize it. */
function mayResize(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  child: ChildContract,
): boolean {
  if (child.parent === OWN) return child.root === from;
  const table = tableOf(kernel, from);
  const parent = childAt(server, child.parent);
  for (let slot = 0; slot < table.kind.length; slot++)
    if (resolveControl(server, table, slot) === parent) return true;
  return false;
}

/** A contract of its own that promises anything, or that others live on. */
function hasContract({ guaranteed, extra, status, children }: Client): boolean {
  return guaranteed > 0 || extra > 0 || status === SHRINKING || children.length > 0;
}

function tellControl(
  kernel: Kernel,
  server: MemoryServerState,
  to: number,
  child: ChildContract,
  slot: number,
  tag: number,
): void {
  const end = endOf(server, child);
  const until = end === Number.POSITIVE_INFINITY ? 0 : end;
  reply(kernel, server.id, to, OP.controlIs, tag, slot, child.guaranteed, child.extra, until);
}

function tableOf(kernel: Kernel, task: number): CapabilityTable {
  return kernel.state.capabilities[task] as CapabilityTable;
}
