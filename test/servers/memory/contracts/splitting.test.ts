import { expect, test } from 'vitest';
import { OP } from '../../../../contracts/messages.ts';
import {
  BUSY,
  HAS_CONTRACT,
  NO_CONTRACT,
  NO_FREE_FRAMES,
  NO_PLACE,
  NO_SUCH_CONTROL,
  NOT_ADMITTED,
  OVER_CONTRACT,
} from '../../../../contracts/refusals.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { TREE_MAX } from '../../../../servers/memory/contracts/child-contract.ts';
import { whoWaits } from '../../../../servers/memory/revocation/waiting-requests.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  hashDesk,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';

const [PARENT, CHILD, OTHER] = [FIRST, FIRST + 1, FIRST + 2];
const OWN = -1;

/** Splits a child off `from`'s own contract; returns the slot of its capability. */
function split(desk: Desk, from: number, guaranteed: number, extra: number, term = 0): number {
  const answer = say(desk, from, 'splitContract', [guaranteed, extra, OWN, 7, term]);
  const is = answer.find(([name]) => name === 'controlIs');
  if (is === undefined) throw new Error(`no child: ${JSON.stringify(answer)}`);
  return is[2] as number;
}

/** Moves the capability in `slot` to another task; returns its slot there. */
function move(desk: Desk, from: number, to: number, slot: number): number {
  const port = givePort(desk.kernel, from, to);
  expect(hand(desk, from, 'controlIs', slot, 0, 0, port)).toBe(true);
  const heard = takeHeard(desk, to).find(([name]) => name === 'controlIs with capability');
  return heard?.[1] as number;
}

function use(desk: Desk, who: number, slot: number): void {
  expect(say(desk, who, 'useControl', [slot, 3])[0]?.[0]).toBe('contractIs');
}

/** A parent of 10 + 4 frames of 16, a child of 4 + 2 in use by CHILD. */
function family(): Desk {
  const desk = createDesk({ frames: 16, clients: 3 });
  settleIn(desk, PARENT, 10, 4, 0);
  use(desk, CHILD, move(desk, PARENT, CHILD, split(desk, PARENT, 4, 2)));
  return desk;
}

test('[CON11] 10 are split into 6 and 4; the sum of guarantees is as before', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 10, 4, 0);
  const answer = say(desk, PARENT, 'splitContract', [4, 3, OWN, 7, 0]);
  expect(answer).toEqual([['controlIs', 7, 2, 4, 3, 0]]);
  expect(desk.server.clients[PARENT]).toMatchObject({ guaranteed: 6, extra: 1 });
  expect(desk.server.ledger).toMatchObject({ guaranteedSum: 10, idleSum: 4 });
  expect(say(desk, CHILD, 'contract', [7, 0, 0, 1])[0]?.[2]).toBe(NOT_ADMITTED);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON11] a split leaves what is held guaranteed, and what is split is there', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 6, 4, 5);
  const before = hashDesk(desk);
  for (const [guaranteed, extra] of [
    [2, 0],
    [7, 0],
    [0, 5],
    [1, 5],
  ] as const) {
    const answer = say(desk, PARENT, 'splitContract', [guaranteed, extra, OWN, 7, 0]);
    expect(answer).toEqual([['refused', 7, OVER_CONTRACT, OP.splitContract, 0, 0]]);
  }
  expect(hashDesk(desk)).toBe(before);
  split(desk, PARENT, 1, 4);
});

test('[CON11] extras in use are not split off', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 4, 4, 6);
  expect(say(desk, PARENT, 'splitContract', [0, 3, OWN, 7, 0])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(say(desk, PARENT, 'splitContract', [0, 2, OWN, 7, 0])[0]?.[0]).toBe('controlIs');
});

test('[CON11] a child is split again, by whoever holds it', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  settleIn(desk, PARENT, 10, 0, 0);
  const slot = move(desk, PARENT, CHILD, split(desk, PARENT, 6, 0));
  expect(say(desk, CHILD, 'splitContract', [7, 0, slot, 1, 0])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(say(desk, CHILD, 'splitContract', [5, 0, slot, 1, 0])[0]?.slice(0, 2)).toEqual([
    'controlIs',
    1,
  ]);
  expect(desk.server.children.records.map(({ guaranteed }) => guaranteed)).toEqual([1, 5]);
  expect(desk.server.ledger.guaranteedSum).toBe(10);
});

