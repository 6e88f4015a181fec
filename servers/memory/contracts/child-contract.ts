/**
 * Child contract: a part of a contract that has been split off it, and moves from task to task as a
 * capability (Walfield's memory-control capability: 100 frames become 90 and 10; physmem README).
 *
 *   own contract of a task (100)
 *     +-- 90 are left to itself
 *     +-- child (10): 3 drawn by task a, 2 by task b, 5 idle
 *           +-- ... split again
 *
 * What a task draws stands in its own books (`guaranteed`, `extra` of its client record), so that
 * whoever counts or calls back by task needs to know nothing of children; the rest is idle. A split
 * moves a guarantee and makes none: own part, idle and drawn sum to what was admitted [CON11].
 *
 * This file is the record and its arithmetic. splitting.ts serves the messages, folding.ts the end.
 */

import { type CapabilityTable, CONTROL, holdsKind } from '../../../nucleus/capabilities.ts';
import { holdingDoubles } from '../../../sim-hw/shape.ts';
import { reconsider } from '../revocation/victims.ts';
import { type Client, idOf, type MemoryServerState } from '../state.ts';

/** Child contracts in the tree below one task's own contract [CON24]. */
export const TREE_MAX = 32;
/** `parent` of a child that was split off a task's own contract; `child` of a task that uses none. */
export const OWN = -1;

export interface ChildContract {
  readonly id: number;
  live: boolean;
  generation: number;
  /** The child contract it was split from, or OWN. */
  parent: number;
  /** The task with whose own contract the tree begins. */
  root: number;
  /** Its own part: what its children have is theirs. */
  guaranteed: number;
  extra: number;
  /** Of that, what no task draws. */
  idle: number;
  idleExtra: number;
  readonly children: number[];
  /** Tasks that draw on it. */
  readonly members: number[];
  /** Capabilities to it that the server made and no death has taken. */
  capabilities: number;
  /** 0: as long as what it was split from. */
  term: number;
  expiresAt: number;
  renewed: boolean;
}

export interface ChildrenState {
  readonly records: ChildContract[];
  /** The one timer for terms: when it runs out, or Infinity. */
  timerAt: number;
  /** Lowest id that may be free. */
  freeHint: number;
}

export function createChildren(): ChildrenState {
  return { records: [], timerAt: Number.POSITIVE_INFINITY, freeHint: 0 };
}

/** The first id that no child contract has. */
export function freeId({ children }: MemoryServerState): number {
  let id = children.freeHint;
  while (children.records[id]?.live) id++;
  return id;
}

/** The record of an id that was free: in use from now on. */
export function takeRecord({ children }: MemoryServerState, id: number): ChildContract {
  const { records } = children;
  if (id === records.length) records.push(createRecord(id));
  const child = records[id] as ChildContract;
  child.live = true;
  children.freeHint = id + 1;
  return child;
}

function createRecord(id: number): ChildContract {
  return holdingDoubles<ChildContract>(
    {
      id,
      live: false,
      generation: 0,
      parent: OWN,
      root: 0,
      guaranteed: 0,
      extra: 0,
      idle: 0,
      idleExtra: 0,
      children: [],
      members: [],
      capabilities: 0,
      term: 0,
      expiresAt: Number.POSITIVE_INFINITY,
      renewed: false,
    },
    'term',
    'expiresAt',
  );
}

export function childAt(server: MemoryServerState, id: number): ChildContract {
  return server.children.records[id] as ChildContract;
}

/** The child contract that a slot of `table` names, or null when it names none that lives. */
export function resolveControl(
  server: MemoryServerState,
  table: CapabilityTable,
  slot: number,
): ChildContract | null {
  if (!holdsKind(table, slot, CONTROL)) return null;
  const child = server.children.records[idOf(server, table.object[slot] as number)];
  if (child === undefined) return null;
  return table.generation[slot] === child.generation ? child : null;
}

/** Frames a task must have room for: what it holds and what it waits for. */
export function needOf(client: Client): number {
  return client.held + (client.waitingOrder < 0 ? 0 : 1 << client.waitingOrder);
}

