/**
 * Canonical state of the memory server: contracts, who waits, containers.
 *
 * The ledger's sums and the heap of victims follow from them and are made anew: invariants.ts has
 * compared both with what they follow from, in every state. Of a notice's terms under penalty karma
 * (its goal and window) only that penalty makes use, and karma itself.
 */

import { noticeOf, requestOf, shrinkOf } from '../../servers/memory/client.ts';
import { UNUSED } from '../../servers/memory/containers/page-state.ts';
import { containerBytes } from '../../servers/memory/metadata.ts';
import { reconsider } from '../../servers/memory/revocation/victims.ts';
import {
  createWaiting,
  queueUp,
  whoWaits,
} from '../../servers/memory/revocation/waiting-requests.ts';
import {
  type Client,
  CONTAINER_FREE,
  CONTAINER_LOCKED,
  type MemoryServerState,
  SHRINKING,
} from '../../servers/memory/state.ts';
import { visitLockLimits } from './lock-limits.ts';
import { visitPageContainers } from './page-containers-state.ts';
import { cell, cellIf, flag, type Tape } from './tape.ts';
import type { World } from './world.ts';

export function visitServer(tape: Tape, world: World, next: number): void {
  for (const record of world.records) visitRecord(tape, world, record);
  visitWaiting(tape, world);
  visitContainers(tape, world, next);
  visitPageContainers(tape, world, next);
  if (!tape.saves) derive(world);
}

function visitRecord(tape: Tape, world: World, record: Client): void {
  record.status = cell(tape, record.status);
  record.guaranteed = cell(tape, record.guaranteed);
  record.extra = cell(tape, record.extra);
  record.held = cell(tape, record.held);
  record.noticed = cell(tape, record.noticed);
  record.renewed = flag(tape, record.renewed);
  record.inDefault = flag(tape, record.inDefault);
  record.term = cell(tape, record.term === 0 ? 0 : 1) === 0 ? 0 : world.durations.term;
  const shrinks = record.status === SHRINKING;
  const shrink = shrinkOf(record);
  shrink.guaranteed = cellIf(tape, shrinks, shrink.guaranteed);
  shrink.extra = cellIf(tape, shrinks, shrink.extra);
  record.waitingOrder = cell(tape, record.waitingOrder);
  const request = requestOf(record);
  request.zero = cellIf(tape, record.waitingOrder >= 0, request.zero);
  request.tag = cellIf(tape, record.waitingOrder >= 0, request.tag);
  if (!tape.saves) request.since = 0;
  const isKarma = world.plan.penalty === 'karma';
  const isAsked = isKarma && record.noticed > 0;
  const notice = noticeOf(record);
  notice.goal = cellIf(tape, isAsked, notice.goal);
  notice.window = cellIf(tape, isAsked, notice.window);
  record.karma = cellIf(tape, isKarma, record.karma);
}

function visitWaiting(tape: Tape, world: World): void {
  const { memory } = world;
  const ids = tape.saves ? whoWaits(memory) : [];
  const length = cell(tape, ids.length);
  if (!tape.saves) Object.assign(memory.waiting, createWaiting());
  for (let i = 0; i < length; i++) {
    const id = cell(tape, ids[i]);
    if (!tape.saves) queueUp(memory, memory.clients[id] as Client);
  }
}

function visitContainers(tape: Tape, world: World, next: number): void {
  const { containers } = world.memory;
  if (!tape.saves) containers.locked = 0;
  const { ofOwner } = containers;
  if (!tape.saves) ofOwner.fill(0);
  for (const record of containers.records) {
    record.status = cell(tape, record.status);
    if (!tape.saves) {
      record.generation = 1;
      record.version = 0;
    }
    if (record.status === CONTAINER_FREE) continue;
    if (!tape.saves && record.status === CONTAINER_LOCKED) containers.locked++;
    record.owner = cell(tape, record.owner);
    if (!tape.saves) ofOwner[record.owner] = (ofOwner[record.owner] ?? 0) + 1;
    record.holder = cellIf(tape, record.status === CONTAINER_LOCKED, record.holder);
    record.capability = cell(tape, record.capability);
    record.slot = cell(tape, record.slot);
    record.frame = cell(tape, record.frame);
    record.once = flag(tape, record.once);
    if (!tape.saves) record.lockMax = world.durations.lock;
  }
  if (!tape.saves) containers.freeHint = 0;
  visitLockLimits(tape, world, (status) => status === CONTAINER_LOCKED, next);
}

/** Restores what follows from the state of the clients. */
function derive({ memory, records }: World): void {
  const { ledger, victims } = memory;
  ledger.guaranteedSum = 0;
  ledger.heldSum = 0;
  ledger.noticedSum = 0;
  ledger.waitingSum = 0;
  victims.count = 0;
  victims.places.fill(-1);
  for (const record of records) {
    record.metadata = bytesOf(memory, record);
    ledger.guaranteedSum += record.guaranteed;
    ledger.heldSum += record.held;
    ledger.noticedSum += record.noticed;
    if (record.waitingOrder >= 0) ledger.waitingSum += 1 << record.waitingOrder;
    reconsider(memory, record);
  }
}

/** What the server keeps for the client, as metadata.ts counts it: its containers of pages. */
function bytesOf({ pages }: MemoryServerState, { id }: Client): number {
  let bytes = 0;
  for (const { status, owner, cells } of pages.containers)
    if (status !== UNUSED && owner === id) bytes += containerBytes(cells.length);
  return bytes;
}
