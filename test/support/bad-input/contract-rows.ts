/** Bad input: messages about contracts, child contracts and the policy. */

import { OWN_CONTRACT } from '../../../contracts/messages.ts';
import { removeCapability } from '../../../nucleus/capabilities.ts';
import { noticeOf } from '../../../servers/memory/client.ts';
import { fillPurse } from '../../../servers/memory/contracts/purse.ts';
import { setNoticed } from '../../../servers/memory/ledger.ts';
import { reconsider } from '../../../servers/memory/revocation/victims.ts';
import { clientOf } from '../../../servers/memory/state.ts';
import { advance, say, tableOf } from '../desk.ts';
import { FIRST, type FullDesk, fillTable, noRecords, SECOND, STRANGER, TAG, TERM } from './desk.ts';
import { waits } from './frame-rows.ts';
import { LEGAL, names, type Rows } from './row.ts';

const NO_CONTROL = 'the capability is none, has died, or is of another kind';
const FULL = 'the table of capabilities is full';

/** A notice for one clean frame runs. */
function askedForClean({ server }: FullDesk): void {
  const client = clientOf(server, FIRST);
  Object.assign(noticeOf(client), { clean: true, deadline: Number.MAX_SAFE_INTEGER });
  setNoticed(server.ledger, client, 1);
  reconsider(server, client);
}

export const contractRows: Rows = {
  contract: {
    words: () => [12, 4, TERM, TAG],
    stranger: LEGAL,
    expired: LEGAL,
    when: {
      NOT_ADMITTED: 'the guarantees would exceed the frames, or it has been decided so',
      EMPTY_PURSE: 'more than is guaranteed now, with nothing in the purse',
    },
    cells: [
      {
        reason: 'EMPTY_PURSE',
        options: { terms: { price: 1 } },
        given: (desk) => fillPurse(clientOf(desk.server, FIRST), 0, 0),
        words: () => [[13, 0, 0, TAG]],
      },
      {
        reason: 'NOT_ADMITTED',
        words: () => [
          [30, 0, 0, TAG],
          [2 ** 24, 2 ** 24, TERM, TAG],
        ],
      },
      { reason: 'NOT_ADMITTED', sender: STRANGER, words: () => [[16, 0, 0, TAG]] },
    ],
  },
  renew: {
    words: () => [TAG],
    stranger: 'NO_CONTRACT',
    expired: 'NO_CONTRACT',
    when: { NO_CONTRACT: 'there is none, or its term is over' },
  },
  purse: { words: () => [TAG], stranger: LEGAL, expired: LEGAL, when: {} },
  cleanSpent: {
    words: () => [TAG],
    given: askedForClean,
    stranger: 'NOT_ASKED',
    expired: LEGAL,
    when: { NOT_ASKED: 'no notice runs, or the one that does is for any frames' },
    cells: [{ reason: 'NOT_ASKED', given: () => {} }],
  },
  splitContract: {
    words: () => [1, 0, OWN_CONTRACT, TAG, 0],
    stranger: 'NO_CONTRACT',
    expired: 'NO_CONTRACT',
    when: {
      NO_CONTRACT: 'there is none in force to split, or the sender lives on a child contract',
      NO_SUCH_CONTROL: NO_CONTROL,
      OVER_CONTRACT: 'the contract cannot spare so much',
      BUSY: 'the contract is shrinking',
      NO_PLACE: `${FULL}, or the tree has 32 children`,
      OVER_METADATA: 'the sender has no room for the record (metadataMax)',
    },
    names: { control: names.control },
    cells: [
      { reason: 'OVER_METADATA', given: noRecords },
      {
        reason: 'OVER_CONTRACT',
        words: ({ control }) => [
          [2, 0, OWN_CONTRACT, TAG, 0],
          [0, 4, OWN_CONTRACT, TAG, 0],
          [2 ** 24, 2 ** 24, OWN_CONTRACT, TAG, 0],
          [2, 0, control, TAG, 0],
          [0, 2, control, TAG, 0],
        ],
      },
      { reason: 'BUSY', given: (desk) => say(desk, FIRST, 'contract', [8, 0, TERM, 0]) },
      { reason: 'NO_PLACE', given: (desk) => fillTable(desk, FIRST) },
      {
        reason: 'NO_PLACE',
        given: (desk) => {
          for (let i = 1; i < 32; i++) say(desk, FIRST, 'splitContract', [0, 0, -1, 0, 0]);
        },
      },
    ],
  },
  copyControl: {
    words: ({ control }) => [control, TAG],
    names: { control: names.control },
    stranger: 'NO_SUCH_CONTROL',
    expired: 'NO_SUCH_CONTROL',
    when: { NO_SUCH_CONTROL: NO_CONTROL, NO_PLACE: FULL },
    cells: [{ reason: 'NO_PLACE', given: (desk) => fillTable(desk, FIRST) }],
  },
  useControl: {
    words: ({ giftOfStranger }) => [giftOfStranger, TAG],
    sender: STRANGER,
    names: { control: names.control },
    stranger: LEGAL,
    expired: 'NO_SUCH_CONTROL',
    when: {
      NO_SUCH_CONTROL: NO_CONTROL,
      HAS_CONTRACT:
        'a contract of the sender’s own promises something, or others live on parts of it',
      OVER_CONTRACT: 'the child has no room for the frames in hand',
      BUSY: 'a request of the sender’s waits',
    },
    cells: [
      { reason: 'HAS_CONTRACT', sender: FIRST, words: ({ gift }) => [[gift, TAG]] },
      {
        reason: 'OVER_CONTRACT',
        sender: FIRST,
        given: (desk) => advance(desk, TERM),
        words: ({ gift }) => [[gift, TAG]],
      },
      { reason: 'BUSY', sender: FIRST, given: waits, words: ({ gift }) => [[gift, TAG]] },
    ],
  },
  resizeContract: {
    words: ({ control }) => [control, 0, 0, TAG],
    names: { control: names.control },
    stranger: 'NO_SUCH_CONTROL',
    expired: 'NO_SUCH_CONTROL',
    when: {
      NO_SUCH_CONTROL: `${NO_CONTROL}, or what it was split from is not the sender’s`,
      OVER_CONTRACT: 'what it is split from cannot spare so much, or tasks draw what would go',
      BUSY: 'the contract is shrinking',
    },
    cells: [
      { reason: 'NO_SUCH_CONTROL', words: ({ gift }) => [[gift, 0, 0, TAG]] },
      {
        reason: 'OVER_CONTRACT',
        words: ({ control }) => [
          [control, 3, 0, TAG],
          [control, 2 ** 24, 2 ** 24, TAG],
        ],
      },
      { reason: 'BUSY', given: (desk) => say(desk, FIRST, 'contract', [8, 0, TERM, 0]) },
    ],
  },
  foldContract: {
    words: ({ control }) => [control, TAG],
    names: { control: names.control },
    stranger: 'NO_SUCH_CONTROL',
    expired: 'NO_SUCH_CONTROL',
    when: {
      NO_SUCH_CONTROL: NO_CONTROL,
      NO_CONTRACT: 'control -1: the sender has no contract to take back into',
    },
    cells: [{ reason: 'NO_CONTRACT', sender: STRANGER, words: () => [[OWN_CONTRACT, TAG]] }],
  },
};

