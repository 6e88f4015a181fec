import { expect, test } from 'vitest';
import { closeList, copyThrough, listSerial, openList } from '../../nucleus/dma-lists.ts';
import { ZERO } from '../../nucleus/tasks.ts';
import { createDesk, FIRST } from '../support/desk.ts';

test('[TIME5] [CONT23] who holds two windows copies between them, at the cost of a copy; nobody else does', () => {
  const { kernel } = createDesk({ costs: { copyNs: 70 } });
  const { state } = kernel;
  const page = (list: number, frame: number, holder: number, writable: boolean) => {
    const window = openList(kernel, list, [frame], holder, writable);
    return { window, serial: listSerial(kernel, window), index: 0 };
  };
  const from = page(0, 3, FIRST, false);
  const into = page(1, 4, FIRST, true);
  const foreign = page(2, 5, FIRST + 1, true);
  state.frames.stampLow[3] = 17;
  state.account = FIRST;
  const before = state.tasks[FIRST].times[ZERO];
  expect(copyThrough(kernel, FIRST, from, into)).toBe(true);
  expect(state.frames.stampLow[4]).toBe(17);
  expect(state.tasks[FIRST].times[ZERO]).toBe(before + 70);
  // Read-only, another's, no such page, an opening that is over.
  expect(copyThrough(kernel, FIRST, into, from)).toBe(false);
  expect(copyThrough(kernel, FIRST, from, foreign)).toBe(false);
  expect(copyThrough(kernel, FIRST, { ...from, index: 1 }, into)).toBe(false);
  expect(copyThrough(kernel, FIRST, from, { ...into, serial: into.serial - 1 })).toBe(false);
  closeList(kernel, 0);
  expect(copyThrough(kernel, FIRST, from, into)).toBe(false);
  expect(state.tasks[FIRST].times[ZERO]).toBe(before + 70);
});
