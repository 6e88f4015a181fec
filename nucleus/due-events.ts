/** Due events: what devices and timers have for the CPU that looks, each followed by its messages. */

import { peekTime } from '../sim-hw/event-queue.ts';
import { charge, fireEvent, termNow } from './clock.ts';
import { deliverInTurn } from './ipc.ts';
import { DEVICE_DONE, type Kernel, TIMER } from './kernel.ts';
import { TRAP } from './tasks.ts';

/** Events of one decision, so that whoever counts decisions sees events that beget events. */
const EVENTS_MAX = 64;

/** Hands out what is due; false when there may be more. */
export function fireDueEvents(kernel: Kernel): boolean {
  const { state } = kernel;
  for (let fired = 0; fired < EVENTS_MAX; fired++) {
    const device = peekTime(state.deviceEvents);
    const timer = peekTime(state.timers);
    // On one clock what was due first happens first: a lock may end just before its transfer.
    const timerFirst = !state.countsReferences && timer < device;
    if (device <= state.nowNs && !timerFirst) {
      fireEvent(kernel, state.deviceEvents, DEVICE_DONE);
      charge(kernel, TRAP, kernel.costs.trapNs);
    } else if (timer <= termNow(kernel)) fireEvent(kernel, state.timers, TIMER);
    else return true;
    deliverInTurn(kernel);
  }
  return false;
}
