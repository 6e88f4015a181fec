/** Bad input: what a virtual memory server answers. Tried in `test/servers/central/mach/vm-server.test.ts`. */

import type { MessageName } from '../../../contracts/messages.ts';
import type { Row } from './row.ts';

const NO_SUCH_TASK = 'the sender has no such capability, or its address space has ended';
const BUSY = 'the space is on loan to a child';
const NO_SUCH_PAGE = 'a page of the range is not there';
const NO_SUCH_OBJECT = 'the sender has no such capability, or the object has ended';
const NO_SUCH_MEMORY = 'the sender has no such capability, or the memory is not under way any more';
const NO_FREE_FRAMES = 'pages have to be copied at once, and do not fit into memory and swap';

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
    NO_FREE_FRAMES,
  },
  vmRead: {
    NO_SUCH_TASK: 'the same, of either space',
    BUSY: 'either space is on loan to a child',
    NO_SUCH_PAGE,
    NO_RIGHT: 'a page may not be read',
    NO_PLACE: 'the other space has no hole that large',
    NO_FREE_FRAMES,
  },
  vmObject: {
    OVER_QUOTA: 'more pages than one task may have in objects',
    STORE_FULL: 'swap has no room for them',
    NO_PLACE: 'the sender’s table has no place',
  },
  vmObjectEnd: { NO_SUCH_OBJECT },
  vmMap: {
    NO_SUCH_TASK,
    BUSY,
    NO_SUCH_OBJECT,
    NO_SUCH_PAGE: 'the object is not that long',
    NO_PLACE: 'something is there, or there is no hole that large',
    NO_FREE_FRAMES,
  },
  vmTake: {
    NO_SUCH_TASK,
    BUSY,
    NO_SUCH_PAGE: 'a page of the range is not there, or none of the space',
    NO_RIGHT: 'a page may not be read',
    NO_PLACE: 'the sender’s table has no place, or as much of what it took is under way as may be',
    NO_FREE_FRAMES,
  },
  vmReceive: {
    NO_SUCH_TASK,
    BUSY,
    NO_SUCH_MEMORY,
    NO_PLACE: 'something is there, or there is no hole that large',
  },
  vmWrite: {
    NO_SUCH_TASK,
    BUSY,
    NO_SUCH_MEMORY,
    NO_SUCH_PAGE,
    NO_RIGHT: 'a page to be written over may not be written',
    NO_FREE_FRAMES:
      'what is wired or of a memory object is written page by page, and memory is short',
  },
  vmDrop: { NO_SUCH_MEMORY },
  vmWire: {
    NO_SUCH_TASK,
    BUSY,
    NO_SUCH_PAGE,
    NO_RIGHT: 'a page may not be read',
    OVER_WIRED: 'more would be wired in the spaces of their maker than may be',
    NO_FREE_FRAMES: 'the range does not fit into memory',
  },
  vmRegions: { NO_SUCH_TASK, BUSY, NO_SUCH_PAGE: 'nothing is there, or after it' },
  vmMachineAttribute: { NO_SUCH_TASK, BUSY },
  vmStatistics: { NO_SUCH_TASK },
};
