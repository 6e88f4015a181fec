/**
 * Refusals: every reason a server may give, and what the asker should do next. They are values in
 * a `refused` or `swapped` message, never exceptions across a server's boundary.
 */

export const DONE = 0;
export const MALFORMED = 1;
export const NO_CONTRACT = 2;
export const NOT_ADMITTED = 3;
export const OVER_CONTRACT = 4;
export const NO_FREE_FRAMES = 5;
export const NO_RUN = 6;
export const NOT_HONOURED = 7;
export const NO_SUCH_SLOT = 8;
export const IN_USE = 9;
export const NO_SUCH_CONTAINER = 10;
export const LOCKED_NOW = 11;
export const TOO_LONG = 12;
export const NO_PLACE = 13;
export const NO_SUCH_BLOCK = 14;
export const LOCK_LOST = 15;
export const BUSY = 16;
export const OVER_WIRED = 17;
export const NO_SUCH_CONTROL = 18;
export const HAS_CONTRACT = 19;
export const CONTROL_TAKEN = 20;
export const NO_SUCH_TASK = 21;
export const EMPTY_PURSE = 22;
export const NO_SUCH_PAGE = 23;
export const NOT_SEALED = 24;
export const NOT_ALIKE = 25;
export const OVER_METADATA = 26;
export const NOT_ASKED = 27;
export const NO_SUCH_FILE = 28;
export const DISK_FULL = 29;
export const FILE_TOO_LONG = 30;
export const DEVICE_FAILED = 31;
export const TAMPERED = 32;
export const LOST_PAGE = 33;
export const STORE_FULL = 34;
export const OVER_QUOTA = 35;
export const NO_DEVICE = 36;
export const NO_RIGHT = 37;
export const NO_SUCH_OBJECT = 38;
export const NO_SUCH_MEMORY = 39;

/** By reason: what it means and what to do next. */
export const refusalTexts: readonly string[] = [
  'done',
  'malformed message: a field is out of its bounds; correct it',
  'no contract in force: propose one first',
  'not admitted: the guarantees would exceed the frames; ask for less',
  'over contract: guaranteed and extra frames are used up; return some or renegotiate',
  'no free frames for extras now: use your own, or ask again later',
  'no aligned run of that size: ask for a smaller page size',
  'not honoured: others kept their extras and the penalty is none; use your own frames',
  'no such frame slot in your table',
  'the frames are in a container: cancel it first',
  'no such container, or the capability has died',
  'locked: wait for the unlock or its time limit',
  'longer than the maximum lock time fixed when the container was created',
  'no place left in a table: finish what is under way first',
  'no such block in your extent',
  'the lock ended before the transfer did: nothing was moved',
  'busy: one request at a time',
  'more frames than may be wired of the guarantee: unwire others first',
  'no such control capability, or it has died',
  'a contract of your own is in force: propose 0 frames first, and fold what was split off it',
  'the policy is in somebody’s hands already, or this server takes none',
  'no such task in the table, or it asks for no contract of its own',
  'nothing is left in your purse: use your own frames, or hold fewer until your income has come',
  'no such page, or nothing is there: allocate it, or look at the index',
  'the container is still open: seal it before it is shared',
  'the lists do not fit each other, or name a page twice: forget them and list again',
  'more records than your contract has room for: drop containers, fold children, or ask for more',
  'no notice that asks for clean frames alone runs: nothing is to be said',
  'no such file, or your handle of it is closed: open it again',
  'the disk, or its table of files, is full: truncate or remove something',
  'beyond the longest file there can be',
  'the device has failed: what was asked for is not done',
  'others have changed the pages meanwhile: share them with nobody else, and ask again',
  'what was stored is gone, or not what it was: the page is lost',
  'no room where pages are stored: discard some, or ask again later',
  'more pages than your quota of swap: discard some, or ask for more',
  'there is no device any more, and the container has not been touched: cancel it',
  'the rights of the range, or their maximum, do not let it: ask whoever may to raise them',
  'no such memory object, or it has ended: make one',
  'no such memory under way: it has been received, written or dropped; take it again',
];
