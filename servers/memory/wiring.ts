/**
 * Wiring: a client has frames that the server may not choose when it repossesses, for a bounded
 * time (the nailed frames of Nemesis, Hand 1999; Mach's wired memory, with a limit).
 *
 *   held --wire(duration)--> wired --unwire / time limit / returned / taken with its owner--> held
 *              ^---- again: until now + duration ----'
 *
 * Wired frames count inside the guarantee: at most `wiredMax` of it [MEM10]. So whatever is due
 * beyond the guarantee is always among the frames that are not wired, and revocation ends by every
 * deadline [MEM12]. Where a guarantee falls, what is wired beyond its share is unwired with it.
 */

import { OP } from '../../contracts/messages.ts';
import { NO_SUCH_SLOT, OVER_WIRED, TOO_LONG } from '../../contracts/refusals.ts';
import { type CapabilityTable, frameAt, orderAt } from '../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { reply } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { refuse } from './answers.ts';
import type { Client, MemoryServerState, Wiring } from './state.ts';
import { clientOf } from './state.ts';
import { later, TIMER_WIRES, timerWord } from './timers.ts';

export function wire(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
  duration: number,
  tag: number,
): void {
  const table = kernel.state.capabilities[from] as CapabilityTable;
  if (frameAt(table, slot) < 0) return refuse(kernel, server, from, tag, NO_SUCH_SLOT, OP.wire);
  if (duration > (server.terms.wiredTimeMax ?? 0))
    return refuse(kernel, server, from, tag, TOO_LONG, OP.wire);
  const more = isWired(server, from, slot) ? 0 : 1 << orderAt(table, slot);
  const wired = (server.wirings[from]?.frames ?? 0) + more;
  if (wired > wiredLimit(server, clientOf(server, from)))
    return refuse(kernel, server, from, tag, OVER_WIRED, OP.wire);
  const wiring = wiringOf(server, from, slot);
  wiring.frames = wired;
  const until = later(termNow(kernel), duration);
  wiring.until[slot] = until;
  armWireTimer(kernel, server, until);
  reply(kernel, server.id, from, OP.wired, tag, slot, 0, 0, until);
}

export function unwire(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
): void {
  if (!isWired(server, from, slot))
    return refuse(kernel, server, from, slot, NO_SUCH_SLOT, OP.unwire);
  forgetWire(kernel, server, from, slot);
}

/** Whether the run in a client's slot may not be taken. */
export function isWired(server: MemoryServerState, id: number, slot: number): boolean {
  const wiring = server.wirings[id];
  return wiring !== null && wiring !== undefined && (wiring.until[slot] ?? NEVER) !== NEVER;
}

/** The run in a slot is wired no more, for whatever reason; before it leaves the slot. */
export function forgetWire(
  kernel: Kernel,
  server: MemoryServerState,
  id: number,
  slot: number,
): void {
  const wiring = server.wirings[id];
  if (wiring === null || wiring === undefined || !isWired(server, id, slot)) return;
  wiring.until[slot] = NEVER;
  wiring.frames -= 1 << orderAt(kernel.state.capabilities[id] as CapabilityTable, slot);
}

/** Ends every wire whose time limit has come [MEM11]; sets the timer for the next. */
export function expireWires(kernel: Kernel, server: MemoryServerState): void {
  const now = termNow(kernel);
  let next = Number.POSITIVE_INFINITY;
  server.wireTimerAt = Number.POSITIVE_INFINITY;
  for (const [id, wiring] of server.wirings.entries()) {
    if (wiring === null || wiring.frames === 0) continue;
    for (let slot = 0; slot < wiring.until.length; slot++) {
      const until = wiring.until[slot] as number;
      if (until === NEVER) continue;
      if (until > now) next = Math.min(next, until);
      else endWire(kernel, server, id, slot);
    }
  }
  if (next !== Number.POSITIVE_INFINITY) armWireTimer(kernel, server, next);
}

/** A guarantee has fallen: what is wired beyond its share is unwired, the highest slot first. */
export function trimWires(kernel: Kernel, server: MemoryServerState, client: Client): void {
  const wiring = server.wirings[client.id];
  if (wiring === null || wiring === undefined) return;
  const limit = wiredLimit(server, client);
  for (let slot = wiring.until.length - 1; slot >= 0 && wiring.frames > limit; slot--)
    if (isWired(server, client.id, slot)) endWire(kernel, server, client.id, slot);
}

/** Frames a client may have wired now. */
export function wiredLimit({ terms, planted }: MemoryServerState, client: Client): number {
  if (planted === 'wire-without-limit') return Number.POSITIVE_INFINITY;
  return Math.floor((terms.wiredMax ?? 0) * client.guaranteed);
}

/** Not by its owner's wish, who is told. */
function endWire(kernel: Kernel, server: MemoryServerState, id: number, slot: number): void {
  forgetWire(kernel, server, id, slot);
  reply(kernel, server.id, id, OP.unwired, slot, 0, 0, 0, 0);
}

/** One timer runs for all wires: at the earliest limit, or earlier. */
function armWireTimer(kernel: Kernel, server: MemoryServerState, at: number): void {
  if (at >= server.wireTimerAt) return;
  server.wireTimerAt = at;
  timerAt(kernel, at, server.id, timerWord(TIMER_WIRES, 0));
}

/** Of a slot that is not wired; every moment is later. */
const NEVER = -1;

/** The wiring of a client, with room for `slot`. Grown by an eighth, as its table is. */
function wiringOf(server: MemoryServerState, id: number, slot: number): Wiring {
  const { wirings } = server;
  while (wirings.length <= id) wirings.push(null);
  const known = wirings[id] ?? { until: new Float64Array(0), frames: 0 };
  if (slot >= known.until.length) {
    const until = new Float64Array(slot + 16 + (slot >>> 3)).fill(NEVER);
    until.set(known.until);
    known.until = until;
  }
  wirings[id] = known;
  return known;
}
