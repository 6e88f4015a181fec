import { expect, test } from 'vitest';
import { map, unmap } from '../../nucleus/memory-map.ts';
import { regenerate } from '../../nucleus/regenerate.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { hashState } from '../../sim-hw/state.ts';
import { createDesk, FIRST, hand, say, settleIn, tableOf } from '../support/desk.ts';

const SECOND = FIRST + 1;

test('[FAULT9] the frame holds the latest version of the page, and the callback is owed', () => {
  const desk = createDesk();
  const { kernel } = desk;
  const [slot] = settleIn(desk, FIRST, 4, 0, 1) as [number];
  const space = kernel.state.spaces[0];
  if (space === undefined) throw new Error('no space');
  space.versions[3] = 7;
  expect(regenerate(kernel, FIRST, FIRST, 3, slot, 500)).toBe(true);
  const frame = tableOf(desk, FIRST).slotFrame[slot] as number;
  const { stampLow, stampHigh } = kernel.state.frames;
  expect([stampLow[frame], stampHigh[frame]]).toEqual([7, space.base + 3 + 1]);
  expect((kernel.state.tasks[FIRST] as TaskState).callbackNs).toBe(500);
  // Once, however often its frame is lost before it runs.
  expect(regenerate(kernel, FIRST, FIRST, 3, slot, 500)).toBe(true);
  expect((kernel.state.tasks[FIRST] as TaskState).callbackNs).toBe(500);
});

test('[CAP5] what is not its pager’s to fill is refused, and nothing has changed', () => {
  const desk = createDesk();
  const { kernel } = desk;
  const [slot, mapped, locked] = settleIn(desk, FIRST, 4, 0, 3) as [number, number, number];
  const [large] = say(desk, FIRST, 'contract', [8, 0, 0, 0]) && [
    say(desk, FIRST, 'allocate', [1, 0, 0])[0]?.[2] as number,
  ];
  expect(map(kernel, FIRST, FIRST, 1, mapped, true)).toBe(true);
  const weak = say(desk, FIRST, 'createContainer', [locked, 1e6, 1, 0])[0]?.[3] as number;
  hand(desk, FIRST, 'fetch', weak, 0, 1);
  const before = hashState([kernel.state.frames, kernel.state.tasks]);
  const tries: [number, number, number, number][] = [
    [SECOND, FIRST, 0, slot],
    [FIRST, SECOND, 0, slot],
    [FIRST, FIRST, 8, slot],
    [FIRST, FIRST, -1, slot],
    [FIRST, FIRST, 0, 99],
    [FIRST, FIRST, 0, mapped],
    [FIRST, FIRST, 0, locked],
    [FIRST, FIRST, 0, large],
  ];
  for (const [pager, target, page, at] of tries)
    expect(regenerate(kernel, pager, target, page, at, 5), `${[pager, target, page, at]}`).toBe(
      false,
    );
  expect(hashState([kernel.state.frames, kernel.state.tasks])).toBe(before);
  unmap(kernel, FIRST, FIRST, 1);
  expect(regenerate(kernel, FIRST, FIRST, 0, mapped, 5)).toBe(true);
});
