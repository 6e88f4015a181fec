/**
 * Event stream: contract events of a run as an RxJS stream, for `--events` and for library users.
 *
 * Notifications only: nothing in a run depends on who listens, and a listener that throws is cut
 * off without harm to the run or to the others.
 */

import { Subject } from 'rxjs';
import type { ContractEvent, ContractEvents } from '../../contracts/events.ts';

export interface EventStream {
  /** Subscribe before the run; completes with it. */
  readonly events: ContractEvents;
  /** What `CompareOptions.events` takes. */
  readonly push: (events: readonly ContractEvent[]) => void;
  readonly complete: () => void;
  /** Calls `listener` for each event, until it throws; then `failed` is told, once. */
  readonly listen: (
    listener: (event: ContractEvent) => void,
    failed: (error: unknown) => void,
  ) => void;
}

export function createEventStream(): EventStream {
  const subject = new Subject<ContractEvent>();
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
