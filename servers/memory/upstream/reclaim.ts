/**
 * Reclaim: a server above has taken a run, and with it goes what hangs on it: whoever has these
 * frames through this server, down to the last, loses them in the same step, and is told [STACK4].
 * It is the nucleus's recursive unmap (L4's mapping database): no message, nobody's consent, and no
 * moment at which a frame is in two hands. A server that is dead already is no exception.
 */

import { OP } from '../../../contracts/messages.ts';
import { type CapabilityTable, frameAt, orderAt } from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { dropMappingsOfFrame, wasModified } from '../../../nucleus/memory-map.ts';
import { RECLAIMED } from '../../../nucleus/probe.ts';
import { dropAllMappings, isTableFrame } from '../../../nucleus/table-frames.ts';
import { takeRunAt } from '../../../sim-hw/frames.ts';
import { observe } from '../answers.ts';
import { dissolve } from '../containers/containers.ts';
import { reclaimFrom, releaseSlot } from '../containers/custody.ts';
import { takePagesOn, tellLosses } from '../containers/page-losses.ts';
import { pagesOn } from '../containers/page-state.ts';
import { setNoticed } from '../ledger.ts';
import { reconsider } from '../revocation/victims.ts';
import { type Client, CONTAINER_FREE, clientOf, type MemoryServerState } from '../state.ts';
import { leavePool, setOwed } from './paying.ts';
import { NO_SLOT, type UpstreamState } from './upstream.ts';

/** `Receiver.reclaim` of a stacked server: the run of 2^order frames at `first` is its no more. */
export function reclaim(kernel: Kernel, state: object, first: number, order: number): void {
  const server = state as MemoryServerState;
  const up = server.upstream as UpstreamState;
  for (let frame = first; frame < first + (1 << order); frame++) {
    // Granted, and not heard of yet: nobody below has it.
    if (up.slotOf[frame] === NO_SLOT) continue;
    if (kernel.state.frames.owner[frame] !== server.id) takeFromClients(kernel, server, frame);
    takeRunAt(up.pool, frame, 0, server.id);
    leavePool(kernel, server, up, frame);
    if (up.owed > 0) setOwed(server, up, up.owed - 1);
  }
  if (server.pages.losses.length > 0) tellLosses(kernel, server);
}

/** Whoever has the frame of this server loses it: in pages of containers, or in a run of a slot. */
function takeFromClients(kernel: Kernel, server: MemoryServerState, frame: number): void {
  const { owner } = kernel.state.frames;
  const inPages = pagesOn(server.pages, frame).length > 0;
  // One payer after the other: each leaves it to the next that uses it.
  while (pagesOn(server.pages, frame).length > 0)
    takePagesOn(kernel, server, clientOf(server, owner[frame] as number), frame, RECLAIMED);
  if (inPages) return;
  const last = server.clients[owner[frame] as number] ?? null;
  if (last !== null && takeSlotWith(kernel, server, last, frame)) return;
  for (const client of server.clients)
    if (client !== null && takeSlotWith(kernel, server, client, frame)) return;
}

/** Takes the run with that frame from `client`, wherever it is in use; false: it has none. */
function takeSlotWith(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  frame: number,
): boolean {
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  const slot = slotWith(table, frame);
  if (slot === NO_SLOT) return false;
  for (const container of server.containers.records)
    if (container.status !== CONTAINER_FREE && container.owner === client.id)
      if (container.slot === slot) dissolve(kernel, server, container);
  reclaimFrom(kernel, client.id, frameAt(table, slot), orderAt(table, slot));
  if (isTableFrame(kernel, client.id, slot)) dropAllMappings(kernel, client.id);
  const modified = wasModified(dropMappingsOfFrame(kernel, frameAt(table, slot)));
  const frames = releaseSlot(kernel, server, client, slot, RECLAIMED);
  setNoticed(server.ledger, client, Math.min(client.noticed, client.held));
  reconsider(server, client);
  observe(kernel, client.id, { kind: 'loss', frames, modified });
  reply(kernel, server.id, client.id, OP.loss, slot, client.noticed, modified ? 1 : 0, 0, 0);
  return true;
}

function slotWith(table: CapabilityTable, frame: number): number {
  for (let slot = 0; slot < table.slots; slot++) {
    const first = frameAt(table, slot);
    if (first >= 0 && frame >= first && frame < first + (1 << orderAt(table, slot))) return slot;
  }
  return NO_SLOT;
}
