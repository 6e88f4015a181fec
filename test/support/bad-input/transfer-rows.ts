/** Bad input: lists of pages, and what is done with them: copies, moves, shared pages. */

import { COPY, FILL, MOVE, SHARE } from '../../../contracts/messages.ts';
import { say, take } from '../desk.ts';
import { transfer } from '../pages.ts';
import { lockShared } from './container-rows.ts';
import { FIRST, type FullDesk, TAG } from './desk.ts';
import { type Cell, LEGAL, type ReasonName, type Rows } from './row.ts';

export const transferRows: Rows = {
  fromPages: {
    words: ({ open: own }) => [own, 0, 1],
    stranger: LEGAL,
    expired: LEGAL,
    when: { NO_PLACE: 'the list would name more than 1024 pages, or has 64 ranges' },
    cells: [
      {
        reason: 'NO_PLACE',
        given: (desk) => say(desk, FIRST, 'fromPages', [desk.open, 0, 1]),
        words: ({ open: own }) => [
          [own, 0, 1024],
          [1023, 1023, 1024],
        ],
      },
      {
        reason: 'NO_PLACE',
        given: (desk) => {
          for (let i = 0; i < 64; i++) say(desk, FIRST, 'fromPages', [desk.open, 0, 1]);
        },
      },
    ],
  },
  intoPages: {
    words: ({ open: own }) => [own, 2, 1],
    stranger: LEGAL,
    expired: LEGAL,
    when: { NO_PLACE: 'the list would name more than 1024 pages, or has 64 ranges' },
    cells: [
      {
        reason: 'NO_PLACE',
        given: (desk) => say(desk, FIRST, 'intoPages', [desk.open, 0, 1]),
        words: ({ open: own }) => [
          [own, 0, 1024],
          [1023, 1023, 1024],
        ],
      },
    ],
  },
  transferPages: {
    words: () => [MOVE, TAG],
    given: (desk) => listed([desk.open, 0, 1], [desk.open, 2, 1])(desk),
    stranger: 'NOT_ALIKE',
    expired: 'OVER_CONTRACT',
    when: {
      NO_SUCH_CONTAINER: 'a capability that a list names is none, has died, or is too weak',
      NO_SUCH_PAGE:
        'a source is not there, or a target is beyond the container, or not there for a weak one or a fill',
      LOCKED_NOW: 'a container or page of a pair is locked',
      NOT_ALIKE: 'the lists differ in length, are empty, or name a page twice',
      OVER_CONTRACT: 'who would pay has no room, or may take no more into that container',
      IN_USE: 'a page to be filled has its frame not for itself alone',
    },
    cells: transferCells(),
  },
};

type Range = readonly [container: number, start: number, count: number];

/** FIRST has listed one range of sources and one of targets. */
function listed(from: Range, into: Range): (desk: FullDesk) => void {
  return (desk) => {
    say(desk, FIRST, 'fromPages', from);
    say(desk, FIRST, 'intoPages', into);
  };
}

function transferCells(): Cell[] {
  const every = () => [COPY, MOVE, SHARE].map((how) => [how, TAG]);
  const pair = (
    reason: ReasonName,
    lists: (d: FullDesk) => [Range, Range],
    words = every,
  ): Cell => ({
    reason,
    words,
    given: (desk) => listed(...lists(desk))(desk),
  });
  const filling = () => [[FILL, TAG]];
  const strong = () => [MOVE, SHARE].map((how) => [how, TAG]);
  return [
    pair('NO_SUCH_CONTAINER', (d) => [
      [1023, 0, 1],
      [d.open, 2, 1],
    ]),
    pair('NO_SUCH_CONTAINER', (d) => [
      [d.open, 0, 1],
      [d.box, 2, 1],
    ]),
    pair(
      'NO_SUCH_CONTAINER',
      (d) => [
        [d.weakPages, 0, 1],
        [d.open, 2, 1],
      ],
      strong,
    ),
    pair('NO_SUCH_PAGE', (d) => [
      [d.open, 3, 1],
      [d.open, 2, 1],
    ]),
    pair('NO_SUCH_PAGE', (d) => [
      [d.open, 0, 1],
      [d.open, 4, 1],
    ]),
    pair('NO_SUCH_PAGE', (d) => [
      [d.open, 0, 1],
      [d.weakPages, 2, 1],
    ]),
    pair('NOT_ALIKE', (d) => [
      [d.open, 0, 2],
      [d.open, 2, 1],
    ]),
    pair('NOT_ALIKE', (d) => [
      [d.open, 0, 1],
      [d.open, 0, 1],
    ]),
    {
      reason: 'LOCKED_NOW',
      words: every,
      given: (desk) => {
        lockShared(desk);
        listed([desk.open, 0, 1], [desk.shared, 2, 1])(desk);
      },
    },
    pair(
      'NO_SUCH_CONTAINER',
      (d) => [
        [1023, 0, 1],
        [d.open, 0, 1],
      ],
      filling,
    ),
    pair(
      'NO_SUCH_PAGE',
      (d) => [
        [d.open, 0, 1],
        [d.open, 2, 1],
      ],
      filling,
    ),
    {
      reason: 'LOCKED_NOW',
      words: filling,
      given: (desk) => {
        lockShared(desk);
        listed([desk.open, 0, 1], [desk.shared, 0, 1])(desk);
      },
    },
    {
      reason: 'IN_USE',
      words: filling,
      given: (desk) => {
        transfer(desk, FIRST, [desk.open, 0, 1], [desk.open, 2, 1], COPY);
        listed([desk.shared, 0, 1], [desk.open, 2, 1])(desk);
      },
    },
    {
      reason: 'OVER_CONTRACT',
      words: every,
      given: (desk) => {
        take(desk, FIRST, 2);
        listed([desk.shared, 0, 1], [desk.open, 2, 1])(desk);
      },
    },
  ];
}
