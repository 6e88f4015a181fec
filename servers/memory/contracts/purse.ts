/**
 * Purse: what frames cost whoever holds them, where the terms name a price (V++'s memory market,
 * Harty and Cheriton 1992: income, a charge per frame and time, no borrowing on an empty purse).
 *
 *   left = budget + income x time - price x frames held x time
 *
 * The sum of frames x ticks is exact up to 2^53; what is left is worked out when somebody asks. An empty purse
 * borrows no extras [CON27]; what is guaranteed is paid for, and kept, whatever is in it. Under the
 * arbiter market the price follows demand, and ticks count as often as it is higher (rent.ts). Left
 * out: interest, trade among clients.
 */

import { OP } from '../../../contracts/messages.ts';
import { termNow } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { purseOf } from '../client.ts';
import { type Client, clientOf, type MemoryServerState } from '../state.ts';
import { pricedTicks } from './rent.ts';

/** Ticks that a price and an income are for: a second, or a million references. */
const SECOND_NS = 1_000_000_000;
const MILLION = 1_000_000;

/** Gives a client a purse: credits at once, and so many a second (or a million references). */
export function fillPurse(client: Client, budget: number, income: number): void {
  const purse = purseOf(client);
  purse.budget = budget;
  purse.income = income;
}

/** Books what the client has held so far; called before what it holds changes. */
export function chargeHeld(kernel: Kernel, server: MemoryServerState, client: Client): void {
  const now = pricedTicks(kernel, server);
  const purse = purseOf(client);
  purse.frameTicks += client.held * (now - purse.chargedAt);
  purse.chargedAt = now;
}

/** Credits charged so far. */
export function chargedTo(kernel: Kernel, server: MemoryServerState, client: Client): number {
  const { held, purse } = client;
  if (purse === null) return 0;
  const ticks = purse.frameTicks + held * (pricedTicks(kernel, server) - purse.chargedAt);
  return Math.floor((ticks * (server.terms.price ?? 0)) / unitOf(kernel));
}

/** Credits left; below 0 the purse is empty. */
export function leftIn(kernel: Kernel, server: MemoryServerState, client: Client): number {
  const { purse } = client;
  if (purse === null) return Number.POSITIVE_INFINITY;
  const earned = Math.floor((purse.income * termNow(kernel)) / unitOf(kernel));
  return purse.budget + earned - chargedTo(kernel, server, client);
}

/** Credits that it can spend in a second to come: what is left, and its income; 0: none. */
export function creditOf(kernel: Kernel, server: MemoryServerState, client: Client): number {
  const left = leftIn(kernel, server, client);
  return left > 0 ? left + (client.purse?.income ?? 0) : 0;
}

/** True when the client may borrow: there is no price, or something is left to pay it. */
export function canPay(kernel: Kernel, server: MemoryServerState, client: Client): boolean {
  return (server.terms.price ?? 0) === 0 || leftIn(kernel, server, client) > 0;
}

/** Tells a client how much is left, and what it has been charged. */
export function tellPurse(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  const empty = canPay(kernel, server, client) ? 0 : 1;
  const charged = chargedTo(kernel, server, client);
  reply(kernel, server.id, from, OP.purseIs, tag, empty, 0, 0, charged);
}

function unitOf({ state }: Kernel): number {
  return state.countsReferences ? MILLION : SECOND_NS;
}
