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
import { type CapabilityTable, frameAt, IN_CONTAINER } from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import { type Kernel, TAKEN } from '../../../nucleus/kernel.ts';
import { killTask } from '../../../nucleus/life.ts';
import { dropMappingOfFrame, wasModified } from '../../../nucleus/memory-map.ts';
import { observe } from '../answers.ts';
import { breakContainersOf } from '../containers/containers.ts';
import { releaseSlot } from '../containers/custody.ts';
import { takePages } from '../containers/page-losses.ts';
import { buryClient } from '../death.ts';
import { type Client, GONE, type MemoryServerState } from '../state.ts';
import { isWired } from '../wiring.ts';
import { takeTables } from './table-losses.ts';
import { reconsider } from './victims.ts';

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
      if (client.status === GONE) return;
      killTask(kernel, client.id);
      buryClient(kernel, server, client.id);
  }
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
 */
function take(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
  evenWired: boolean,
): void {
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  let left = count;
  for (const breaking of [false, true]) {
    if (left > 0 && breaking) left = takePages(kernel, server, client, left, true);
    if (left > 0 && breaking) breakContainersOf(kernel, server, client.id);
    for (let slot = table.slots - 1; slot >= 0 && left > 0; slot--) {
      if (frameAt(table, slot) < 0) continue;
      if (((table.slotOrder[slot] as number) & IN_CONTAINER) !== 0) continue;
      if (!evenWired && isWired(server, client.id, slot)) continue;
      const frame = frameAt(table, slot);
      const entry = server.planted === 'grant-mapped-frame' ? 0 : dropMappingOfFrame(kernel, frame);
      const modified = wasModified(entry) ? 1 : 0;
      const frames = releaseSlot(kernel, server, client, slot, TAKEN);
      left -= frames;
      observe(kernel, client.id, { kind: 'loss', frames, modified: modified === 1 });
      reply(kernel, server.id, client.id, OP.loss, slot, Math.max(0, left), modified, 0, 0);
    }
  }
  if (left > 0) left = takePages(kernel, server, client, left, false);
  if (left === 0 || kernel.state.tables === null) return;
  left = takeTables(kernel, server, client, left);
  // Page tables that wired frames keep in use: no deadline waits for a wire [MEM17].
  if (left > 0 && !evenWired) take(kernel, server, client, left, true);
}
