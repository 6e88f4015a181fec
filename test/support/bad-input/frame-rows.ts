/** Bad input: messages about frames in slots. */

import { fillPurse } from '../../../servers/memory/contracts/purse.ts';
import { clientOf } from '../../../servers/memory/state.ts';
import { advance, say, take } from '../desk.ts';
import { crowd, FIRST, type FullDesk, SECOND, STRANGER, TAG, TERM } from './desk.ts';
import { LEGAL, names, type Rows } from './row.ts';

const NOT_MINE = 'the slot is empty, or of another kind, or the run has gone';
const BOXED = 'the run is in a container';

/** 8 frames are held: 6 + `extra` from now on, the rest extras. */
function shrunk(desk: FullDesk, extra: number): void {
  say(desk, FIRST, 'contract', [6, extra, TERM, 0]);
  advance(desk, 1000);
}

/** FIRST waits for a frame; STRANGER has them all. */
export function waits(desk: FullDesk): void {
  crowd(desk);
  say(desk, FIRST, 'allocate', [0, 0, TAG]);
}

export const frameRows: Rows = {
  allocate: {
    words: () => [0, 0, TAG],
    stranger: 'NO_CONTRACT',
    expired: 'OVER_CONTRACT',
    when: {
      NO_CONTRACT: 'the task has never had a contract',
      OVER_CONTRACT: 'beyond G + E; after the end of a contract that is every frame',
      NO_FREE_FRAMES:
        'beyond G: none is free, or others wait, or frames are owed, or it may not borrow',
      NO_RUN: 'enough frames are free, but no aligned run of that size',
      NOT_HONOURED: 'penalty none: nobody is left to be asked',
      BUSY: 'one request waits already',
      EMPTY_PURSE: 'beyond G with nothing in the purse',
    },
    cells: [
      {
        reason: 'OVER_CONTRACT',
        words: () => [
          [4, 0, TAG],
          [10, 1, TAG],
        ],
      },
      {
        reason: 'NO_FREE_FRAMES',
        given: crowd,
        words: () => [
          [1, 0, TAG],
          [2, 1, TAG],
        ],
      },
      { reason: 'NO_RUN', given: scatter, words: () => [[2, 0, TAG]] },
      {
        reason: 'NOT_HONOURED',
        options: { terms: { penalty: 'none' } },
        given: (desk) => {
          waits(desk);
          advance(desk, 100);
          say(desk, FIRST, 'allocate', [0, 0, TAG]);
        },
      },
      { reason: 'BUSY', given: waits },
      {
        reason: 'EMPTY_PURSE',
        options: { terms: { price: 1 } },
        given: (desk) => fillPurse(clientOf(desk.server, FIRST), 0, 0),
        words: () => [[1, 0, TAG]],
      },
    ],
  },
  reserveRun: {
    words: () => [0, 0, TAG],
    stranger: 'NO_CONTRACT',
    expired: 'OVER_CONTRACT',
    when: {
      NO_CONTRACT: 'the task has never had a contract',
      OVER_CONTRACT: 'beyond G + E; after the end of a contract that is every frame',
      NO_FREE_FRAMES:
        'not enough are free, or others wait, or frames are owed, or it may not borrow',
      NO_RUN: 'enough frames are free, but no aligned run of that size',
      BUSY: 'a request of its own waits',
      EMPTY_PURSE: 'beyond G with nothing in the purse',
    },
    cells: [
      {
        reason: 'OVER_CONTRACT',
        words: () => [
          [4, 0, TAG],
          [10, 1, TAG],
        ],
      },
      {
        reason: 'NO_FREE_FRAMES',
        given: crowd,
        words: () => [
          [0, 0, TAG],
          [2, 1, TAG],
        ],
      },
      { reason: 'NO_RUN', given: scatter, words: () => [[2, 0, TAG]] },
      { reason: 'BUSY', given: waits },
      {
        reason: 'EMPTY_PURSE',
        options: { terms: { price: 1 } },
        given: (desk) => fillPurse(clientOf(desk.server, FIRST), 0, 0),
        words: () => [[1, 0, TAG]],
      },
    ],
  },
  returnRange: {
    words: ({ idle }) => [idle, 1],
    names: { slot: names.run },
    stranger: 'NO_SUCH_SLOT',
    expired: LEGAL,
    when: {
      NO_SUCH_SLOT: 'none of the slots has a run of the sender',
      IN_USE: 'the runs that are there are in containers',
    },
    cells: [{ reason: 'IN_USE', words: ({ boxed }) => [[boxed, 1]] }],
  },
  returnFrames: {
    words: ({ idle }) => [idle],
    names: { slot: names.run },
    stranger: 'NO_SUCH_SLOT',
    expired: LEGAL,
    when: { NO_SUCH_SLOT: NOT_MINE, IN_USE: BOXED },
    cells: [{ reason: 'IN_USE', words: ({ boxed }) => [[boxed]] }],
  },
  markUnused: {
    words: ({ idle }) => [idle, 1],
    names: { slot: names.run },
    stranger: 'NO_SUCH_SLOT',
    expired: LEGAL,
    when: { NO_SUCH_SLOT: NOT_MINE, IN_USE: BOXED },
    cells: [
      {
        reason: 'IN_USE',
        words: ({ boxed }) => [
          [boxed, 0],
          [boxed, 1],
        ],
      },
    ],
  },
  releaseSoft: {
    words: ({ idle }) => [idle],
    names: { slot: names.run },
    stranger: 'NO_SUCH_SLOT',
    expired: LEGAL,
    when: { NO_SUCH_SLOT: NOT_MINE, IN_USE: BOXED },
    cells: [{ reason: 'IN_USE', words: ({ boxed }) => [[boxed]] }],
  },
  revive: {
    words: ({ soft }) => [soft, TAG],
    names: { slot: names.soft },
    stranger: 'NO_SUCH_SLOT',
    expired: 'OVER_CONTRACT',
    when: {
      NO_SUCH_SLOT:
        'there is no soft reference in the slot: its frames have been granted, or never were',
      OVER_CONTRACT: 'the contract has no room for the run',
      NO_FREE_FRAMES: 'beyond G while others wait or frames are owed',
    },
    cells: [
      { reason: 'OVER_CONTRACT', given: (desk) => shrunk(desk, 2) },
      { reason: 'NO_SUCH_SLOT', given: crowd },
      {
        reason: 'NO_FREE_FRAMES',
        words: ({ idle }) => [[idle, TAG]],
        given: (desk) => {
          shrunk(desk, 5);
          crowd(desk);
          say(desk, FIRST, 'releaseSoft', [desk.idle]);
          say(desk, SECOND, 'contract', [12, 0, 0, 0]);
          say(desk, SECOND, 'allocate', [1, 0, 0]);
        },
      },
    ],
  },
  wire: {
    words: ({ idle }) => [idle, TAG, 400],
    names: { slot: names.run },
    stranger: 'NO_SUCH_SLOT',
    expired: 'OVER_WIRED',
    when: {
      NO_SUCH_SLOT: NOT_MINE,
      TOO_LONG: 'longer than the term wiredTimeMax',
      OVER_WIRED:
        'more than the share wiredMax of G would be wired; after the end that is every run',
    },
    cells: [
      {
        reason: 'TOO_LONG',
        words: ({ idle }) => [
          [idle, TAG, 501],
          [idle, TAG, Number.MAX_SAFE_INTEGER],
        ],
      },
      {
        reason: 'OVER_WIRED',
        // In the slot that the soft reference has left.
        words: ({ soft }) => [[soft, TAG, 400]],
        given: (desk) => {
          for (const slot of [0, 1, 5]) say(desk, FIRST, 'wire', [slot, 0, 400]);
          take(desk, FIRST, 1);
        },
      },
    ],
  },
  unwire: {
    words: ({ wired }) => [wired],
    names: { slot: names.wired },
    stranger: 'NO_SUCH_SLOT',
    expired: 'NO_SUCH_SLOT',
    when: { NO_SUCH_SLOT: 'nothing in the slot is wired, or it is no more' },
    cells: [{ reason: 'NO_SUCH_SLOT', given: (desk) => advance(desk, 400) }],
  },
};

/** STRANGER gives every other of its frames back: many are free, and none beside another. */
function scatter(desk: FullDesk): void {
  crowd(desk);
  const { owner } = desk.kernel.state.frames;
  const table = desk.kernel.state.capabilities[STRANGER];
  for (let slot = 0; slot < 32; slot++) {
    const frame = table?.slotFrame[slot] as number;
    if (owner[frame] === STRANGER && frame % 2 === 0) say(desk, STRANGER, 'returnFrames', [slot]);
  }
}
