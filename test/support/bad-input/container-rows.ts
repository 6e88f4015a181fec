/** Bad input: messages about containers of one run, and those that both kinds of container know. */

import { LOCK_EXCLUSIVE } from '../../../contracts/messages.ts';
import { say } from '../desk.ts';
import { entrust } from '../pages.ts';
import { FIRST, type FullDesk, fillTable, LOCK_MAX, SECOND, TAG } from './desk.ts';
import { LEGAL, names, type Rows } from './row.ts';

export const NO_CONTAINER =
  'the capability is none, has died, is of another kind, or does not count';
export const LOCKED_BY = 'it is locked';
const FULL = 'the table of capabilities is full';

export function lockBox(desk: FullDesk): void {
  say(desk, FIRST, 'lockContainer', [desk.weakBox, LOCK_MAX, 0, 0]);
}

/** SECOND has the shared container of pages locked. */
export function lockShared(desk: FullDesk): void {
  const weak = entrust(desk, FIRST, desk.shared, SECOND);
  say(desk, SECOND, 'lockPages', [weak, LOCK_EXCLUSIVE, 0, LOCK_MAX]);
}

export const containerRows: Rows = {
  createContainer: {
    words: ({ idle }) => [idle, LOCK_MAX, 1, TAG, 0],
    names: { slot: names.run },
    stranger: 'NO_SUCH_SLOT',
    expired: LEGAL,
    when: {
      NO_SUCH_SLOT: 'the slot is empty, or of another kind, or the run has gone',
      IN_USE: 'the run is in a container already',
      NO_PLACE: `${FULL}, or all containers are in use`,
    },
    cells: [
      { reason: 'IN_USE', words: ({ boxed }) => [[boxed, LOCK_MAX, 0, TAG, 1]] },
      {
        reason: 'NO_PLACE',
        given: (desk) => fillTable(desk, FIRST),
        words: ({ idle }) => [
          [idle, 0, 0, TAG, 0],
          [idle, 0, 1, TAG, 0],
        ],
      },
      { reason: 'NO_PLACE', given: (desk) => fillTable(desk, FIRST, 1) },
      { reason: 'NO_PLACE', options: { containers: 2 } },
    ],
  },
  shareContainer: {
    words: ({ box }) => [box, TAG],
    names: { container: names.box },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: { NO_SUCH_CONTAINER: NO_CONTAINER, NO_PLACE: FULL, NOT_SEALED: 'it is still open' },
    cells: [
      {
        reason: 'NOT_SEALED',
        words: ({ open, loose }) => [
          [open, TAG],
          [loose, TAG],
        ],
      },
      {
        reason: 'NO_PLACE',
        given: (desk) => fillTable(desk, FIRST),
        words: ({ box, shared }) => [
          [box, TAG],
          [shared, TAG],
        ],
      },
    ],
  },
  cancelContainer: {
    words: ({ box }) => [box],
    names: { container: names.box },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: { NO_SUCH_CONTAINER: NO_CONTAINER, LOCKED_NOW: LOCKED_BY },
    cells: [
      { reason: 'LOCKED_NOW', given: lockBox },
      { reason: 'LOCKED_NOW', given: lockShared, words: ({ shared }) => [[shared]] },
      {
        reason: 'NO_SUCH_CONTAINER',
        given: (desk) => say(desk, FIRST, 'cancelContainer', [desk.box]),
      },
    ],
  },
  lockContainer: {
    words: ({ weakBox }) => [weakBox, LOCK_MAX, 1, TAG],
    names: { container: names.weakBox },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: {
      NO_SUCH_CONTAINER: NO_CONTAINER,
      LOCKED_NOW: LOCKED_BY,
      TOO_LONG: 'longer than the longest lock that was fixed at its creation',
    },
    cells: [
      { reason: 'LOCKED_NOW', given: lockBox },
      {
        reason: 'TOO_LONG',
        words: ({ weakBox }) => [
          [weakBox, LOCK_MAX + 1, 0, TAG],
          [weakBox, Number.MAX_SAFE_INTEGER, 1, TAG],
        ],
      },
      {
        reason: 'NO_SUCH_CONTAINER',
        given: (desk) => say(desk, FIRST, 'cancelContainer', [desk.box]),
      },
    ],
  },
  unlockContainer: {
    words: ({ weakBox }) => [weakBox],
    given: lockBox,
    names: { container: names.weakAny },
    stranger: 'NO_SUCH_CONTAINER',
    // Its time limit has come before the contract's.
    expired: 'NO_SUCH_CONTAINER',
    when: { NO_SUCH_CONTAINER: `${NO_CONTAINER}, or the sender has no lock on it` },
    cells: [
      { reason: 'NO_SUCH_CONTAINER', words: ({ weakPages }) => [[weakPages]] },
      {
        reason: 'NO_SUCH_CONTAINER',
        given: lockShared,
        words: ({ weakPages }) => [[weakPages]],
      },
    ],
  },
};
