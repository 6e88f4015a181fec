import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boot } from '../../lab/run/boot.ts';
import { addNeighbours, type CapabilityTable } from '../../nucleus/capabilities.ts';
import {
  allowWrite,
  clearReferenced,
  map,
  pageBits,
  protect,
  unmap,
} from '../../nucleus/memory-map.ts';
import { demote, isPromoted, promote } from '../../nucleus/promotion.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { takeRun } from '../../sim-hw/frames.ts';
import { runBatch } from '../../sim-hw/mmu.ts';
import { LARGE, MODIFIED, REFERENCED, WRITABLE } from '../../sim-hw/page-table/format.ts';
import { packRun, READ, type ReferenceString, WRITE } from '../../sim-hw/references.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task } from '../support/cells.ts';

const SIZE = 512;
const PAGES = 1100;

function programOf(touches: readonly (readonly [number, boolean])[]): ReferenceString {
  return {
    references: touches.length,
    runs: Uint32Array.from(touches, ([page, write]) => packRun(page, write ? WRITE : READ, 1)),
    pageNumbers: Float64Array.from({ length: PAGES }, (_, page) => page),
  };
}

/** A task with `count` frames of an aligned run in neighbouring slots, mapped at pages 0, 1, ... */
function stage(touches: readonly (readonly [number, boolean])[], writable = true) {
  const kinds = { ...PLAIN_PAGES, superpages: { orders: [9], apart: false } };
  const program = programOf(touches);
  const world = boot(cell(2 * SIZE, [task('a', program, 'fifo', 8, { kinds })]));
  const { kernel } = world;
  const id = world.clients[0] as number;
  const first = takeRun(kernel.state.frames, 9, id);
  const slot = addNeighbours(kernel.state.capabilities[id] as CapabilityTable, first, SIZE);
  for (let page = 0; page < SIZE; page++) map(kernel, id, id, page, slot + page, writable);
  const space = kernel.state.spaces[0] as SpaceState;
  const run = () => runBatch(kernel.translation, space, program, 1e9);
  return { kernel, id, slot, space, run };
}

test('[MEM27] neighbours on an aligned run become one mapping, and are themselves again', () => {
  const { kernel, id, space } = stage([]);
  const before = hashState(kernel.state.table.entries);
  expect(promote(kernel, id, id, 0, 9)).toBe(true);
  expect(isPromoted(kernel, space, 300)).toBe(true);
  expect(pageBits(kernel, id, id, 300) & LARGE).toBe(LARGE);
  expect(promote(kernel, id, id, 0, 9)).toBe(false);
  expect(demote(kernel, id, id, 17)).toBe(true);
  expect(demote(kernel, id, id, 17)).toBe(false);
  expect(isPromoted(kernel, space, 300)).toBe(false);
  expect(hashState(kernel.state.table.entries)).toBe(before);
  expect(kernel.format.check(kernel.state.table)).toBeUndefined();
});

test('[MEM27] what is no such range is refused, and nothing changes', () => {
  const { kernel, id, slot } = stage([]);
  const refused = (page: number, order = 9, pager = id) => {
    const before = hashState(kernel.state.table.entries);
    expect(promote(kernel, pager, id, page, order)).toBe(false);
    expect(hashState(kernel.state.table.entries)).toBe(before);
  };
  refused(1);
  refused(0, 0);
  refused(0, 4);
  refused(512);
  refused(-512);
  refused(1024);
  refused(0, 9, 0);
  protect(kernel, id, id, 5, false);
  refused(0);
  allowWrite(kernel, id, id, 5);
  unmap(kernel, id, id, 5);
  refused(0);
  unmap(kernel, id, id, 6);
  // The frames of 5 and 6 change places.
  map(kernel, id, id, 5, slot + 6, true);
  map(kernel, id, id, 6, slot + 5, true);
  refused(0);
});

