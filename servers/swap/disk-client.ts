/**
 * A swap server without a device of its own: what it is handed it hands on to a disk server, whose
 * partition it divides among its clients. It asks on its client's time, so the disk's time comes out
 * of that client's disk contract [DISK8]; its own part is to know whose block is whose.
 *
 *   pager --store / fetch / exchange (weak)--> swap --diskWrite / Read / Exchange (weak)--> disk
 *   pager <-------------swapped--------------- swap <--------------diskDone---------------- disk
 *
 * Two messages more a page than with a device of its own; the lock is the disk server's. Left out:
 * pages of more than one block.
 */

import { spanOf } from '../../contracts/disk-messages.ts';
import { OP } from '../../contracts/messages.ts';
import {
  BUSY,
  DEVICE_FAILED,
  LOST_PAGE,
  MALFORMED,
  NO_DEVICE,
  NO_SUCH_BLOCK,
} from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply, send, sendCapability } from '../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';

/** A page on its way, or a free record (client 0). */
interface Passage {
  client: number;
  tag: number;
  /** Its first block is written, not read. */
  writes: boolean;
  /** Pages of all clients, one after the other: what is written, and what is read. */
  out: number;
  into: number;
}

/** Blocks that a client names from 0 on. */
interface DiskExtent {
  readonly client: number;
  /** In the server's partition. */
  readonly base: number;
  readonly blocks: number;
}

export interface DiskClientState {
  readonly id: number;
  diskPort: number;
  readonly extents: DiskExtent[];
  /** By page: 1 where the server has said that what was, or was to be, stored is lost. */
  gone: Uint8Array;
  /** By number, which is the tag of the messages to the disk server. */
  readonly passages: Passage[];
}

export function createDiskClientState(id: number, passages: number): DiskClientState {
  const create = (): Passage => ({ client: 0, tag: 0, writes: false, out: -1, into: -1 });
  const gone = new Uint8Array(0);
  return {
    id,
    diskPort: -1,
    extents: [],
    gone,
    passages: Array.from({ length: passages }, create),
  };
}

/** Gives `client` the next `blocks` blocks of the partition; returns the first. */
export function addDiskExtent(server: DiskClientState, client: number, blocks: number): number {
  const last = server.extents.at(-1);
  const base = last === undefined ? 0 : last.base + last.blocks;
  server.extents.push({ client, base, blocks });
  const gone = new Uint8Array(base + blocks);
  gone.set(server.gone);
  server.gone = gone;
  return base;
}

/** Receiver step of a swap server that stands before a disk server. */
export function diskClientStep(kernel: Kernel, state: object, message: Message): void {
  const server = state as DiskClientState;
  const { op, from, w0, w1, w2, w3, cameAlong } = message;
  if (from === NUCLEUS) {
    if (op === DEATH && isDisk(kernel, server, w0)) giveUp(kernel, server);
    else if (op === DEATH) forget(kernel, server, w0);
    return;
  }
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  if (from === table.object[server.diskPort]) {
    if (op === OP.diskDone) answer(kernel, server, w1, w2, w3);
    return;
  }
  const isDead = isOver(kernel.state.tasks[from] as TaskState);
  const sent = isValid(message) && !isDead ? op : MALFORMED;
  if (sent === OP.store && cameAlong) pass(kernel, server, from, OP.diskWrite, w0, w1, -1, w2);
  else if (sent === OP.fetch && cameAlong) pass(kernel, server, from, OP.diskRead, w0, w1, -1, w2);
  else if (sent === OP.exchange && cameAlong)
    pass(kernel, server, from, OP.diskExchange, w0, w1, w2, w3);
  else if (sent === OP.discard && !cameAlong) discard(kernel, server, from, w0);
  else {
    // A capability that came along is dropped; one that was only named is the server's own [SWAP5].
    if (cameAlong) removeCapability(table, w0);
    if (!isRefusal(message))
      reply(kernel, server.id, from, OP.refused, 0, MALFORMED, op & 255, 0, 0);
  }
}

/** Hands a container on, with the block as the disk server knows it. */
function pass(
  kernel: Kernel,
  server: DiskClientState,
  from: number,
  op: number,
  capability: number,
  page: number,
  into: number,
  tag: number,
): void {
  const { id, diskPort, passages } = server;
  const block = placeOf(server, from, page);
  const next = into < 0 ? spanOf(0, 1) : placeOf(server, from, into);
  const number = passages.findIndex(({ client }) => client === 0);
  const isKnown = block >= 0 && next >= 0;
  const went =
    isKnown &&
    number >= 0 &&
    sendCapability(kernel, id, diskPort, op, capability, block, next, number);
  if (!went) {
    removeCapability(kernel.state.capabilities[id] as CapabilityTable, capability);
    const disk = kernel.state.capabilities[id]?.object[diskPort] as number;
    const isGone = isOver(kernel.state.tasks[disk] as TaskState);
    const reason = !isKnown ? NO_SUCH_BLOCK : isGone ? NO_DEVICE : BUSY;
    if (reason === NO_DEVICE) server.gone[block] = 1;
    reply(kernel, id, from, OP.swapped, tag, reason, 0, 0, 0);
    return;
  }
  const passage = passages[number] as Passage;
  passage.client = from;
  passage.tag = tag;
  passage.writes = op !== OP.diskRead;
  passage.out = passage.writes ? block : -1;
  passage.into = op === OP.diskRead ? block : into < 0 ? -1 : next;
}

/** The disk server has done it, or says why not; its reasons are those of swap. */
function answer(
  kernel: Kernel,
  { id, passages, gone }: DiskClientState,
  number: number,
  reason: number,
  moved: number,
): void {
  const passage = passages[number];
  if (passage === undefined || passage.client === 0) return;
  const { client, tag, writes, out, into } = passage;
  passage.client = 0;
  const stored = writes && moved > 0 ? 1 : 0;
  if (stored === 1) gone[out] = 0;
  const asked = writes && stored === 0 ? out : into;
  if ((reason === LOST_PAGE || reason === DEVICE_FAILED) && asked >= 0) gone[asked] = 1;
  reply(kernel, id, client, OP.swapped, tag, reason, stored, 0, 0);
}

function isDisk(kernel: Kernel, { id, diskPort }: DiskClientState, task: number): boolean {
  return (kernel.state.capabilities[id] as CapabilityTable).object[diskPort] === task;
}

/** The disk server is dead: nobody will answer what is under way, and its locks are over. */
function giveUp(kernel: Kernel, server: DiskClientState): void {
  for (const number of server.passages.keys()) answer(kernel, server, number, DEVICE_FAILED, 0);
}

function discard(kernel: Kernel, server: DiskClientState, from: number, page: number): void {
  const block = placeOf(server, from, page);
  if (block >= 0) send(kernel, server.id, server.diskPort, OP.diskDiscard, block, 1, 0, 0, 0);
}

/** A client is gone: what it stored is of no use to anybody. */
function forget(kernel: Kernel, server: DiskClientState, task: number): void {
  for (const { client, base, blocks } of server.extents)
    if (client === task && blocks > 0)
      send(kernel, server.id, server.diskPort, OP.diskDiscard, base, blocks, 0, 0, 0);
}

/** Block of a client's page in the partition, or -1 when it is none of its extents'. */
function placeOf({ extents }: DiskClientState, from: number, page: number): number {
  let first = 0;
  for (const { client, base, blocks } of extents) {
    if (client !== from) continue;
    if (page >= first && page < first + blocks) return base + page - first;
    first += blocks;
  }
  return -1;
}
