/**
 * Unused runs: a client says of what it holds that it has no use for it now. Such runs are held and
 * counted as before, but when frames are wanted of it they go first, and silently: no notice, no
 * deadline, no loss told (Nemesis's transparent revocation). Before it uses one again it asks.
 */

import { OP } from '../../../contracts/messages.ts';
import { IN_USE, NO_SUCH_SLOT } from '../../../contracts/refusals.ts';
import {
  type CapabilityTable,
  frameAt,
  IN_CONTAINER,
  orderAt,
  UNUSED,
} from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { TAKEN } from '../../../nucleus/probe.ts';
import { observe, refuse } from '../answers.ts';
import { releaseSlot } from '../containers/custody.ts';
import { type Client, clientOf, type MemoryServerState } from '../state.ts';
import { isWired } from '../wiring.ts';

/** Marks the run in `slot` as unused, or (answered `kept`) as in use again. */
export function markUnused(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
  unused: boolean,
): void {
  const table = kernel.state.capabilities[from] as CapabilityTable;
  if (frameAt(table, slot) < 0)
    return refuse(kernel, server, from, slot, NO_SUCH_SLOT, OP.markUnused);
  const bits = table.slotOrder[slot] as number;
  if ((bits & IN_CONTAINER) !== 0) return refuse(kernel, server, from, slot, IN_USE, OP.markUnused);
  table.slotOrder[slot] = unused ? bits | UNUSED : bits & ~UNUSED;
  if (unused) clientOf(server, from).unused++;
  else reply(kernel, server.id, from, OP.kept, slot, 0, 0, 0, 0);
}

/** Takes up to `count` frames in unused runs, the highest slots first; returns how many. */
export function takeUnused(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
): number {
  if (client.unused === 0) return 0;
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  let taken = 0;
  for (let slot = table.slots - 1; slot >= 0 && taken < count; slot--) {
    if (frameAt(table, slot) < 0) continue;
    const bits = table.slotOrder[slot] as number;
    if ((bits & UNUSED) === 0 || (bits & IN_CONTAINER) !== 0) continue;
    if (isWired(server, client.id, slot)) continue;
    const frames = 1 << orderAt(table, slot);
    if (frames > count - taken) continue;
    observe(kernel, client.id, { kind: 'silent', frames });
    taken += releaseSlot(kernel, server, client, slot, TAKEN);
  }
  // A hint, not a count: marks go with their runs.
  if (taken < count) client.unused = 0;
  return taken;
}
