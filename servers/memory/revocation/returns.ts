/** Returns: what a client gives back counts towards the notice that runs [REV2]. */

import type { Kernel } from '../../../nucleus/kernel.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import { observe } from '../answers.ts';
import { setNoticed } from '../ledger.ts';
import type { Client, MemoryServerState } from '../state.ts';
import { endTurns } from './turns.ts';
import { reconsider } from './victims.ts';

/** The client has returned `frames`. */
export function returned(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  frames: number,
): void {
  const late = client.inDefault;
  client.inDefault = false;
  const due = client.noticed;
  setNoticed(server.ledger, client, Math.max(0, due - frames));
  reconsider(server, client);
  observe(kernel, client.id, { kind: 'return', frames, outstanding: client.noticed, late });
  if (due === 0 || client.noticed > 0) return;
  if (server.turns !== null) endTurns(server.turns, client);
  (kernel.state.tasks[client.id] as TaskState).revocationsMet++;
  observe(kernel, client.id, { kind: 'met' });
}
