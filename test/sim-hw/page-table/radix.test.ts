/** Radix trees of three and four levels, by their own walks: one tree beneath. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LARGE, PRESENT } from '../../../sim-hw/page-table/format.ts';
import { riscvSv39, riscvSv48 } from '../../../sim-hw/page-table/riscv.ts';
import { x8664 } from '../../../sim-hw/page-table/x86-64.ts';

const SPACES = 2;
const FRAMES = 2048;

const operations = fc.array(
  fc.record({
    enters: fc.boolean(),
    order: fc.constantFrom(0, 0, 9),
    space: fc.nat(SPACES - 1),
    page: fc
      .tuple(fc.constantFrom(0, 512, 2 ** 18, 2 ** 27), fc.constantFrom(0, 512, 2 ** 35), fc.nat(3))
      .map(([x, y, low]) => (x + y + low) % 2 ** 36),
    frame: fc.nat(FRAMES - 1),
  }),
  { maxLength: 60 },
);

test('x86-64 and Sv48 keep the same words in the same nodes, and `growth` foretells each node', () => {
  fc.assert(
    fc.property(operations, (list) => {
      const x86 = x8664.create(FRAMES, SPACES);
      const riscv = riscvSv48.create(FRAMES, SPACES);
      for (const { enters, order, space, page, frame } of list) {
        const first = page - (page % 2 ** order);
        const isFree = Array.from({ length: 2 ** order }, (_, i) => first + i).every(
          (vpn) => x8664.find(x86, space, vpn) < 0,
        );
        if (!enters) {
          expect(riscvSv48.remove(riscv, space, page)).toBe(x8664.remove(x86, space, page));
        } else if (isFree) {
          const grown = x8664.growth?.(x86, space, first, order);
          const before = x86.tableFrames;
          x8664.enter(x86, space, first, frame - (frame % 2 ** order), order, 0);
          riscvSv48.enter(riscv, space, first, frame - (frame % 2 ** order), order, 0);
          expect(x86.tableFrames - before).toBe(grown);
        }
        expect(riscv.entries).toEqual(x86.entries);
        expect([riscv.roots, riscv.freeNode]).toEqual([x86.roots, x86.freeNode]);
      }
      expect(x8664.check(x86)).toBeUndefined();
    }),
    { seed: 6, numRuns: 100 },
  );
});

test('Sv39 has one level less: a page takes three nodes', () => {
  const frames = [riscvSv39, riscvSv48].map((format) => {
    const state = format.create(FRAMES, 1);
    expect(format.growth?.(state, 0, 7, 0)).toBe(format === riscvSv39 ? 3 : 4);
    format.enter(state, 0, 7, 1, 0, 0);
    return state.tableFrames;
  });
  expect(frames).toEqual([3, 4]);
});

test('the check sees a node lost, shared, miscounted, and an entry that is not present', () => {
  for (const format of [x8664, riscvSv39, riscvSv48]) {
    type State = ReturnType<typeof x8664.create>;
    const broken = (harm: (state: State) => void): string | undefined => {
      const state = format.create(16, 2) as State;
      format.enter(state as never, 0, 0, 1, 0, 0);
      format.enter(state as never, 1, 9, 2, 0, 0);
      expect(format.check(state as never)).toBeUndefined();
      harm(state);
      return format.check(state as never);
    };
    expect(broken((s) => s.roots.fill(-1))).toMatch(`${format.name}: 0 nodes`);
    expect(broken((s) => s.roots.fill(0))).toMatch('twice');
    expect(broken((s) => s.used.fill(2))).toMatch('entries');
    expect(broken((s) => (s.entries[s.roots[0] * 512] &= ~PRESENT))).toMatch('not present');
    expect(broken((s) => (s.entries[format.find(s as never, 0, 0)] |= LARGE))).toMatch(
      'large on level 0',
    );
  }
});
