/**
 * Bad input: what the swap server answers, and the default pager before it. A request comes with the
 * weak capability of a container; the reason stands in `swapped`.
 */

import type { MessageName } from '../../../contracts/messages.ts';
import type { Row } from './row.ts';

/** On any device; tried in `bad-input.test.ts`. */
export const plainReasons: Row['when'] = {
  NO_SUCH_BLOCK: 'a block is beyond the sender’s own extent',
  BUSY: 'as many operations are under way as there are records',
  NO_SUCH_CONTAINER: 'what came along is no weak capability of a container of one run, or has died',
  LOCKED_NOW: 'the container is locked',
  TOO_LONG: 'the container’s longest lock is shorter than the server needs',
  LOCK_LOST: 'the lock ended before the transfer did',
};

/** Of a stack alone; tried in `stacked.test.ts`. */
export const stackReasons = {
  OVER_QUOTA: 'it would be one page more than the sender may have on swap',
  STORE_FULL: 'the layers have no room for it',
  LOST_PAGE: 'the device has lost what was stored, or torn it',
  DEVICE_FAILED: 'the device reports errors, again and again',
} as const;

/** Before a disk server alone; tried in `disk-client.test.ts`. */
const NO_DEVICE = 'the disk server behind is dead';
const { OVER_QUOTA, STORE_FULL, LOST_PAGE, DEVICE_FAILED } = stackReasons;
const { BUSY } = plainReasons as { BUSY: string };

/** By message: when each reason is given; none for `discard`. */
export const swapReasons: Partial<Record<MessageName, Row['when']>> = {
  store: { ...plainReasons, OVER_QUOTA, STORE_FULL, DEVICE_FAILED, NO_DEVICE },
  fetch: { ...plainReasons, LOST_PAGE, DEVICE_FAILED, NO_DEVICE },
  exchange: { ...plainReasons, ...stackReasons, NO_DEVICE },
  discard: {},
  flushSwap: {
    BUSY,
    STORE_FULL: 'pages that wait cannot be written: there is no room below',
    DEVICE_FAILED: 'pages that wait cannot be written: the device reports errors',
  },
  swapStat: {},
  getQuotas: {
    CONTROL_TAKEN: 'the capability is in living hands, or quotas are nobody’s to set here',
    NO_PLACE: 'the sender’s table has no place for it',
  },
  setQuota: {
    NO_SUCH_CONTROL: 'the capability is not the present one to quotas',
    NO_SUCH_TASK: 'the task has no pages of its own there',
  },
};
