/** The order of use and its placeholders, at their edges: whose turn it is not, what is forgotten. */

import { expect, test } from 'vitest';
import { NOT_HONOURED } from '../../../../contracts/refusals.ts';
import type { TermsWish } from '../../../../contracts/terms.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { map, unmap } from '../../../../nucleus/memory-map.ts';
import { keepFrame, keepsUnused } from '../../../../servers/memory/revocation/placeholders.ts';
import type { TurnsByUse } from '../../../../servers/memory/revocation/turns-state.ts';
import { createUseOrder, swapPlaces } from '../../../../servers/memory/revocation/use-order.ts';
import { clientOf } from '../../../../servers/memory/state.ts';
import { runBatch } from '../../../../sim-hw/mmu.ts';
import type { ReferenceString } from '../../../../sim-hw/references.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  type Heard,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../../support/desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];

interface Table {
  readonly desk: Desk;
  /** Slots of A's frames, and of B's; each is mapped at the page of the same index. */
  readonly slots: number[];
  readonly others: number[];
}

/** A holds 4 frames of 8 and B the others, all mapped and none of them used; C holds nothing. */
function borrowed(terms: Partial<TermsWish> = {}, guaranteed = [0, 0]): Table {
  const desk = createDesk({ frames: 8, clients: 3, terms: { arbiter: 'lru-sp', ...terms } });
  const [slots, others] = [A, B].map((id, i) => settleIn(desk, id, guaranteed[i] as number, 8, 4));
  if (slots === undefined || others === undefined) throw new Error('two clients');
  for (const [id, own] of [
    [A, slots],
    [B, others],
  ] as const)
    for (const [page, slot] of own.entries()) map(desk.kernel, id, id, page, slot, false);
  say(desk, C, 'contract', [0, 8, 0, 0]);
  return { desk, slots, others };
}

/** The program of `id` uses its pages from 0 on. */
function use({ kernel }: Desk, id: number, pages: number): void {
  const space = kernel.state.spaces[id - FIRST] as (typeof kernel.state.spaces)[0];
  space.cursor = 0;
  runBatch(kernel.translation, space, kernel.programs[id - FIRST] as ReferenceString, pages * 1000);
}

/** C asks for an extra; the notices that A and B hear, each with the slot named, or -1. */
function claim(desk: Desk, client = C): [task: number, slot: number][] {
  say(desk, client, 'allocate', [0, 0, 9]);
  return [A, B].flatMap((id) =>
    takeHeard(desk, id)
      .filter(([name]) => name === 'notice')
      .map((words: Heard): [number, number] => [id, (words[5] as number) - 1]),
  );
}

function turnsOf({ server }: Desk): TurnsByUse {
  const byUse = server.turns?.byUse ?? null;
  if (byUse === null) throw new Error('no order of use');
  return byUse;
}

test('[REV24] turn by turn: the next claim names the next frame that has not been used', () => {
  const { desk, slots, others } = borrowed();
  expect(claim(desk)).toEqual([[A, slots[0]]]);
  say(desk, A, 'returnFrames', [slots[0] as number]);
  use(desk, A, 1);
  const named: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    const [turn] = claim(desk);
    named.push(turn);
    if (turn !== undefined) say(desk, turn[0], 'returnFrames', [turn[1]]);
  }
  expect(named).toEqual([
    [A, slots[1]],
    [A, slots[2]],
    [A, slots[3]],
    [B, others[0]],
  ]);
  expect(desk.server.clients[C]?.held).toBe(5);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV24] it is nobody’s turn who has nothing to give, and of no frame that nothing maps', () => {
  const { desk, slots } = borrowed({}, [4, 0]);
  // A is within its guarantee; of B one frame is mapped.
  for (const page of [0, 1, 3]) unmap(desk.kernel, B, B, page);
  expect(claim(desk).map(([id]) => id)).toEqual([B]);
  expect(turnsOf(desk).order.hand).toBe(7);
  const none = borrowed({}, [4, 4]);
  expect(claim(none.desk)).toEqual([]);
  expect(slots).toHaveLength(4);
});

test('[REV24] after one round it is nobody’s turn, and the hand stands where it was', () => {
  const { desk, slots } = borrowed();
  use(desk, A, 4);
  use(desk, B, 4);
  expect(claim(desk)).toEqual([]);
  expect(turnsOf(desk).order.hand).toBe(0);
  // All were used; none has been since.
  expect(claim(desk)).toEqual([[A, slots[0]]]);
});

test('[REV24] [REV6] who has missed under none, or waits itself, is passed by', () => {
  const { desk } = borrowed({ penalty: 'none' });
  expect(claim(desk).map(([id]) => id)).toEqual([A]);
  advance(desk, 100);
  expect(claim(desk).map(([id]) => id)).toEqual([B]);
  const waiting = borrowed();
  clientOf(waiting.desk.server, A).waitingOrder = 0;
  expect(claim(waiting.desk).map(([id]) => id)).toEqual([B]);
});