test('[CON11] without a contract there is nothing to split', () => {
  const desk = createDesk();
  const before = hashDesk(desk);
  const answer = say(desk, PARENT, 'splitContract', [0, 0, OWN, 7, 0]);
  expect(answer).toEqual([['refused', 7, NO_CONTRACT, OP.splitContract, 0, 0]]);
  expect(desk.server.clients[PARENT]?.status).toBe(0);
  expect(hashDesk(desk)).not.toBe(before); // it is known now, and no more
});

test('[CON12] a control capability moves: its sender has it no more', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 10, 0, 0);
  const slot = split(desk, PARENT, 4, 0);
  const there = move(desk, PARENT, CHILD, slot);
  const refused = [['refused', 1, NO_SUCH_CONTROL, OP.copyControl, 0, 0]];
  expect(say(desk, PARENT, 'copyControl', [slot, 1])).toEqual(refused);
  expect(say(desk, CHILD, 'copyControl', [there, 1])[0]?.slice(0, 2)).toEqual(['controlIs', 1]);
});

test('[CON12] what names no living child contract is refused by each message', () => {
  const desk = family();
  const before = hashDesk(desk);
  for (const slot of [0, 5, 63, 1023])
    for (const [name, words] of [
      ['splitContract', [1, 0, slot, 9, 0]],
      ['copyControl', [slot, 9]],
      ['useControl', [slot, 9]],
      ['resizeContract', [slot, 1, 1, 9]],
      ['foldContract', [slot, 9]],
    ] as const)
      expect(say(desk, OTHER, name, words)[0]?.slice(0, 3)).toEqual([
        'refused',
        9,
        NO_SUCH_CONTROL,
      ]);
  desk.server.clients.length = OTHER; // its record, which foldContract made, is empty
  expect(hashDesk(desk)).toBe(before);
});

test('[CON12] where a table is full nothing is split or copied', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 10, 0, 0);
  const slot = split(desk, PARENT, 4, 0);
  while (givePort(desk.kernel, PARENT, CHILD) >= 0);
  const before = hashDesk(desk);
  expect(say(desk, PARENT, 'copyControl', [slot, 1])[0]?.[2]).toBe(NO_PLACE);
  expect(say(desk, PARENT, 'splitContract', [1, 0, OWN, 1, 0])[0]?.[2]).toBe(NO_PLACE);
  expect(hashDesk(desk)).toBe(before);
});

test('[CON13] a task lives on one contract: its own must promise nothing', () => {
  const desk = createDesk({ frames: 16, terms: { graceShrink: 100 } });
  settleIn(desk, PARENT, 10, 0, 0);
  const slot = move(desk, PARENT, CHILD, split(desk, PARENT, 4, 0));
  settleIn(desk, CHILD, 2, 0, 0);
  const refused = [['refused', 3, HAS_CONTRACT, OP.useControl, 0, 0]];
  expect(say(desk, CHILD, 'useControl', [slot, 3])).toEqual(refused);
  say(desk, CHILD, 'contract', [0, 0, 0, 1]);
  expect(say(desk, CHILD, 'useControl', [slot, 3])).toEqual(refused);
  advance(desk, 100);
  takeHeard(desk, CHILD);
  expect(say(desk, CHILD, 'useControl', [slot, 3])).toEqual([['contractIs', 3, 4, 0, 0, 0]]);
  expect(say(desk, CHILD, 'splitContract', [0, 0, OWN, 7, 0])[0]?.[2]).toBe(NO_CONTRACT);
});

