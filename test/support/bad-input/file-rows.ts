/** Bad input: what file servers and pipes answer; of a transfer the reason stands in `fileDone`. */

import type { MessageName } from '../../../contracts/messages.ts';
import type { Row } from './row.ts';

const NO_FILE = 'the sender has no such handle, or its file was removed';
const FAILED = 'the device has failed a commit: nothing is changed any more';
const RECORDS = 'no room for another record until a commit is over; it has begun';

const read: Row['when'] = {
  NO_SUCH_FILE: NO_FILE,
  BUSY: 'as many requests of the sender’s, or of all, are under way as there may be',
  NO_SUCH_CONTAINER: 'what came along is no weak capability, or has died',
  NO_SUCH_PAGE: 'a page of the container is missing',
  LOCKED_NOW: 'the container is locked, or one of its pages by another one',
  TOO_LONG: 'the container’s longest lock is shorter than the server needs',
  TAMPERED: 'the container was changed after the server had looked at it',
  OVER_CONTRACT: 'a page of the container shares its frame, and the client has no room for another',
  NO_FREE_FRAMES: 'a page of the container shares its frame, and none is free',
  LOCK_LOST: 'the lock ended before the device did',
  DEVICE_FAILED: 'the device cannot read a block; the pages before it are there',
};

const pipe: Row['when'] = {
  BUSY: 'somebody else waits at that end',
  NO_SUCH_CONTAINER: 'what came along is no weak capability, or has died',
  LOCKED_NOW: 'one of the containers is locked, or a page by another one',
  TOO_LONG: 'where the pipe copies: the reader’s longest lock is shorter than that needs',
  OVER_CONTRACT: 'the reader has no room for frames of its own, or for the writer’s pages',
  NO_FREE_FRAMES: 'where the pipe copies: no frame is free',
};

/** By message: when each reason is given. */
export const fileReasons: Partial<Record<MessageName, Row['when']>> = {
  openFile: {
    NO_SUCH_FILE: 'no file has that name, and none was to be made',
    NO_PLACE: 'there are as many files as there may be, or handles of the sender’s or of all',
    BUSY: RECORDS,
    DEVICE_FAILED: FAILED,
  },
  closeFile: { NO_SUCH_FILE: 'the sender has no such handle' },
  readFile: read,
  writeFile: {
    ...read,
    BUSY: 'as many requests are under way as there may be; or a commit has to be over first',
    DEVICE_FAILED: 'the device cannot write a block, or has failed a commit',
    DISK_FULL: 'too few blocks are free, or the table has no room for another run',
    FILE_TOO_LONG: 'the file would have more than 2^24 pages',
  },
  truncateFile: {
    NO_SUCH_FILE: NO_FILE,
    FILE_TOO_LONG: 'more than 2^24 pages',
    BUSY: RECORDS,
    DEVICE_FAILED: FAILED,
  },
  syncFile: {
    NO_SUCH_FILE: NO_FILE,
    BUSY: 'as many requests are under way as there may be',
    DEVICE_FAILED: 'the device could not make it durable',
  },
  mapFile: { NO_SUCH_FILE: NO_FILE },
  rangeFrom: { NO_SUCH_FILE: NO_FILE },
  copyRange: {
    NO_SUCH_FILE: 'the sender has no such handle, of either file, or has named no range',
    DISK_FULL: 'the table has no room for another run',
    FILE_TOO_LONG: 'the file would have more than 2^24 pages',
    BUSY: RECORDS,
    DEVICE_FAILED: FAILED,
  },
  listFiles: { NO_SUCH_FILE: 'no file has that number or a higher one' },
  hintFile: { NO_SUCH_FILE: NO_FILE },
  removeFile: { NO_SUCH_FILE: NO_FILE, BUSY: RECORDS, DEVICE_FAILED: FAILED },
  writePipe: pipe,
  readPipe: pipe,
};
