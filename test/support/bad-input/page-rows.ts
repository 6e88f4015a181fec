/** Bad input: messages about containers of pages. */

import { ALLOCATE_ALL, ALLOCATE_CONTIGUOUS, COPY, SHARE } from '../../../contracts/messages.ts';
import { say, take } from '../desk.ts';
import { transfer } from '../pages.ts';
import { LOCKED_BY, lockShared, NO_CONTAINER } from './container-rows.ts';
import { crowd, FIRST, type FullDesk, fillTable, LOCK_MAX, noRecords, TAG } from './desk.ts';
import { type Cell, LEGAL, names, type ReasonName, type Rows } from './row.ts';

export const NO_PAGE = 'there is no such page in it';
const NO_ROOM = 'the owner’s contract has no room';
const NONE_FREE = 'no frame is free, or others wait';
const NOWHERE = 'frames are free, but none where the container’s may lie';

/** Pages 0 and 2 of the open container are one frame; the contract has room for one more. */
function copied(desk: FullDesk): void {
  transfer(desk, FIRST, [desk.open, 0, 1], [desk.open, 2, 1], COPY);
}

/** Then for none: every frame within G is in hand, or within G + E. */
function full(desk: FullDesk): void {
  copied(desk);
  take(desk, FIRST, 1);
}

/** Frames may lie on frame 0 alone, which is taken. */
function cornered(desk: FullDesk): void {
  copied(desk);
  for (const own of [desk.open, desk.shared]) say(desk, FIRST, 'placePages', [own, 0, 1, 1]);
}

function crowded(desk: FullDesk): void {
  copied(desk);
  crowd(desk);
}

/** The page that `words` are about needs a frame, and there is none for the three reasons there are. */
export function withoutFrame(words: Cell['words']): Cell[] {
  return [
    { reason: 'OVER_CONTRACT', given: full, words },
    { reason: 'NO_FREE_FRAMES', given: crowded, words },
    { reason: 'NO_RUN', given: cornered, words },
  ] as Cell[];
}

export const frameReasons = {
  OVER_CONTRACT: NO_ROOM,
  NO_FREE_FRAMES: NONE_FREE,
  NO_RUN: NOWHERE,
} as const;

const rangeReasons = {
  NO_SUCH_CONTAINER: NO_CONTAINER,
  LOCKED_NOW: LOCKED_BY,
  NO_SUCH_PAGE: 'the range goes beyond the container',
} as const;

/** What messages about a range of pages have in common; `words` end with the range. */
function rangeCells(more: readonly number[] = []): Cell[] {
  return [
    { reason: 'LOCKED_NOW', given: lockShared, words: ({ shared }) => [[shared, 0, 1, ...more]] },
    {
      reason: 'NO_SUCH_PAGE',
      words: ({ open: own }) => [
        [own, 4, 1, ...more],
        [own, 3, 2, ...more],
        [own, 1023, 1024, ...more],
      ],
    },
  ];
}

const dataRow = {
  words: ({ open: own }: FullDesk) => [own, 0, 1],
  names: { container: names.pages },
  stranger: 'NO_SUCH_CONTAINER' as ReasonName,
  expired: LEGAL,
  when: rangeReasons,
  cells: rangeCells(),
} as const;