test('[CON13] frames in hand come along, or the child contract cannot be used', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 10, 1, 0);
  const small = move(desk, PARENT, CHILD, split(desk, PARENT, 2, 0));
  const large = move(desk, PARENT, CHILD, split(desk, PARENT, 3, 1));
  say(desk, CHILD, 'contract', [4, 0, 500, 0]);
  expect(take(desk, CHILD, 4)).toHaveLength(4);
  advance(desk, 500);
  takeHeard(desk, CHILD);
  expect(say(desk, CHILD, 'useControl', [small, 3])[0]?.[2]).toBe(OVER_CONTRACT);
  use(desk, CHILD, large);
  expect(desk.server.clients[CHILD]).toMatchObject({ guaranteed: 3, extra: 1, held: 4 });
  expect(say(desk, CHILD, 'useControl', [small, 3])[0]?.[2]).toBe(OVER_CONTRACT);
  say(desk, CHILD, 'returnFrames', [0]);
  say(desk, CHILD, 'returnFrames', [1]);
  use(desk, CHILD, small);
  expect(desk.server.children.records.map(({ idle }) => idle)).toEqual([0, 3]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON14] a frame within the child contract is guaranteed: others give theirs back for it', () => {
  const desk = createDesk({ frames: 10, clients: 3 });
  settleIn(desk, PARENT, 6, 0, 0);
  use(desk, CHILD, move(desk, PARENT, CHILD, split(desk, PARENT, 4, 0)));
  settleIn(desk, OTHER, 2, 8, 10);
  say(desk, CHILD, 'allocate', [0, 0, 5]);
  expect(whoWaits(desk.server)).toEqual([CHILD]);
  expect(desk.server.clients[CHILD]).toMatchObject({ guaranteed: 1, held: 0 });
  expect(takeHeard(desk, OTHER).filter(([name]) => name === 'notice')).toHaveLength(1);
  advance(desk, 100);
  expect(takeHeard(desk, CHILD)).toContainEqual(['granted', 5, 0, 0, 1, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON14] two tasks draw on one child contract and no frame is guaranteed twice', () => {
  const desk = family();
  const slot = say(desk, CHILD, 'copyControl', [2, 0])[0]?.[2] as number;
  use(desk, OTHER, move(desk, CHILD, OTHER, slot));
  expect(take(desk, CHILD, 3)).toHaveLength(3);
  expect(take(desk, OTHER, 9)).toHaveLength(3);
  expect(desk.server.clients[OTHER]).toMatchObject({ guaranteed: 1, extra: 2, held: 3 });
  expect(say(desk, CHILD, 'allocate', [0, 0, 1])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(desk.server.ledger).toMatchObject({ guaranteedSum: 10, idleSum: 0, heldSum: 6 });
});

