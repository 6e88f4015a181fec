/**
 * Rent: under the arbiter market the price of a frame follows demand (V++'s memory market, Harty and
 * Cheriton 1992, where frames cost nothing while nobody wants them; Nisan's excess-demand rule in its
 * simplest form).
 *
 *   a period in which somebody wanted an extra and none was free: an eighth more, at least one
 *   a period in which nobody did: an eighth less, down to the price of the terms
 *
 * The price is kept as eighths of the terms' price, and time is counted as often as the price is
 * higher: a purse then multiplies by the terms' price alone (purse.ts). It is brought up to date
 * whenever somebody asks, so no timer runs for it. Left out: a price of 0 while memory is idle.
 */

import { periodOf } from '../../../contracts/terms.ts';
import { termNow } from '../../../nucleus/clock.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { MemoryServerState } from '../state.ts';

/** The price of the terms, in eighths of it; and the highest price, in the same. */
export const PRICE_LEAST = 8;
export const PRICE_MAX = 8 * 1024;

export interface Rent {
  /** In eighths of the price of the terms. */
  price: number;
  /** Somebody has wanted an extra in this period, and none was free. */
  demand: boolean;
  /** Ticks up to `since`, each counted as often as the price was higher; this period's end. */
  ticks: number;
  since: number;
  periodEnd: number;
}

export function createRent(period: number): Rent {
  return { price: PRICE_LEAST, demand: false, ticks: 0, since: 0, periodEnd: period };
}

/** Somebody wants an extra, and none is free. */
export function noteDemand(kernel: Kernel, server: MemoryServerState, rent: Rent): void {
  bringUpToDate(rent, termNow(kernel), periodOf(server.terms));
  rent.demand = true;
}

/** Now on a clock that runs faster where the price is higher: what purses are charged by. */
export function pricedTicks(kernel: Kernel, server: MemoryServerState): number {
  const now = termNow(kernel);
  const rent = server.turns?.rent ?? null;
  if (rent === null) return now;
  bringUpToDate(rent, now, periodOf(server.terms));
  return rent.ticks + ((now - rent.since) * rent.price) / PRICE_LEAST;
}

function bringUpToDate(rent: Rent, now: number, period: number): void {
  while (now >= rent.periodEnd) {
    // At the least price, and quiet: all periods until now are alike.
    const isQuiet = rent.price === PRICE_LEAST && !rent.demand;
    const periods = isQuiet ? Math.floor((now - rent.periodEnd) / period) : 0;
    const end = rent.periodEnd + periods * period;
    rent.ticks += ((end - rent.since) * rent.price) / PRICE_LEAST;
    rent.since = end;
    rent.periodEnd = end + period;
    rent.price = nextPrice(rent);
    rent.demand = false;
  }
}

function nextPrice({ price, demand }: Rent): number {
  const step = price >> 3;
  return demand ? Math.min(PRICE_MAX, price + step) : Math.max(PRICE_LEAST, price - step);
}