test('[MEM27] what is done to one page alone demotes; the bits were those of all', () => {
  const { kernel, id, space, run } = stage([
    [3, false],
    [9, true],
  ]);
  promote(kernel, id, id, 0, 9);
  run();
  expect(pageBits(kernel, id, id, 400) & (REFERENCED | MODIFIED)).toBe(REFERENCED | MODIFIED);
  clearReferenced(kernel, id, id, 3);
  expect(pageBits(kernel, id, id, 9) & REFERENCED).toBe(0);
  const entry = unmap(kernel, id, id, 77);
  expect(entry & (MODIFIED | LARGE)).toBe(MODIFIED);
  expect(isPromoted(kernel, space, 3)).toBe(false);
  expect(pageBits(kernel, id, id, 78) & (MODIFIED | WRITABLE)).toBe(MODIFIED | WRITABLE);
  expect(kernel.state.frames.stampHigh[pageFrame(kernel, 9)]).toBe(space.base + 10);
  expect(protect(kernel, id, id, 9, false) & MODIFIED).toBe(MODIFIED);
  expect(pageBits(kernel, id, id, 9) & (MODIFIED | WRITABLE)).toBe(0);
});

function pageFrame(kernel: ReturnType<typeof stage>['kernel'], page: number): number {
  return kernel.state.frames.mappedBy.indexOf(page + 1);
}

test('[MEM27] a superpage takes one entry of the TLB: one walk for all of its pages', () => {
  const touches = Array.from(
    { length: 3 * SIZE },
    (_, i) => [(i * 37) % SIZE, i % 5 === 0] as const,
  );
  const plain = stage(touches);
  plain.run();
  expect(plain.kernel.state.mmu.walks).toBe(SIZE);
  const large = stage(touches);
  promote(large.kernel, large.id, large.id, 0, 9);
  large.run();
  expect(large.kernel.state.mmu).toMatchObject({ walks: 1, secondLookups: 1 });
  const { frames: a } = plain.kernel.state;
  const { frames: b } = large.kernel.state;
  expect(b.stampLow).toEqual(a.stampLow);
  expect(b.stampHigh).toEqual(a.stampHigh);
  expect(large.space.versions).toEqual(plain.space.versions);
});

test('[MEM27] any order of doings: what is written and where is as without superpages', () => {
  const step = fc.record({ what: fc.nat(5), page: fc.nat(SIZE - 1) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), fc.nat(999), (steps, seed) => {
      const touches = Array.from({ length: 40 * steps.length }, (_, i) => {
        const page = (i * 7919 + seed * 104729) % SIZE;
        return [page, (i + seed) % 3 === 0] as const;
      });
      const both = [stage(touches), stage(touches)];
      both.forEach(({ kernel, id, space, slot }, which) => {
        const promotes = which === 1;
        for (const { what, page } of steps) {
          for (let i = 0; i < 40; i++) {
            const fault = runBatch(
              kernel.translation,
              space,
              kernel.programs[0] as ReferenceString,
              1,
            );
            if (fault === 2) {
              const at = (kernel.programs[0] as ReferenceString).runs[space.cursor] as number;
              const wanted = at >>> 8;
              if (!map(kernel, id, id, wanted, slot + wanted, true)) {
                if (promotes) demote(kernel, id, id, wanted);
                allowWrite(kernel, id, id, wanted);
              }
            }
          }
          if (what === 0) unmap(kernel, id, id, page);
          else if (what === 1) protect(kernel, id, id, page, false);
          else if (what === 2) clearReferenced(kernel, id, id, page);
          else if (what === 3 && promotes) demote(kernel, id, id, page);
          else if (promotes) promote(kernel, id, id, 0, 9);
        }
        expect(kernel.format.check(kernel.state.table)).toBeUndefined();
      });
      const [one, two] = both.map(({ kernel, space }) => [
        kernel.state.frames.stampLow,
        kernel.state.frames.stampHigh,
        space.cursor,
      ]);
      expect(two).toEqual(one);
    }),
    { seed: 5, numRuns: 15 },
  );
});
