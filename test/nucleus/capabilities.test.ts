import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addCapability,
  addFrames,
  CONTAINER,
  createCapabilityTable,
  frameAt,
  holdsKind,
  NOTHING,
  orderAt,
  PORT,
  removeCapability,
  removeFrames,
  WEAK_CONTAINER,
} from '../../nucleus/capabilities.ts';

test('[CAP1] object slots: the lowest free one, as a naive list says', () => {
  const step = fc.oneof(
    fc.record({ add: fc.constantFrom(PORT, CONTAINER, WEAK_CONTAINER) }),
    fc.record({ remove: fc.nat(9) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = createCapabilityTable(8);
      const naive: number[] = Array(8).fill(NOTHING);
      for (const each of steps) {
        if ('add' in each) {
          const slot = naive.indexOf(NOTHING);
          expect(addCapability(table, each.add, 5, 1)).toBe(slot);
          if (slot >= 0) naive[slot] = each.add;
        } else if (each.remove < 8) {
          removeCapability(table, each.remove);
          naive[each.remove] = NOTHING;
        }
        expect([...table.kind]).toEqual(naive);
        expect(table.objects).toBe(naive.filter((kind) => kind !== NOTHING).length);
      }
      for (const slot of [-1, 8, 0.5, Number.NaN, 2 ** 31])
        expect(holdsKind(table, slot, PORT)).toBe(false);
    }),
    { seed: 111, numRuns: 300 },
  );
});

test('[CAP1] frame slots: a naive map, reused last freed first, growing without end', () => {
  const step = fc.oneof(
    fc.record({ order: fc.constantFrom(0, 0, 9) }),
    fc.record({ at: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const table = createCapabilityTable(1);
      const naive = new Map<number, [number, number]>();
      const freed: number[] = [];
      let next = 0;
      steps.forEach((each, frame) => {
        if ('order' in each) {
          const slot = addFrames(table, frame, each.order);
          expect(slot).toBe(freed.pop() ?? next++);
          naive.set(slot, [frame, each.order]);
        } else if (naive.size > 0) {
          const slot = [...naive.keys()][each.at % naive.size] as number;
          removeFrames(table, slot);
          naive.delete(slot);
          freed.push(slot);
        }
      });
      for (let slot = 0; slot < next + 3; slot++) {
        const [frame, order] = naive.get(slot) ?? [-1, 0];
        expect(frameAt(table, slot)).toBe(frame);
        if (frame >= 0) expect(orderAt(table, slot)).toBe(order);
      }
    }),
    { seed: 112, numRuns: 200 },
  );
});

test('[CAP1] no number that is not a slot names a frame', () => {
  const table = createCapabilityTable(1);
  addFrames(table, 3, 0);
  for (const slot of [-1, 1, 2 ** 24, 2 ** 40, Number.NaN, Number.POSITIVE_INFINITY])
    expect(frameAt(table, slot)).toBe(-1);
});
