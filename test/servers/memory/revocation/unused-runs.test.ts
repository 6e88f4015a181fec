import { expect, test } from 'vitest';
import { IN_USE, NO_SUCH_SLOT } from '../../../../contracts/refusals.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;

/** The first client holds 2 + 4 of 6 frames and has marked the slots at `marked`. */
function marking(marked: readonly number[]): { desk: Desk; slots: number[] } {
  const desk = createDesk({ frames: 6, terms: { penalty: 'kill' } });
  const slots = settleIn(desk, FIRST, 2, 4, 6);
  for (const at of marked)
    expect(say(desk, FIRST, 'markUnused', [slots[at] as number, 1])).toEqual([]);
  say(desk, SECOND, 'contract', [4, 0, 0, 0]);
  return { desk, slots };
}

test('[REV17] what is marked unused goes first, silently, and the rest is asked for', () => {
  const { desk, slots } = marking([0, 3]);
  expect(desk.server.clients[FIRST]?.held).toBe(6);
  for (const n of [1, 2]) expect(say(desk, SECOND, 'allocate', [0, 0, n])[0]?.[0]).toBe('granted');
  expect(takeHeard(desk, FIRST)).toEqual([]);
  expect(say(desk, FIRST, 'markUnused', [slots[3] as number, 0])[0]?.[2]).toBe(NO_SUCH_SLOT);
  expect(desk.server.clients[FIRST]).toMatchObject({ held: 4 });
  say(desk, SECOND, 'allocate', [0, 0, 3]);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['notice']);
  expect(desk.kernel.state.tasks[FIRST]).toMatchObject({ revocationsMissed: 0 });
  expect(desk.server.clients[FIRST]?.unused).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV17] one that is wanted again is kept, and no longer goes silently', () => {
  const { desk, slots } = marking([5]);
  expect(say(desk, FIRST, 'markUnused', [slots[5] as number, 0])).toEqual([
    ['kept', slots[5], 0, 0, 0, 0],
  ]);
  say(desk, SECOND, 'allocate', [0, 0, 1]);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['notice']);
});

test('[REV17] never below the guarantee, however much is marked', () => {
  const { desk } = marking([0, 1, 2, 3, 4, 5]);
  for (let n = 0; n < 4; n++) say(desk, SECOND, 'allocate', [0, 0, n]);
  advance(desk, 1000);
  expect(desk.server.clients[FIRST]?.held).toBe(2);
  expect(desk.server.clients[SECOND]?.held).toBe(4);
  expect(takeHeard(desk, FIRST)).toEqual([]);
});

test("[REV17] a run in a container, or in nobody's hands, is not to be marked", () => {
  const { desk, slots } = marking([]);
  say(desk, FIRST, 'createContainer', [slots[0] as number, 10, 0, 0, 0]);
  expect(say(desk, FIRST, 'markUnused', [slots[0] as number, 1])[0]?.[2]).toBe(IN_USE);
  expect(say(desk, FIRST, 'markUnused', [99, 1])[0]?.[2]).toBe(NO_SUCH_SLOT);
});

test('[REV17] a marked run in a container stays, and its mark is gone when it comes out', () => {
  const { desk, slots } = marking([5]);
  const own = say(desk, FIRST, 'createContainer', [slots[5] as number, 10, 0, 0, 0])[0]?.[2];
  say(desk, SECOND, 'allocate', [0, 0, 1]);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['notice']);
  say(desk, FIRST, 'cancelContainer', [own as number]);
  expect(desk.server.clients[FIRST]?.held).toBe(6);
});
