/**
 * Donated time: a server works on the time of whoever asked it. While it goes through messages one
 * by one the nucleus sees to that; a server that puts requests into an order of its own takes each
 * of them up again on the account that it came with (`Message.account`), so that whoever works for
 * it in turn knows on whose behalf. A client's own thread always pays for itself.
 *
 * Left out: a proof that the server was asked (in L4 the reply capability would be one).
 */

import type { Kernel } from './kernel.ts';
import type { TaskState } from './tasks.ts';

/** From here on, until its step is over, `server` works on the time of `account`. */
export function workFor(kernel: Kernel, server: number, account: number): void {
  const { state } = kernel;
  if ((state.tasks[server] as TaskState).space < 0) state.account = account;
}
