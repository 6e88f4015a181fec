/**
 * Containers of pages: how a client puts memory together, and hands it to servers that it does not
 * trust, for as long as it likes and no longer (SPEC [CONT12] to [CONT16]).
 *
 *   OPEN --seal(lockMax)--> SEALED --share--> SHARED --lock(until)--> LOCKED
 *    ^                        |                 |  ^--- unlock / limit ---+
 *    +--- cancel, lifetime ---+-----------------+
 *
 * An open container is its owner's alone. Cancelling, and the end of its lifetime, bring it back
 * there: every weak capability is dead, whatever the others had mapped is unmapped, and the pages
 * are the owner's to take out, to move on or to drop.
 */

import { OP } from '../../../contracts/messages.ts';
import {
  LOCKED_NOW,
  NO_CONTRACT,
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NOT_SEALED,
  OVER_METADATA,
  TOO_LONG,
} from '../../../contracts/refusals.ts';
import { graceLeast } from '../../../contracts/terms.ts';
import {
  addCapability,
  type CapabilityTable,
  holdsKind,
  PAGES,
  PORT,
  WEAK_PAGES,
} from '../../../nucleus/capabilities.ts';
import { termNow } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import { refuse } from '../answers.ts';
import { chargeRecords, containerBytes, hasRoomForRecords } from '../metadata.ts';
import { clientOf, idOf, type MemoryServerState, NONE, objectOf } from '../state.ts';
import { noteEnd } from './page-ends.ts';
import { armPageTimer, endContainer, reopen } from './page-lifetimes.ts';
import { breakPageLock } from './page-pins.ts';
import {
  freeContainer,
  LOCKED,
  NONE_THERE,
  OPEN,
  type PageContainer,
  SEALED,
  SHARED,
} from './page-state.ts';

export function openContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  pages: number,
  user: number,
  extras: number,
  tag: number,
  lifetime: number,
): void {
  const no = (reason: number) => refuse(kernel, server, from, tag, reason, OP.openContainer);
  const client = clientOf(server, from);
  if (client.status === NONE) return no(NO_CONTRACT);
  const table = kernel.state.capabilities[from] as CapabilityTable;
  // A user is named as everything is: by what the sender's own table has in a slot [CAP1].
  if (user >= 0 && !holdsKind(table, user, PORT)) return no(NO_PLACE);
  if (table.objects === table.kind.length) return no(NO_PLACE);
  const bytes = containerBytes(pages);
  if (!hasRoomForRecords(server, client, bytes)) return no(OVER_METADATA);
  chargeRecords(client, bytes);
  const container = freeContainer(server.pages);
  const capability = addCapability(
    table,
    PAGES,
    objectOf(server, container.id),
    container.generation,
  );
  container.status = OPEN;
  container.owner = from;
  container.user = user < 0 ? 0 : (table.object[user] as number);
  container.capability = capability;
  container.version = 0;
  container.extras = extras === 1;
  container.lockMax = 0;
  container.endsAt = lifetime === 0 ? Number.POSITIVE_INFINITY : termNow(kernel) + lifetime;
  container.colour = 0;
  container.colours = 1;
  container.below = 0;
  container.cells = new Array<number>(pages).fill(NONE_THERE);
  noteEnd(server.pages, container);
  armPageTimer(kernel, server, container.endsAt);
  reply(kernel, server.id, from, OP.containerIs, tag, capability, NONE_THERE, 0, 0);
}

/** Fixes the longest lock; where extras may be inside, it is never longer than a grace. */
export function sealContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  lockMax: number,
  tag: number,
): void {
  const container = resolvePages(kernel, server, from, capability, PAGES);
  const no = (reason: number) => refuse(kernel, server, from, tag, reason, OP.sealContainer);
  if (container === null) return no(NO_SUCH_CONTAINER);
  if (container.status !== OPEN) return no(NO_PLACE);
  if (container.extras && lockMax > graceLeast(server.terms)) return no(TOO_LONG);
  container.status = SEALED;
  container.lockMax = lockMax;
  reply(kernel, server.id, from, OP.containerIs, tag, capability, NONE_THERE, 0, 0);
}

/** shareContainer, of a container of pages. */
export function sharePages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  tag: number,
): void {
  const container = resolvePages(kernel, server, from, capability, PAGES);
  const no = (reason: number) => refuse(kernel, server, from, tag, reason, OP.shareContainer);
  if (container === null) return no(NO_SUCH_CONTAINER);
  if (container.status === OPEN) return no(NOT_SEALED);
  const table = kernel.state.capabilities[from] as CapabilityTable;
  const weak = addCapability(
    table,
    WEAK_PAGES,
    objectOf(server, container.id),
    container.generation,
  );
  if (weak < 0) return no(NO_PLACE);
  if (container.status === SEALED) container.status = SHARED;
  reply(kernel, server.id, from, OP.containerIs, tag, capability, weak, 0, 0);
}

/** cancelContainer, of a container of pages: it is open again, and nobody else's. */
export function cancelPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
): void {
  const container = unlocked(kernel, server, from, capability, OP.cancelContainer);
  if (container !== null) reopen(kernel, server, container);
}

/** Deallocates every page; the container and every capability to it are gone. */
export function dropContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
): void {
  const container = unlocked(kernel, server, from, capability, OP.dropContainer);
  if (container !== null) endContainer(kernel, server, container, RETURNED);
}

/** The owner's container while nobody locks it; else `op` is refused, and null. */
function unlocked(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  op: number,
): PageContainer | null {
  const container = resolvePages(kernel, server, from, capability, PAGES);
  const { planted } = server;
  if (container !== null && planted === 'window-outlives-lock')
    breakPageLock(kernel, server, container);
  if (container !== null && container.status !== LOCKED) return container;
  const reason = container === null ? NO_SUCH_CONTAINER : LOCKED_NOW;
  refuse(kernel, server, from, capability, reason, op);
  return null;
}

/** The container that a capability names for `task`, or null when it names none that lives. */
export function resolvePages(
  kernel: Kernel,
  server: MemoryServerState,
  task: number,
  slot: number,
  kind: number,
): PageContainer | null {
  const table = kernel.state.capabilities[task] as CapabilityTable;
  if (!holdsKind(table, slot, kind)) return null;
  const container = server.pages.containers[idOf(server, table.object[slot] as number)];
  if (container === undefined || table.generation[slot] !== container.generation) return null;
  const barred = kind === WEAK_PAGES && container.user !== 0 && container.user !== task;
  if (barred && server.planted === 'user-is-anybody') return container;
  return barred ? null : container;
}

/** The same by either kind of capability. */
export function resolveEither(
  kernel: Kernel,
  server: MemoryServerState,
  task: number,
  slot: number,
): PageContainer | null {
  return (
    resolvePages(kernel, server, task, slot, PAGES) ??
    resolvePages(kernel, server, task, slot, WEAK_PAGES)
  );
}
