/** Bad input: what the disk server answers; of a transfer the reason stands in `diskDone`. */

import type { MessageName } from '../../../contracts/messages.ts';
import type { Row } from './row.ts';

const when: Row['when'] = {
  NO_SUCH_BLOCK: 'a block is beyond the sender’s own partitions',
  BUSY: 'as many requests of the account that pays are there as one may have',
  NO_SUCH_CONTAINER: 'what came along is no weak capability, or has died',
  LOCKED_NOW: 'the container is locked, or one of its pages by another one',
  TOO_LONG: 'the container’s longest lock is shorter than the server needs',
  LOCK_LOST: 'the lock ended before the transfer did, or there is no such page',
  DEVICE_FAILED: 'the device cannot read or write a block',
  LOST_PAGE: 'a block is not what it was when it was written',
};
const { NO_SUCH_BLOCK, BUSY } = when as Record<string, string>;

/** By message: when each reason is given; none for `diskFlush`. */
export const diskReasons: Partial<Record<MessageName, Row['when']>> = {
  diskContract: { NOT_ADMITTED: 'the shares of all contracts would be more than may be promised' },
  renewDisk: { NO_CONTRACT: 'the sender has none' },
  diskRead: when,
  diskWrite: when,
  diskExchange: when,
  diskFlush: {},
  diskDiscard: {},
  diskMove: { NO_SUCH_BLOCK, BUSY },
};
