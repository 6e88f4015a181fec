import { expect, test } from 'vitest';
import { readSlot, writeSlot } from '../../nucleus/frame-contents.ts';
import { createContents, stamped } from '../../sim-hw/contents.ts';
import { advance, createDesk, FIRST, hand, MEMORY, say, settleIn } from '../support/desk.ts';

test('what is written into a frame of its own is read there, and each costs a copied page', () => {
  const desk = createDesk({ costs: { copyNs: 70 } });
  const [slot] = settleIn(desk, FIRST, 2, 0, 1) as [number];
  const from = desk.kernel.state.nowNs;
  const contents = createContents(false);
  expect(writeSlot(desk.kernel, FIRST, slot, stamped(5, 6))).toBe(true);
  expect(readSlot(desk.kernel, FIRST, slot, contents)).toBe(true);
  expect([contents.low, contents.high, desk.kernel.state.nowNs - from]).toEqual([5, 6, 140]);
});

test('[CONT8] no slot, or a lock by which its owner may not touch the frame: nothing is moved', () => {
  const desk = createDesk();
  const [slot] = settleIn(desk, FIRST, 2, 0, 1) as [number];
  expect(writeSlot(desk.kernel, FIRST, slot + 1, stamped(5, 6))).toBe(false);
  expect(writeSlot(desk.kernel, FIRST, slot, stamped(1, 2))).toBe(true);
  const [made] = say(desk, FIRST, 'createContainer', [slot, 20_000, 1, 0], MEMORY - 1);
  hand(desk, FIRST, 'fetch', made?.[3] as number, 0, 1);
  expect(writeSlot(desk.kernel, FIRST, slot, stamped(5, 6))).toBe(false);
  expect(readSlot(desk.kernel, FIRST, slot, createContents(false))).toBe(false);
  advance(desk, 20_000);
  expect(writeSlot(desk.kernel, FIRST, slot, stamped(5, 6))).toBe(true);
});
