/** Bad input: what a virtual memory server answers. Tried in `test/servers/central/mach/vm-server.test.ts`. */

import type { MessageName } from '../../../contracts/messages.ts';
import type { Row } from './row.ts';

const NO_SUCH_TASK = 'the sender has no such capability, or its address space has ended';
const BUSY = 'the space is on loan to a child';
const NO_SUCH_PAGE = 'a page of the range is not there';

/** By message: when each reason is given. */
export const vmReasons: Partial<Record<MessageName, Row['when']>> = {
  vmCreate: { NO_PLACE: 'the hardware has no space left, or the sender’s table no place' },
  vmFork: {
    NO_SUCH_TASK,
    BUSY,
    NO_PLACE: 'the hardware has no space left, or the sender’s table no place',
    NO_FREE_FRAMES: 'what is copied at once does not fit into memory and swap',
  },
  vmEnd: { NO_SUCH_TASK, BUSY },
  vmAllocate: {
    NO_SUCH_TASK,
    BUSY,
    NO_PLACE: 'something is there, or there is no hole that large',
  },
  vmDeallocate: { NO_SUCH_TASK, BUSY },
  vmProtect: { NO_SUCH_TASK, BUSY, NO_SUCH_PAGE, NO_RIGHT: 'beyond the maximum of a page' },
  vmInherit: { NO_SUCH_TASK, BUSY, NO_SUCH_PAGE },
  vmCopy: {
    NO_SUCH_TASK,
    BUSY,
    NO_SUCH_PAGE,
    NO_RIGHT: 'a page may not be read, or one to be written over may not be written',
  },
  vmRead: {
    NO_SUCH_TASK: 'the same, of either space',
    BUSY: 'either space is on loan to a child',
    NO_SUCH_PAGE,
    NO_RIGHT: 'a page may not be read',
    NO_PLACE: 'the other space has no hole that large',
  },
};
