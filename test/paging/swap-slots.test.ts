import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkSwapSlots,
  createSwapSlots,
  slotsFor,
  slotToRead,
  slotToWrite,
} from '../../paging/swap-slots.ts';

const fixed = { seed: 20_260_505, numRuns: 200 };

test('[UVM5] each page is read where it was written last, and no two share a slot', () => {
  const writes = fc.array(fc.nat(9), { maxLength: 120, size: 'max' });
  const property = fc.property(writes, fc.integer({ min: 1, max: 6 }), (pages, run) => {
    const slots = createSwapSlots(10, run, (page) => page % 2 === 0);
    const place = new Map([0, 2, 4, 6, 8].map((page) => [page, page]));
    for (const page of pages) {
      place.set(page, slotToWrite(slots, page));
      expect(checkSwapSlots(slots)).toBeUndefined();
      for (const [each, slot] of place) expect(slotToRead(slots, each)).toBe(slot);
    }
    expect(new Set(place.values()).size).toBe(place.size);
  });
  fc.assert(property, fixed);
});

test('[UVM5] pages that are written together lie side by side, wherever they were', () => {
  const slots = createSwapSlots(64, 8, () => true);
  const written = [3, 40, 11, 62, 0, 25, 50, 18].map((page) => slotToWrite(slots, page));
  expect(written).toEqual([64, 65, 66, 67, 68, 69, 70, 71]);
  expect(slots.reassigned).toBe(8);
});

test('[UVM5] slots that became free are found again, the longest run of them where none is long enough', () => {
  const slots = createSwapSlots(4, 4, () => true);
  expect(slotsFor(4)).toBe(8);
  const first = [0, 1, 2, 3].map((page) => slotToWrite(slots, page));
  const second = [0, 1, 2, 3].map((page) => slotToWrite(slots, page));
  expect([first, second]).toEqual([
    [4, 5, 6, 7],
    [0, 1, 2, 3],
  ]);
  expect([0, 2].map((page) => slotToWrite(slots, page))).toEqual([4, 5]);
});

test('[UVM5] the run found is the one that looking at every slot finds', () => {
  const writes = fc.array(fc.nat(23), { maxLength: 200, size: 'max' });
  const property = fc.property(writes, fc.integer({ min: 1, max: 9 }), (pages, run) => {
    const slots = createSwapSlots(24, run, (page) => page % 3 !== 0);
    let left = 0;
    for (const page of pages) {
      const used = slots.used.slice();
      if ((slots.slotOf[page] as number) >= 0) used[slots.slotOf[page] as number] = 0;
      let next = slots.next;
      if (left === 0 || used[next] === 1) [next, left] = everySlot(used, next, run);
      expect(slotToWrite(slots, page)).toBe(next);
      expect(slots.left).toBe(--left);
    }
  });
  fc.assert(property, fixed);
});

/** From `next` on, round the end: first slot and length of the first run that is long enough, else the longest. */
function everySlot(used: Uint8Array, next: number, run: number): [number, number] {
  let [at, longest] = [next, 0];
  for (let seen = 0; seen < used.length && longest < run; ) {
    const from = (next + seen) % used.length;
    let length = 0;
    while (length < run && from + length < used.length && used[from + length] === 0) length++;
    if (length > longest) [at, longest] = [from, length];
    seen += length + 1;
  }
  return [at, longest];
}

test('[UVM5] a page that was never written cannot be read', () => {
  const slots = createSwapSlots(4, 4, () => false);
  expect(() => slotToRead(slots, 1)).toThrow(/never been written/);
});

test('[UVM5] check reports a slot that two pages have', () => {
  const slots = createSwapSlots(4, 4, () => true);
  slots.slotOf[1] = 0;
  expect(checkSwapSlots(slots)).toMatch(/page 1 shares slot 0/);
});
