/**
 * Penalties: what befalls a client that has not returned what a notice asked for by its deadline.
 *
 *   none        the miss is counted; it is asked no more until it returns something  [REV6]
 *   karma       half was enough; less, and what is due is taken, and it is not asked  [REV11-13]
 *               politely the next `karmaBad` times (Viengoos)
 *   repossess   what is due is taken, the server's choice, never below G              [REV5]
 *   drop        all it holds is taken (Walfield: everything is dropped)               [REV14]
 *   kill        it is killed, and death frees everything                              [REV7]
 *
 * Whatever is taken is told, run by run, with whether it had been written to.
 */

import { OP } from '../../../contracts/messages.ts';
import {
  type CapabilityTable,
  frameAt,
  IN_CONTAINER,
  orderAt,
} from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { killServer, killTask } from '../../../nucleus/life.ts';
import { dropMappingsOfFrame, wasModified } from '../../../nucleus/memory-map.ts';
import { TAKEN } from '../../../nucleus/probe.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import { observe } from '../answers.ts';
import { breakContainersOf } from '../containers/containers.ts';
import { reclaimFrom, releaseSlot } from '../containers/custody.ts';
import { takePages } from '../containers/page-losses.ts';
import { buryClient } from '../death.ts';
import type { Client, MemoryServerState } from '../state.ts';
import { isWired } from '../wiring.ts';
import { takeTables } from './table-losses.ts';
import { reconsider } from './victims.ts';

const NO_SLOT = -1;

/** `outstanding` frames were not returned. */
export function punish(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  outstanding: number,
): void {
  const { penalty, karmaBad } = server.terms;
  observe(kernel, client.id, { kind: 'penalty', penalty, frames: outstanding });
  switch (penalty) {
    case 'none':
      client.inDefault = true;
      return reconsider(server, client);
    case 'karma':
      client.karma = karmaBad;
      return takeDue(kernel, server, client, outstanding);
    case 'repossess':
      return takeDue(kernel, server, client, outstanding);
    case 'drop':
      return take(kernel, server, client, client.held, true);
    case 'kill':
      killHolder(kernel, client.id);
      buryClient(kernel, server, client.id);
  }
}

/** A client that is a server itself ends as servers do. */
function killHolder(kernel: Kernel, id: number): void {
  if ((kernel.state.tasks[id] as TaskState).space < 0) killServer(kernel, id);
  else killTask(kernel, id);
}

/** Takes what is due; a guarantee that has grown since the notice stands [CON3]. */
export function takeDue(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
): void {
  const excess = Math.max(0, client.held - client.guaranteed);
  take(kernel, server, client, Math.min(count, excess), false);
  reconsider(server, client);
}

/**
 * Takes `count` frames: runs outside containers from the highest slot down, then the rest; wired
 * ones only if asked for (all is due then, and beyond the guarantee there is enough else [MEM12]).
 * A run goes whole: one that is more than is due goes only where no smaller one is left.
 */
function take(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
  evenWired: boolean,
): void {
  let left = takeRuns(kernel, server, client, count, evenWired);
  if (left > 0) left = takePages(kernel, server, client, left, true);
  if (left > 0) {
    breakContainersOf(kernel, server, client.id);
    left = takeRuns(kernel, server, client, left, evenWired);
  }
  if (left > 0) left = takePages(kernel, server, client, left, false);
  const slot = left > 0 ? smallestRun(kernel, server, client, evenWired) : NO_SLOT;
  if (slot !== NO_SLOT) return takeRun(kernel, server, client, slot, 0);
  if (left === 0 || kernel.state.tables === null) return;
  left = takeTables(kernel, server, client, left);
  // Page tables that wired frames keep in use: no deadline waits for a wire [MEM17].
  if (left > 0 && !evenWired) take(kernel, server, client, left, true);
}

/** Takes runs in no container that are not more than is due; returns how many frames still are. */
function takeRuns(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
  evenWired: boolean,
): number {
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  let left = count;
  for (let slot = table.slots - 1; slot >= 0 && left > 0; slot--) {
    if (!mayTake(server, table, client, slot, evenWired)) continue;
    const frames = 1 << orderAt(table, slot);
    if (frames > left) continue;
    left -= frames;
    takeRun(kernel, server, client, slot, left);
  }
  return left;
}

function mayTake(
  server: MemoryServerState,
  table: CapabilityTable,
  client: Client,
  slot: number,
  evenWired: boolean,
): boolean {
  if (frameAt(table, slot) < 0) return false;
  if (((table.slotOrder[slot] as number) & IN_CONTAINER) !== 0) return false;
  return evenWired || !isWired(server, client.id, slot);
}

/** Takes the run in `slot` and tells its loss; `left`: frames that are due after it. */
function takeRun(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  slot: number,
  left: number,
): void {
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  const frame = frameAt(table, slot);
  reclaimFrom(kernel, client.id, frame, orderAt(table, slot));
  const entry = server.planted === 'grant-mapped-frame' ? 0 : dropMappingsOfFrame(kernel, frame);
  const modified = wasModified(entry) ? 1 : 0;
  const frames = releaseSlot(kernel, server, client, slot, TAKEN);
  observe(kernel, client.id, { kind: 'loss', frames, modified: modified === 1 });
  reply(kernel, server.id, client.id, OP.loss, slot, left, modified, 0, 0);
}

/** The slot of the smallest run that may be taken, the highest of these, or NO_SLOT. */
function smallestRun(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  evenWired: boolean,
): number {
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  let smallest = NO_SLOT;
  for (let slot = table.slots - 1; slot >= 0; slot--) {
    if (!mayTake(server, table, client, slot, evenWired)) continue;
    if (smallest === NO_SLOT || orderAt(table, slot) < orderAt(table, smallest)) smallest = slot;
  }
  return smallest;
}
