/**
 * Holding: what a client holds changes. The one place where the ledger, the purse, the policy
 * server's table, what is drawn on a child contract, the order of victims and the task's own count
 * learn of it.
 */

import type { Kernel } from '../../nucleus/kernel.ts';
import { changeFramesHeld, type TaskState } from '../../nucleus/tasks.ts';
import { OWN, settleDraw } from './contracts/child-contract.ts';
import { tellAllocated } from './contracts/policy.ts';
import { chargeHeld } from './contracts/purse.ts';
import { addHeld } from './ledger.ts';
import { reconsider } from './revocation/victims.ts';
import type { Client, MemoryServerState } from './state.ts';
import { trimWires } from './wiring.ts';

/** `client` holds `frames` more; below 0: fewer. */
export function changeHeld(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  frames: number,
): void {
  if (server.terms.price !== undefined && server.planted !== 'purse-forgets')
    chargeHeld(kernel, server, client);
  addHeld(server.ledger, client, frames);
  tellAllocated(server, client);
  if (frames < 0 && client.child !== OWN) {
    settleDraw(server, client);
    trimWires(kernel, server, client);
  }
  reconsider(server, client);
  changeFramesHeld(kernel.state.tasks[client.id] as TaskState, frames, kernel.state.nowNs);
}