test('[REV24] a notice that was missed names nothing any more', () => {
  const { desk, slots } = borrowed();
  claim(desk);
  const before = [...turnsOf(desk).order.placeOf];
  expect(turnsOf(desk).placeholders.named[A]).toHaveLength(1);
  advance(desk, 100);
  expect(turnsOf(desk).placeholders.named[A]).toEqual([]);
  say(desk, A, 'returnFrames', [slots[1] as number]);
  expect([...turnsOf(desk).order.placeOf]).toEqual(before);
  expect(turnsOf(desk).placeholders.kept[A] ?? []).toEqual([]);
});

test('[REV24] a notice that was met by other frames names nothing any more', () => {
  const { desk, slots } = borrowed();
  claim(desk);
  const two = clientOf(desk.server, A);
  expect(two.noticed).toBe(1);
  say(desk, A, 'releaseSoft', [slots[3] as number]);
  expect(turnsOf(desk).placeholders.named[A]).toEqual([]);
  expect(turnsOf(desk).placeholders.kept[A]).toHaveLength(1);
});

test.each(['returnFrames', 'releaseSoft', 'returnRange'] as const)(
  '[REV24] [REV25] however it is given up, by %s too, the frame kept is remembered',
  (how) => {
    const { desk, slots } = borrowed();
    const frames = slots.map((slot) => frameAt(tableOf(desk, A), slot));
    claim(desk);
    say(desk, A, how, how === 'returnRange' ? [slots[2] as number, 1] : [slots[2] as number]);
    const { order, placeholders } = turnsOf(desk);
    expect(order.placeOf[frames[0] as number]).toBe(frames[2]);
    expect(placeholders.kept[A]).toHaveLength(1);
    expect(claim(desk, A)).toEqual([]);
  },
);

test('[REV24] two turns of one client: each frame that it gives up answers one of them', () => {
  const { desk, slots } = borrowed();
  const frames = slots.map((slot) => frameAt(tableOf(desk, A), slot));
  expect(claim(desk)).toEqual([[A, slots[0]]]);
  say(desk, B, 'contract', [6, 0, 0, 0]);
  say(desk, B, 'allocate', [1, 0, 9]);
  expect(takeHeard(desk, A).map((words) => words[5])).toEqual([(slots[1] as number) + 1]);
  say(desk, A, 'returnFrames', [slots[3] as number]);
  say(desk, A, 'returnFrames', [slots[1] as number]);
  const { order } = turnsOf(desk);
  expect(frames.map((frame) => order.placeOf[frame])).toEqual([3, 1, 2, 0].map((at) => frames[at]));
  expect(turnsOf(desk).placeholders.kept[A]).toHaveLength(1);
});

test('[REV25] of what has been let go and came into other hands nothing is remembered', () => {
  const { desk, slots } = borrowed();
  for (const page of [1, 3]) unmap(desk.kernel, A, A, page);
  claim(desk);
  say(desk, A, 'returnFrames', [slots[2] as number]);
  expect(claim(desk, A)).toEqual([]);
  // The frame that it kept goes to C and comes back: it is another's turn now.
  say(desk, A, 'returnFrames', [slots[0] as number]);
  const [again] = say(desk, A, 'allocate', [0, 0, 3]);
  expect(again?.[0]).toBe('granted');
  expect(claim(desk, A)).toHaveLength(1);
});

test('[REV25] who keeps what it has not used gets no other’s, though it were another’s turn', () => {
  for (const placeholders of [true, false]) {
    const { desk, slots } = borrowed({ placeholders });
    for (const page of [1, 3]) unmap(desk.kernel, A, A, page);
    use(desk, A, 1);
    expect(claim(desk)).toEqual([[A, slots[2]]]);
    say(desk, A, 'returnFrames', [slots[0] as number]);
    expect(claim(desk, A).map(([id]) => id)).toEqual(placeholders ? [] : [B]);
  }
});

test('[REV24] [REV8] a guarantee too is honoured by the client whose turn it is, or any that may give', () => {
  const { desk } = borrowed();
  use(desk, A, 4);
  say(desk, C, 'contract', [4, 0, 0, 0]);
  say(desk, C, 'allocate', [0, 0, 9]);
  expect([A, B].map((id) => takeHeard(desk, id).length)).toEqual([0, 1]);
  const unmapped = borrowed();
  for (const page of [0, 1, 2, 3])
    for (const id of [A, B]) unmap(unmapped.desk.kernel, id, id, page);
  say(unmapped.desk, C, 'contract', [4, 0, 0, 0]);
  say(unmapped.desk, C, 'allocate', [0, 0, 9]);
  expect(takeHeard(unmapped.desk, A)).toEqual([['notice', 1, 100, 0, 0, 0]]);
});

