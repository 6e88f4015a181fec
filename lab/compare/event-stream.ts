/**
 * Event stream: events of a run as an RxJS stream, for `--events` and for library users: of its
 * contracts, or of every protocol step too (`createEventStream<RunEvent>()`).
 *
 * Notifications only: nothing in a run depends on who listens, and a listener that throws is cut
 * off without harm to the run or to the others.
 */

import { type Observable, Subject } from 'rxjs';
import type { RunEvent } from '../../contracts/event-records.ts';
import type { ContractEvent } from '../../contracts/events.ts';

export interface EventStream<Event extends RunEvent = ContractEvent> {
  /** Subscribe before the run; completes with it. */
  readonly events: Observable<Event>;
  /** What `CompareOptions.events` takes; a method, since it is asked for the level it can take. */
  push(events: readonly Event[]): void;
  readonly complete: () => void;
  /** Calls `listener` for each event, until it throws; then `failed` is told, once. */
  readonly listen: (listener: (event: Event) => void, failed: (error: unknown) => void) => void;
}

export function createEventStream<Event extends RunEvent = ContractEvent>(): EventStream<Event> {
  const subject = new Subject<Event>();
  return {
    events: subject.asObservable(),
    push: (events) => {
      for (const event of events) subject.next(event);
    },
    complete: () => subject.complete(),
    listen: (listener, failed) => {
      const subscription = subject.subscribe((event) => {
        try {
          listener(event);
        } catch (error) {
          subscription.unsubscribe();
          failed(error);
        }
      });
    },
  };
}