test('[CON14] what one returns covers what the other holds as an extra', () => {
  const desk = family();
  const slot = say(desk, CHILD, 'copyControl', [2, 0])[0]?.[2] as number;
  use(desk, OTHER, move(desk, CHILD, OTHER, slot));
  const [frame] = take(desk, CHILD, 3);
  take(desk, OTHER, 3);
  say(desk, CHILD, 'returnFrames', [frame as number]);
  expect(desk.server.clients[CHILD]).toMatchObject({ guaranteed: 2, extra: 0 });
  expect(desk.server.clients[OTHER]).toMatchObject({ guaranteed: 2, extra: 1 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON21] the parent resizes a child out of its own and back', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 10, 4, 3);
  const slot = split(desk, PARENT, 4, 2);
  expect(say(desk, PARENT, 'resizeContract', [slot, 7, 1, 9])).toEqual([
    ['controlIs', 9, slot, 7, 1, 0],
  ]);
  expect(desk.server.clients[PARENT]).toMatchObject({ guaranteed: 3, extra: 3 });
  const before = hashDesk(desk);
  expect(say(desk, PARENT, 'resizeContract', [slot, 8, 1, 9])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(say(desk, PARENT, 'resizeContract', [slot, 7, 5, 9])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(hashDesk(desk)).toBe(before);
  say(desk, PARENT, 'resizeContract', [slot, 0, 0, 9]);
  expect(desk.server.clients[PARENT]).toMatchObject({ guaranteed: 10, extra: 4 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON21] what tasks draw is not taken, and only who may split the parent may resize', () => {
  const desk = family();
  const mine = say(desk, CHILD, 'copyControl', [2, 0])[0]?.[2] as number;
  const slot = move(desk, CHILD, PARENT, mine);
  take(desk, CHILD, 3);
  expect(say(desk, PARENT, 'resizeContract', [slot, 2, 0, 9])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(say(desk, PARENT, 'resizeContract', [slot, 3, 0, 9])[0]?.[0]).toBe('controlIs');
  expect(say(desk, CHILD, 'resizeContract', [2, 4, 0, 9])[0]?.[2]).toBe(NO_SUCH_CONTROL);
  const grandchild = say(desk, CHILD, 'splitContract', [0, 0, 2, 1, 0])[0]?.[2] as number;
  expect(say(desk, CHILD, 'resizeContract', [grandchild, 0, 0, 9])[0]?.[0]).toBe('controlIs');
});

test('[CON22] a proposal leaves the child contract for one of its own', () => {
  const desk = family();
  take(desk, CHILD, 3);
  const before = hashDesk(desk);
  expect(say(desk, CHILD, 'contract', [7, 0, 0, 1])[0]?.[2]).toBe(NOT_ADMITTED);
  expect(hashDesk(desk)).toBe(before);
  expect(say(desk, CHILD, 'contract', [5, 0, 0, 1])).toEqual([['contractIs', 1, 5, 0, 0, 0]]);
  expect(desk.server.clients[CHILD]).toMatchObject({ guaranteed: 5, held: 3, child: -1 });
  expect(desk.server.children.records[0]).toMatchObject({ idle: 4, idleExtra: 2, live: true });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON23] a proposal of a task with children is about its own part', () => {
  const desk = family();
  expect(say(desk, PARENT, 'contract', [12, 0, 0, 1])).toEqual([['contractIs', 1, 12, 0, 0, 0]]);
  expect(desk.server.ledger.guaranteedSum).toBe(16);
  expect(say(desk, PARENT, 'contract', [13, 0, 0, 1])[0]?.[2]).toBe(NOT_ADMITTED);
  expect(desk.server.children.records[0]).toMatchObject({ guaranteed: 4, extra: 2 });
});

test('[CON24] a tree has so many children and no more', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 10, 0, 0);
  for (let i = 0; i < TREE_MAX; i++) split(desk, PARENT, 0, 0);
  const before = hashDesk(desk);
  expect(say(desk, PARENT, 'splitContract', [1, 0, OWN, 7, 0])[0]?.[2]).toBe(NO_PLACE);
  expect(hashDesk(desk)).toBe(before);
  settleIn(desk, CHILD, 2, 0, 0);
  split(desk, CHILD, 1, 0);
});

test('[CON24] a storm of requests on an empty child contract is refused and leaves nothing', () => {
  const desk = family();
  take(desk, CHILD, 6);
  settleIn(desk, OTHER, 6, 0, 6);
  const before = hashDesk(desk);
  for (let i = 0; i < 100; i++) {
    expect(say(desk, CHILD, 'allocate', [0, 0, i])[0]?.[2]).toBe(OVER_CONTRACT);
    expect(say(desk, CHILD, 'resizeContract', [2, 9, 9, i])[0]?.[2]).toBe(NO_SUCH_CONTROL);
  }
  expect(hashDesk(desk)).toBe(before);
});

test('[CON24] a refused extra is drawn no more: others may have it', () => {
  const desk = family();
  settleIn(desk, OTHER, 6, 6, 12);
  take(desk, CHILD, 4);
  expect(say(desk, CHILD, 'allocate', [0, 0, 1])[0]?.[2]).toBe(NO_FREE_FRAMES);
  expect(desk.server.children.records[0]).toMatchObject({ idle: 0, idleExtra: 2 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON25] nothing is split or resized while the contract shrinks', () => {
  const desk = family();
  say(desk, PARENT, 'contract', [2, 0, 0, 1]);
  const before = hashDesk(desk);
  expect(say(desk, PARENT, 'splitContract', [1, 0, OWN, 7, 0])[0]?.[2]).toBe(BUSY);
  expect(hashDesk(desk)).toBe(before);
});

test('[MEM7] [CON11] [CON21] fields of these messages out of their bounds change nothing', () => {
  const desk = family();
  take(desk, CHILD, 2);
  const before = hashDesk(desk);
  const shapes = [
    ['splitContract', [1, 1, OWN, 7, 0]],
    ['copyControl', [2, 7]],
    ['useControl', [2, 7]],
    ['resizeContract', [2, 1, 1, 7]],
    ['foldContract', [2, 7]],
  ] as const;
  for (const [name, good] of shapes)
    for (let field = 0; field < good.length; field++)
      for (const word of [-2, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
        const words = good.map((value, i) => (i === field ? word : value));
        const answer = say(desk, CHILD, name, words);
        expect(answer, `${name} ${words}`).toEqual([['refused', 0, 1, OP[name], 0, 0]]);
      }
  expect(hashDesk(desk)).toBe(before);
});
