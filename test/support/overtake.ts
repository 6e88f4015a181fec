/**
 * Overtaking: the nucleus delivers in the order sent, the protocol promises that for each channel
 * alone. What was said last is heard first.
 */

import type { Kernel } from '../../nucleus/kernel.ts';
import { newest } from '../../nucleus/messages.ts';

/** Delivers the newest message under way, before all that others have sent. */
export function overtake(kernel: Kernel): void {
  const message = { ...newest(kernel.state.queue) };
  kernel.state.queue.count--;
  kernel.state.account = message.account;
  const { step, state } = kernel.receivers[message.to];
  step(kernel, state, message);
}
