/** Bad input: maps and locks of containers of pages. */

import {
  COPY,
  FORCE_WRITE,
  LOCK_PHYSICAL,
  LOCK_WRITES,
  READ,
} from '../../../contracts/messages.ts';
import { say, take } from '../desk.ts';
import { transfer } from '../pages.ts';
import { lockShared, NO_CONTAINER } from './container-rows.ts';
import { crowd, FIRST, type FullDesk, LOCK_MAX, TAG } from './desk.ts';
import { frameReasons, NO_PAGE, withoutFrame } from './page-rows.ts';
import { LEGAL, names, type Rows } from './row.ts';

export const mapRows: Rows = {
  mapPage: {
    words: ({ open: own }) => [own, 0, 5, READ],
    names: { container: names.anyPages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: {
      NO_SUCH_CONTAINER: NO_CONTAINER,
      NO_SUCH_PAGE: NO_PAGE,
      LOCKED_NOW: 'another has it locked exclusively',
      NO_PLACE: 'the sender’s own page is out of its range, or something else is mapped there',
      ...frameReasons,
    },
    cells: [
      {
        reason: 'NO_SUCH_PAGE',
        words: ({ open: own }) => [
          [own, 3, 5, READ],
          [own, 1023, 5, READ],
        ],
      },
      { reason: 'LOCKED_NOW', given: lockShared, words: ({ shared }) => [[shared, 0, 5, READ]] },
      {
        reason: 'NO_PLACE',
        words: ({ open: own }) => [
          [own, 0, 8, READ],
          [own, 0, 2 ** 24 - 1, READ],
        ],
      },
      {
        reason: 'NO_PLACE',
        given: (desk) => say(desk, FIRST, 'mapPage', [desk.open, 1, 5, READ]),
      },
      ...withoutFrame(({ open: own }) => [
        [own, 0, 5, FORCE_WRITE],
        [own, 2, 5, FORCE_WRITE],
      ]),
    ],
  },
  mapPages: {
    words: ({ open: own }) => [own, 5, 1, READ],
    names: { container: names.anyPages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: {
      NO_SUCH_CONTAINER: NO_CONTAINER,
      NO_SUCH_PAGE: NO_PAGE,
      LOCKED_NOW: 'another has it locked exclusively',
      NO_PLACE:
        'one of the sender’s own pages is out of its range, or something else is mapped there',
      ...frameReasons,
    },
    cells: [
      {
        reason: 'NO_SUCH_PAGE',
        words: ({ open: own }) => [
          [own, 4, 4, READ],
          [own, 0, 1024, READ],
        ],
      },
      { reason: 'LOCKED_NOW', given: lockShared, words: ({ shared }) => [[shared, 5, 1, READ]] },
      {
        reason: 'NO_PLACE',
        words: ({ open: own }) => [
          [own, 7, 2, READ],
          [own, 2 ** 24 - 1, 1, READ],
        ],
      },
      {
        reason: 'NO_PLACE',
        given: (desk) => say(desk, FIRST, 'mapPage', [desk.open, 1, 5, READ]),
      },
      ...withoutFrame(({ open: own }) => [[own, 5, 1, FORCE_WRITE]]),
    ],
  },
  unmapPages: {
    words: ({ open: own }) => [own],
    names: { container: names.anyPages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: { NO_SUCH_CONTAINER: NO_CONTAINER, LOCKED_NOW: 'another has it locked' },
    cells: [{ reason: 'LOCKED_NOW', given: lockShared, words: ({ shared }) => [[shared]] }],
  },
  lockPages: {
    words: ({ weakPages }) => [weakPages, 0, TAG, LOCK_MAX],
    names: { container: names.weakPages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: {
      NO_SUCH_CONTAINER: NO_CONTAINER,
      LOCKED_NOW: 'it is locked, or a lock elsewhere keeps one of its pages',
      TOO_LONG: 'longer than the longest lock, or than the deadline of a notice that runs leaves',
      ...frameReasons,
    },
    cells: [
      { reason: 'LOCKED_NOW', given: lockShared },
      {
        reason: 'TOO_LONG',
        words: ({ weakPages }) => [
          [weakPages, 0, TAG, LOCK_MAX + 1],
          [weakPages, 0, TAG, Number.MAX_SAFE_INTEGER],
        ],
      },
      {
        reason: 'OVER_CONTRACT',
        given: (desk) => doubled(desk, (d) => take(d, FIRST, 3)),
        words: writing,
      },
      { reason: 'NO_FREE_FRAMES', given: (desk) => doubled(desk, crowd), words: writing },
      {
        reason: 'NO_RUN',
        given: (desk) => doubled(desk, (d) => say(d, FIRST, 'placePages', [d.shared, 0, 1, 1])),
        words: writing,
      },
    ],
  },
};

function writing({ weakPages }: FullDesk): number[][] {
  return [[weakPages, LOCK_PHYSICAL + LOCK_WRITES, TAG, LOCK_MAX]];
}

/** Pages 0 and 2 of the shared container are one frame, and then what `then` does. */
function doubled(desk: FullDesk, then: (desk: FullDesk) => void): void {
  transfer(desk, FIRST, [desk.shared, 0, 1], [desk.shared, 2, 1], COPY);
  then(desk);
}