export const pageRows: Rows = {
  openContainer: {
    words: () => [4, -1, 0, TAG, 0],
    names: { user: names.port },
    stranger: 'NO_CONTRACT',
    expired: LEGAL,
    when: {
      NO_CONTRACT: 'the task has never had a contract',
      NO_PLACE: 'the table of capabilities is full, or the user is no port of the sender’s',
      OVER_METADATA: 'the sender has no room for the record (metadataMax)',
    },
    cells: [
      { reason: 'NO_PLACE', given: (desk) => fillTable(desk, FIRST) },
      { reason: 'OVER_METADATA', given: noRecords },
    ],
  },
  sealContainer: {
    words: ({ loose }) => [loose, TAG, LOCK_MAX],
    names: { container: names.pages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: {
      NO_SUCH_CONTAINER: NO_CONTAINER,
      NO_PLACE: 'it is sealed already',
      TOO_LONG: 'it is for extras, and the lock would be longer than their grace',
    },
    cells: [
      { reason: 'NO_PLACE', words: ({ shared }) => [[shared, TAG, 1]] },
      {
        reason: 'TOO_LONG',
        words: ({ loose }) => [
          [loose, TAG, 101],
          [loose, TAG, Number.MAX_SAFE_INTEGER],
        ],
      },
    ],
  },
  putRuns: {
    words: ({ open: own, idle }) => [own, 2, idle, 1],
    names: { container: names.pages, slot: names.run },
    stranger: 'NO_SUCH_CONTAINER',
    expired: 'OVER_CONTRACT',
    when: {
      ...rangeReasons,
      NO_SUCH_SLOT: 'one of the slots is empty or not the owner’s',
      IN_USE: 'a run is in a container, or a page is there already',
      OVER_CONTRACT: 'the container is not for extras, and more than G frames are held',
    },
    cells: [
      {
        reason: 'LOCKED_NOW',
        given: lockShared,
        words: ({ shared, idle }) => [[shared, 2, idle, 1]],
      },
      {
        reason: 'NO_SUCH_PAGE',
        words: ({ open: own, idle }) => [
          [own, 4, idle, 1],
          [own, 1023, idle, 1],
        ],
      },
      { reason: 'NO_SUCH_SLOT', words: ({ open: own, wired }) => [[own, 2, wired, 1024]] },
      {
        reason: 'IN_USE',
        words: ({ open: own, idle, boxed }) => [
          [own, 0, idle, 1],
          [own, 2, boxed, 1],
          [own, 2, idle, 2],
        ],
      },
      { reason: 'OVER_CONTRACT', given: (desk) => take(desk, FIRST, 2) },
    ],
  },
  takeOut: {
    words: ({ open: own }) => [own, 0, TAG],
    names: { container: names.pages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: {
      NO_SUCH_CONTAINER: NO_CONTAINER,
      LOCKED_NOW: LOCKED_BY,
      NO_SUCH_PAGE: NO_PAGE,
      IN_USE: 'the page is in another place as well',
      ...frameReasons,
    },
    cells: [
      { reason: 'LOCKED_NOW', given: lockShared, words: ({ shared }) => [[shared, 0, TAG]] },
      {
        reason: 'NO_SUCH_PAGE',
        words: ({ open: own }) => [
          [own, 3, TAG],
          [own, 1023, TAG],
        ],
      },
      {
        reason: 'IN_USE',
        given: (desk) => transfer(desk, FIRST, [desk.open, 0, 1], [desk.open, 2, 1], SHARE),
      },
      ...withoutFrame(({ open: own }) => [
        [own, 0, TAG],
        [own, 2, TAG],
      ]),
    ],
  },
  placePages: {
    words: ({ open: own }) => [own, 0, 2, 0],
    names: { container: names.pages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: { NO_SUCH_CONTAINER: NO_CONTAINER, NO_RUN: 'there is no such colour' },
    cells: [
      {
        reason: 'NO_RUN',
        words: ({ open: own }) => [
          [own, 2, 2, 0],
          [own, 2 ** 24, 1, 0],
        ],
      },
    ],
  },
  allocatePages: {
    words: ({ open: own }) => [own, 3, 1, 0],
    names: { container: names.pages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: 'OVER_CONTRACT',
    when: {
      ...rangeReasons,
      IN_USE: 'the first page is there already, or one of them where all are wanted',
      ...frameReasons,
    },
    cells: [
      ...rangeCells([0]),
      {
        reason: 'IN_USE',
        words: ({ open: own }) => [
          [own, 0, 1, 0],
          [own, 1, 2, ALLOCATE_ALL],
        ],
      },
      ...withoutFrame(({ open: own }) => [[own, 3, 1, 0]]),
      {
        reason: 'OVER_CONTRACT',
        words: ({ open: own }) => [
          [own, 2, 2, ALLOCATE_ALL],
          [own, 2, 2, ALLOCATE_CONTIGUOUS],
        ],
      },
    ],
  },
  deallocatePages: dataRow,
  releaseData: dataRow,
  orphanData: dataRow,
  dropContainer: {
    words: ({ open: own }) => [own],
    names: { container: names.pages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: { NO_SUCH_CONTAINER: NO_CONTAINER, LOCKED_NOW: LOCKED_BY },
    cells: [{ reason: 'LOCKED_NOW', given: lockShared, words: ({ shared }) => [[shared]] }],
  },
  inspectContainer: {
    words: ({ open: own }) => [own, TAG],
    names: { container: names.anyPages },
    stranger: 'NO_SUCH_CONTAINER',
    expired: LEGAL,
    when: { NO_SUCH_CONTAINER: NO_CONTAINER },
  },
  askShares: { words: () => [TAG], stranger: LEGAL, expired: LEGAL, when: {} },
};
