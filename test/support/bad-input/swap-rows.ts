/**
 * Bad input: what the swap server answers, and the default pager before it. A request comes with the
 * weak capability of a container; the reason stands in `swapped`.
 */

import type { MessageName } from '../../../contracts/messages.ts';
import type { Row } from './row.ts';

const when: Row['when'] = {
  NO_SUCH_BLOCK: 'a block is beyond the sender’s own extent',
  BUSY: 'as many operations are under way as there are records',
  NO_SUCH_CONTAINER: 'what came along is no weak capability of a container of one run, or has died',
  LOCKED_NOW: 'the container is locked',
  TOO_LONG: 'the container’s longest lock is shorter than the server needs',
  LOCK_LOST: 'the lock ended before the transfer did',
};

/** By message: when each reason is given; none for `discard`. */
export const swapReasons: Partial<Record<MessageName, Row['when']>> = {
  store: when,
  fetch: when,
  exchange: when,
  discard: {},
};
