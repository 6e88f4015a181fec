/**
 * Pressure stream: of the contract events of a run (event-stream.ts), how each task fares, as the
 * policy server tells it every period. A library user subscribes to it.
 */

import { filter, type Observable } from 'rxjs';
import type { ContractEvent, ContractEvents, PressureEvent } from '../../contracts/events.ts';

/** Of all tasks, or of the one named. */
export function pressureOf(events: ContractEvents, task?: string): Observable<PressureEvent> {
  return events.pipe(
    filter((event: ContractEvent): event is PressureEvent => event.kind === 'pressure'),
    filter((event) => task === undefined || event.task === task),
  );
}