/** Has the task draw for `frames` more, as far as the child contract goes [CON14]. */
export function drawFor(server: MemoryServerState, client: Client, frames: number): void {
  fitDraw(server, childAt(server, client.child), client, needOf(client) + frames);
}

/**
 * Fits what a task draws to what it needs. What it leaves idle covers the extras of others who
 * draw on the same child contract: only they are looked at.
 */
export function settleDraw(server: MemoryServerState, client: Client): void {
  const child = childAt(server, client.child);
  fitDraw(server, child, client, needOf(client));
  coverMembers(server, child);
}

/** What is idle covers frames that members hold as extras. */
export function coverMembers(server: MemoryServerState, child: ChildContract): void {
  for (const id of child.members) {
    if (child.idle === 0) return;
    const member = server.clients[id] as Client;
    if (member.held > member.guaranteed) fitDraw(server, child, member, needOf(member));
  }
}

/** Guarantee first, extras for the rest. */
function fitDraw(
  server: MemoryServerState,
  child: ChildContract,
  client: Client,
  need: number,
): void {
  const guaranteed = Math.min(need, client.guaranteed + child.idle);
  const drawn = guaranteed - client.guaranteed;
  child.idle -= drawn;
  server.ledger.idleSum -= drawn;
  client.guaranteed = guaranteed;
  const extra = Math.min(need - guaranteed, client.extra + child.idleExtra);
  child.idleExtra -= extra - client.extra;
  client.extra = extra;
  reconsider(server, client);
}

/** From now on `client` draws on `child`; its books must be empty of any other contract. */
export function joinChild(server: MemoryServerState, child: ChildContract, client: Client): void {
  client.child = child.id;
  child.members.push(client.id);
  fitDraw(server, child, client, needOf(client));
}

/** The client draws no more; what it holds is guaranteed by nothing. */
export function leaveChild(server: MemoryServerState, client: Client): ChildContract {
  const child = childAt(server, client.child);
  fitDraw(server, child, client, 0);
  child.members.splice(child.members.indexOf(client.id), 1);
  client.child = OWN;
  coverMembers(server, child);
  return child;
}

/**
 * Moves guarantee and extras from what `child` was split from into it; negative: back. The caller
 * has seen that both have it.
 */
export function moveInto(
  server: MemoryServerState,
  child: ChildContract,
  guaranteed: number,
  extra: number,
): void {
  child.guaranteed += guaranteed;
  child.extra += extra;
  child.idle += guaranteed;
  child.idleExtra += extra;
  if (child.parent !== OWN) {
    const parent = childAt(server, child.parent);
    parent.guaranteed -= guaranteed;
    parent.extra -= extra;
    parent.idle -= guaranteed;
    parent.idleExtra -= extra;
    coverMembers(server, parent);
    return;
  }
  const root = server.clients[child.root] as Client;
  root.guaranteed -= guaranteed;
  root.extra -= extra;
  root.splitOff += guaranteed;
  // What it asked for is about its own part too [CON23].
  root.wish.guaranteed -= guaranteed;
  root.wish.extra -= extra;
  server.ledger.idleSum += guaranteed;
  reconsider(server, root);
}

/** True when what a child is split from can spare that much [CON11]. */
export function canSpare(
  server: MemoryServerState,
  parent: number,
  root: Client,
  guaranteed: number,
  extra: number,
): boolean {
  if (parent !== OWN) {
    const { idle, idleExtra } = childAt(server, parent);
    return guaranteed <= idle && extra <= idleExtra;
  }
  // No frame in hand turns from guaranteed into extra, or from extra into one too many.
  const need = needOf(root);
  if (guaranteed > 0 && need + guaranteed > root.guaranteed) return false;
  return extra <= 0 || extra <= root.extra - Math.max(0, need - root.guaranteed);
}

/** The end of a child contract as things are: its own term's or its ancestors', or Infinity. */
export function endOf(server: MemoryServerState, child: ChildContract): number {
  let end = child.expiresAt;
  let parent = child.parent;
  while (parent !== OWN) {
    const above = childAt(server, parent);
    end = Math.min(end, above.expiresAt);
    parent = above.parent;
  }
  return Math.min(end, (server.clients[child.root] as Client).expiresAt);
}
