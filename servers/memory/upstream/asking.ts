/**
 * Asking: how a stacked server comes by its contract and its frames. One request at a time, the
 * largest run first and half of it when that is refused; each frame in a slot of its own, so that
 * they can go back one by one and yet make large runs below. What is guaranteed it asks for at once,
 * and at the end singly and with patience (`allocate` waits); extras only when a client lacks one.
 */

import { OP } from '../../../contracts/messages.ts';
import { type CapabilityTable, frameAt } from '../../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../../nucleus/clock.ts';
import { send } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { giveBackRun } from '../../../sim-hw/frames.ts';
import type { MemoryServerState } from '../state.ts';
import { TIMER_UPSTREAM, timerWord } from '../timers.ts';
import { NO_SLOT, NOT_ASKED, type UpstreamState } from './upstream.ts';

/** Extras asked for at a time, as an order: one a request would cost four messages each. */
const EXTRAS_ORDER = 4;

/** Proposes the contract with the server above: at its start, and whenever it has lost it. */
export function proposeUpstream(
  kernel: Kernel,
  server: MemoryServerState,
  { port, wish }: UpstreamState,
): void {
  send(kernel, server.id, port, OP.contract, wish.guaranteed, wish.extra, 0, 0, 0);
}

/** It was refused, or ran out: it is proposed again after a while. */
export function proposeLater(kernel: Kernel, server: MemoryServerState): void {
  const at = termNow(kernel) + server.terms.graceShrink;
  timerAt(kernel, at, server.id, timerWord(TIMER_UPSTREAM, 0));
}

/** The while is over: a contract, or the rest of what it guarantees. */
export function askAgain(kernel: Kernel, server: MemoryServerState, up: UpstreamState): void {
  if (up.guaranteed + up.extra === 0) proposeUpstream(kernel, server, up);
  else askForFrames(kernel, server, up);
}

/** Whether frames that it is guaranteed are on their way: who waits for them is not refused. */
export function isFilling({ ledger }: MemoryServerState, up: UpstreamState): boolean {
  return ledger.frames < up.guaranteed;
}

/** Asks for what is still guaranteed to it, or wanted by its clients, and not there. */
export function askForFrames(kernel: Kernel, server: MemoryServerState, up: UpstreamState): void {
  if (up.asked !== NOT_ASKED || up.owed > 0 || termNow(kernel) < up.notBefore) return;
  const { frames } = server.ledger;
  const within = up.guaranteed - frames;
  const room = within > 0 ? within : Math.min(up.wanted, up.guaranteed + up.extra - frames);
  if (room <= 0) return;
  while (1 << up.order > room) up.order--;
  up.asked = Math.max(0, up.order);
  const patient = up.order < 0;
  const op = patient ? OP.allocate : OP.reserveRun;
  if (!send(kernel, server.id, up.port, op, up.asked, 0, 0, 0, 0)) up.asked = NOT_ASKED;
}

/** A client was refused an extra since no frame is free: from now on more are wanted. */
export function wantExtras(kernel: Kernel, server: MemoryServerState, frames: number): void {
  const up = server.upstream;
  if (up === null || up.asked !== NOT_ASKED || termNow(kernel) < up.notBefore) return;
  up.wanted = Math.max(frames, 1 << EXTRAS_ORDER);
  up.order = Math.min(up.pool.buddy.orderMax, 31 - Math.clz32(up.wanted));
  askForFrames(kernel, server, up);
}

/** A run of 2^order frames has come, in as many slots from `slot` on. */
export function framesCame(
  kernel: Kernel,
  server: MemoryServerState,
  up: UpstreamState,
  slot: number,
  order: number,
): void {
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  up.asked = NOT_ASKED;
  for (let at = slot; at < slot + (1 << order); at++) {
    // The server above may have taken it again meanwhile, and granted the slot anew.
    const frame = frameAt(table, at);
    if (frame < 0 || up.slotOf[frame] !== NO_SLOT) continue;
    up.slotOf[frame] = at;
    server.ledger.frames++;
    up.wanted = Math.max(0, up.wanted - 1);
    // From here on the pool's: what it held is nobody's own [MEM4].
    giveBackRun(up.pool, frame, 0);
  }
}

/** A request for frames was refused: half of it next time; of extras none for a while. */
export function framesRefused(kernel: Kernel, server: MemoryServerState, up: UpstreamState): void {
  const wasPatient = up.order < 0;
  up.asked = NOT_ASKED;
  up.order--;
  if (up.order >= 0) return;
  if (server.ledger.frames < up.guaranteed && !wasPatient) return;
  up.order = 0;
  up.wanted = 0;
  up.notBefore = termNow(kernel) + server.terms.graceExtra;
  if (server.ledger.frames < up.guaranteed)
    timerAt(kernel, up.notBefore, server.id, timerWord(TIMER_UPSTREAM, 0));
}
