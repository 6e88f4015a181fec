/**
 * Parking: requests that wait in a layer which keeps pages in memory: stores for a frame, flushes until
 * all that was in memory has been written. While a flush waits, stores wait behind it.
 */

import { finish, type Stack } from '../stack/stack.ts';
import { flushBelow } from './below.ts';

export interface Parking {
  readonly stores: number[];
  readonly flushes: number[];
}

export function createParking(): Parking {
  return { stores: [], flushes: [] };
}

/** Somebody waits for pages to be written. */
export function isAwaited({ stores, flushes }: Parking): boolean {
  return stores.length > 0 || flushes.length > 0;
}

/** What was to be written cannot be: whoever waits for it hears why. */
export function refuseParked(stack: Stack, { stores, flushes }: Parking, reason: number): void {
  for (const number of flushes.splice(0)) finish(stack, number, reason);
  for (const number of stores.splice(0)) finish(stack, number, reason);
}

/** All is written: the flushes go on below; false: there are none. */
export function passFlushes(stack: Stack, node: number, { flushes }: Parking): boolean {
  if (flushes.length === 0) return false;
  for (const number of flushes.splice(0)) flushBelow(stack, node, number);
  return true;
}