export const policyRows: Rows = {
  getControl: {
    words: () => [TAG],
    given: (desk) => removeCapability(tableOf(desk, FIRST), desk.policy),
    stranger: LEGAL,
    expired: LEGAL,
    when: {
      CONTROL_TAKEN: 'a living task has the capability, or the server takes no policy',
      NO_PLACE: FULL,
    },
    cells: [
      {
        reason: 'NO_PLACE',
        given: (desk) => {
          removeCapability(tableOf(desk, FIRST), desk.policy);
          fillTable(desk, FIRST);
        },
      },
      { reason: 'CONTROL_TAKEN', given: () => {} },
      { reason: 'CONTROL_TAKEN', given: () => {}, sender: STRANGER },
    ],
  },
  usePolicy: {
    words: ({ policy }) => [policy, TAG],
    names: { control: names.policy },
    stranger: 'NO_SUCH_CONTROL',
    expired: LEGAL,
    when: { NO_SUCH_CONTROL: NO_CONTROL },
  },
  decided: {
    words: ({ policy }) => [policy, SECOND],
    given: (desk) => say(desk, FIRST, 'usePolicy', [desk.policy, 0]),
    names: { control: names.policy },
    stranger: 'NO_SUCH_CONTROL',
    expired: LEGAL,
    when: {
      NO_SUCH_CONTROL: `${NO_CONTROL}, or another task decides`,
      NO_SUCH_TASK: 'the task asks for no contract of its own',
    },
    cells: [
      {
        reason: 'NO_SUCH_TASK',
        words: ({ policy }) => [
          [policy, STRANGER],
          [policy, 5000],
          [policy, 2 ** 24 - 1],
        ],
      },
    ],
  },
};
