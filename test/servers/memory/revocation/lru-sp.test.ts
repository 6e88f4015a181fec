import { expect, test } from 'vitest';
import type { TermsWish } from '../../../../contracts/terms.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import { keepsUnused } from '../../../../servers/memory/revocation/placeholders.ts';
import type { TurnsByUse } from '../../../../servers/memory/revocation/turns-state.ts';
import { createUseOrder, swapPlaces } from '../../../../servers/memory/revocation/use-order.ts';
import { clientOf } from '../../../../servers/memory/state.ts';
import { runBatch } from '../../../../sim-hw/mmu.ts';
import type { ReferenceString } from '../../../../sim-hw/references.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;

interface Table {
  readonly desk: Desk;
  /** Slots of the first client's frames, which its pages 0 to 3 are mapped from. */
  readonly slots: number[];
}

/** Two clients with 4 frames of 8 each, all borrowed, all mapped and none of them used. */
function borrowed(terms: Partial<TermsWish> = {}): Table {
  const desk = createDesk({ frames: 8, terms: { arbiter: 'lru-sp', ...terms } });
  const slots = settleIn(desk, FIRST, 0, 8, 4);
  const others = settleIn(desk, SECOND, 0, 8, 4);
  for (const [id, own] of [
    [FIRST, slots],
    [SECOND, others],
  ] as const)
    for (const [page, slot] of own.entries()) map(desk.kernel, id, id, page, slot, false);
  return { desk, slots };
}

/** The program of `id` uses its pages from 0 on. */
function use({ kernel }: Desk, id: number, pages: number): void {
  const space = kernel.state.spaces[id - FIRST] as (typeof kernel.state.spaces)[0];
  space.cursor = 0;
  runBatch(kernel.translation, space, kernel.programs[id - FIRST] as ReferenceString, pages * 1000);
}

/** `id` asks for an extra; the notices that the other hears. */
function claim(desk: Desk, id: number): ReturnType<typeof takeHeard> {
  say(desk, id, 'allocate', [0, 0, 9]);
  const heard = takeHeard(desk, id === FIRST ? SECOND : FIRST);
  return heard.filter(([name]) => name === 'notice');
}

test('[REV24] it is the turn of the frame that was not used, and its slot is named', () => {
  const { desk, slots } = borrowed();
  use(desk, FIRST, 2);
  expect(claim(desk, SECOND)).toEqual([['notice', 1, 100, 3, 0, (slots[2] as number) + 1]]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV24] [REV20] all used: nobody is called on; at the asker’s own turn neither', () => {
  const { desk } = borrowed();
  use(desk, FIRST, 4);
  use(desk, SECOND, 4);
  expect(claim(desk, SECOND)).toEqual([]);
  const own = borrowed();
  use(own.desk, FIRST, 4);
  expect(claim(own.desk, SECOND)).toEqual([]);
});

test('[REV24] who gives up another frame has chosen: the two change places', () => {
  const order = createUseOrder(4);
  swapPlaces(order, 1, 3);
  expect([...order.frameAt]).toEqual([0, 3, 2, 1]);
  expect([...order.placeOf]).toEqual([0, 3, 2, 1]);
  const { desk, slots } = borrowed({ placeholders: false });
  const frames = slots.map((slot) => tableOf(desk, FIRST).slotFrame[slot] as number);
  const [named, given] = [frames[0] as number, frames[3] as number];
  claim(desk, SECOND);
  say(desk, FIRST, 'returnFrames', [slots[3] as number]);
  const { placeOf } = desk.server.turns?.byUse?.order ?? createUseOrder(0);
  expect([placeOf[named], placeOf[given]]).toEqual([given, named]);
  expect(takeHeard(desk, SECOND).at(-1)?.[0]).toBe('granted');
});

test('[REV25] who keeps the frame whose turn it was gets no other’s, until it has used it', () => {
  const { desk, slots } = borrowed();
  claim(desk, SECOND);
  say(desk, FIRST, 'returnFrames', [slots[3] as number]);
  expect(claim(desk, FIRST)).toEqual([]);
  expect(claim(desk, FIRST)).toEqual([]);
  use(desk, FIRST, 3);
  expect(claim(desk, FIRST)[0]?.[0]).toBe('notice');
});

test('[REV25] nor if it has let it go, or given up the one that was named', () => {
  const { desk, slots } = borrowed();
  claim(desk, SECOND);
  say(desk, FIRST, 'returnFrames', [slots[3] as number]);
  const byUse = desk.server.turns?.byUse as TurnsByUse;
  const first = clientOf(desk.server, FIRST);
  expect(keepsUnused(desk.kernel, byUse, first)).toBe(true);
  say(desk, FIRST, 'returnFrames', [slots[0] as number]);
  expect(keepsUnused(desk.kernel, byUse, first)).toBe(false);
  const named = borrowed();
  claim(named.desk, SECOND);
  say(named.desk, FIRST, 'returnFrames', [named.slots[0] as number]);
  expect(named.desk.server.turns?.byUse?.placeholders.kept[FIRST] ?? []).toEqual([]);
});

test('[REV25] its own turn counts as well: it gives up what it likes, and nobody sees what', () => {
  const { desk } = borrowed();
  use(desk, FIRST, 4);
  claim(desk, SECOND);
  expect(desk.server.turns?.byUse?.placeholders.kept[SECOND]).toHaveLength(1);
  expect(claim(desk, SECOND)).toEqual([]);
});

test('[REV25] with placeholders off nothing of it is remembered', () => {
  const { desk, slots } = borrowed({ placeholders: false });
  claim(desk, SECOND);
  say(desk, FIRST, 'returnFrames', [slots[3] as number]);
  claim(desk, FIRST);
  expect(desk.server.turns?.byUse?.placeholders.kept.flat()).toEqual([]);
  for (let own = 0; own < 2; own++) claim(desk, FIRST);
  expect(claim(desk, FIRST)[0]?.[0]).toBe('notice');
});

test('[REV8] [REV24] a guarantee too is honoured by whose turn it is', () => {
  const { desk, slots } = borrowed();
  use(desk, FIRST, 1);
  use(desk, SECOND, 4);
  say(desk, SECOND, 'contract', [6, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 9]);
  expect(takeHeard(desk, FIRST)).toEqual([['notice', 1, 100, 0, 0, (slots[1] as number) + 1]]);
  expect(checkBooks(desk)).toBeUndefined();
});
