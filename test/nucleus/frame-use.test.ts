import { expect, test } from 'vitest';
import { lookAtUse } from '../../nucleus/frame-use.ts';
import { clearReferenced, map, pageBits, wasReferenced } from '../../nucleus/memory-map.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { SCAN } from '../../nucleus/tasks.ts';
import { runBatch } from '../../sim-hw/mmu.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { createDesk, type Desk, FIRST, settleIn, tableOf } from '../support/desk.ts';

/** A client with one page mapped; `touch` makes its program use it, `look` the server look. */
function watched() {
  const desk: Desk = createDesk({ costs: { scanNs: 7 } });
  const [slot] = settleIn(desk, FIRST, 1, 0, 1);
  const { kernel } = desk;
  const frame = tableOf(desk, FIRST).slotFrame[slot as number] as number;
  map(kernel, FIRST, FIRST, 0, slot as number, false);
  const space = kernel.state.spaces[0] as (typeof kernel.state.spaces)[0];
  return {
    kernel,
    frame,
    touch: () => {
      space.cursor = 0;
      space.offset = 0;
      runBatch(kernel.translation, space, kernel.programs[0] as ReferenceString, 1);
    },
    look: () => lookAtUse(kernel, frame),
    pagerSees: () => wasReferenced(pageBits(kernel, FIRST, FIRST, 0)),
    pagerClears: () => clearReferenced(kernel, FIRST, FIRST, 0),
  };
}

test('a frame has been used since the last look, or not; a page nobody maps has not', () => {
  const { kernel, frame, touch, look } = watched();
  expect(look()).toBe(false);
  touch();
  expect([lookAtUse(kernel, frame, false), look(), look()]).toEqual([true, true, false]);
  expect(lookAtUse(kernel, frame, false)).toBe(false);
  touch();
  expect(look()).toBe(true);
  expect(lookAtUse(kernel, 15)).toBe(false);
});

test('[POL1] the pager sees the same whether the server looks or not, and the other way round', () => {
  const { touch, look, pagerSees, pagerClears } = watched();
  touch();
  look();
  expect(pagerSees()).toBe(true);
  pagerClears();
  expect(pagerSees()).toBe(false);
  expect(look()).toBe(false);
  touch();
  pagerClears();
  expect([pagerSees(), look(), look()]).toEqual([false, true, false]);
  touch();
  expect([pagerSees(), look(), pagerSees()]).toEqual([true, true, true]);
});

test('[POL2] a look costs one scan', () => {
  const { kernel, look } = watched();
  const scans = () =>
    kernel.state.tasks.reduce((sum, { times }: TaskState) => sum + (times[SCAN] as number), 0);
  const before = scans();
  look();
  expect(scans() - before).toBe(7);
});