test('[REV24] [REV6] where nobody may be asked any more who waits is refused', () => {
  const { desk } = borrowed({ penalty: 'none' });
  say(desk, C, 'contract', [4, 0, 0, 0]);
  say(desk, C, 'allocate', [0, 0, 9]);
  advance(desk, 300);
  expect(takeHeard(desk, C).at(-1)?.slice(0, 3)).toEqual(['refused', 9, NOT_HONOURED]);
  expect(desk.server.clients[C]?.waitingOrder).toBe(-1);
});

test('[REV24] [CON5] a notice that is about no frame in particular names none', () => {
  const { desk, slots } = borrowed({ graceShrink: 50 }, [4, 0]);
  say(desk, A, 'returnFrames', [slots[1] as number]);
  say(desk, A, 'contract', [1, 0, 0, 0]);
  takeHeard(desk, A);
  advance(desk, 50);
  expect(takeHeard(desk, A).at(-1)).toEqual(['notice', 2, 150, 1, 0, 0]);
  expect(turnsOf(desk).placeholders.named[A] ?? []).toEqual([]);
});

test('[REV24] one run of two that is returned meets two turns, and none is open then', () => {
  const desk = createDesk({ frames: 8, clients: 3, terms: { arbiter: 'lru-sp' } });
  const slots = settleIn(desk, A, 0, 8, 4);
  for (const [page, slot] of slots.entries()) map(desk.kernel, A, A, page, slot, false);
  const run = say(desk, A, 'allocate', [1, 0, 0])[0]?.[2] as number;
  settleIn(desk, B, 0, 8, 2);
  say(desk, C, 'contract', [2, 0, 0, 0]);
  say(desk, B, 'contract', [4, 0, 0, 0]);
  for (const id of [C, B]) say(desk, id, 'allocate', [0, 0, 9]);
  expect(turnsOf(desk).placeholders.named[A]).toHaveLength(2);
  say(desk, A, 'returnFrames', [run]);
  expect(desk.server.clients[A]?.noticed).toBe(0);
  expect(turnsOf(desk).placeholders.named[A]).toEqual([]);
});

test('[REV25] what it has used is no placeholder, though the hand has seen that since', () => {
  const { desk, slots } = borrowed();
  for (const page of [0, 1, 3]) unmap(desk.kernel, A, A, page);
  expect(claim(desk)).toEqual([[A, slots[2]]]);
  say(desk, A, 'returnFrames', [slots[3] as number]);
  const { order, placeholders } = turnsOf(desk);
  const frame = frameAt(tableOf(desk, A), slots[2] as number);
  expect(order.kept[frame]).toBe(1);
  // The hand comes by after it has been used, and forgets that.
  order.kept[frame] = 0;
  expect(keepsUnused(desk.kernel, turnsOf(desk), clientOf(desk.server, A))).toBe(false);
  expect(placeholders.kept[A]).toEqual([]);
});

test('[REV24] frames that are free have no turn', () => {
  const desk = createDesk({ frames: 4, clients: 3, terms: { arbiter: 'lru-sp' } });
  const slots = settleIn(desk, A, 0, 4, 4);
  for (const [page, slot] of slots.entries()) map(desk.kernel, A, A, page, slot, false);
  say(desk, A, 'returnFrames', [slots[0] as number]);
  say(desk, C, 'contract', [2, 0, 0, 0]);
  say(desk, C, 'allocate', [1, 0, 9]);
  expect(takeHeard(desk, A)).toEqual([['notice', 1, 100, 0, 0, (slots[1] as number) + 1]]);
});

test('[REV24] places and frames name each other, however often two have changed places', () => {
  const order = createUseOrder(4);
  for (const [one, other] of [
    [0, 1],
    [1, 2],
    [3, 1],
  ] as const)
    swapPlaces(order, one, other);
  for (let frame = 0; frame < 4; frame++)
    expect(order.frameAt[order.placeOf[frame] as number]).toBe(frame);
  expect([...order.frameAt].sort()).toEqual([0, 1, 2, 3]);
  expect([...order.frameAt]).toEqual([2, 0, 3, 1]);
});

test('[REV25] no more is remembered than the client holds, the latest of it', () => {
  const { desk } = borrowed();
  const byUse = turnsOf(desk);
  const { order, placeholders } = byUse;
  const client = clientOf(desk.server, A);
  for (const frame of [0, 1, 2, 3, 0, 2]) keepFrame(desk.kernel, byUse, client, frame);
  expect(placeholders.kept[A]?.map((stamp) => Math.floor(stamp / 256))).toEqual([2, 3, 0, 2]);
  expect([...order.kept]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
});
