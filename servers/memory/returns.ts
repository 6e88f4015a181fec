/** Returns: what a client gives back counts towards the notice that runs [REV2]. */

import type { Kernel } from '../../nucleus/kernel.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { observe } from './answers.ts';
import type { Client } from './state.ts';

/** The client has returned `frames`. */
export function returned(kernel: Kernel, client: Client, frames: number): void {
  const late = client.inDefault;
  client.inDefault = false;
  const due = client.noticed;
  client.noticed = Math.max(0, due - frames);
  observe(kernel, client.id, { kind: 'return', frames, outstanding: client.noticed, late });
  if (due === 0 || client.noticed > 0) return;
  client.noticeSerial++;
  (kernel.state.tasks[client.id] as TaskState).revocationsMet++;
  observe(kernel, client.id, { kind: 'met' });
}
