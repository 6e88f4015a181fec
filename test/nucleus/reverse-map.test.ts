import { expect, test } from 'vitest';
import { lookAtUse } from '../../nucleus/frame-use.ts';
import { cloneKernel } from '../../nucleus/kernel.ts';
import { ANY, dropMappingsFor, forbidWriting, lend } from '../../nucleus/lent-mappings.ts';
import { dropMappingsOfFrame, wasModified, wasReferenced } from '../../nucleus/memory-map.ts';
import { isMappedBy, lentFor, nextMapping } from '../../nucleus/reverse-map.ts';
import { MODIFIED, REFERENCED } from '../../sim-hw/page-table/format.ts';
import { createDesk, FIRST } from '../support/desk.ts';

const SECOND = FIRST + 1;
const FRAME = 3;

/** `FRAME` is lent to the tasks named, at the pages named, for a word each. */
function lentTo(...loans: readonly [task: number, page: number, word: number, writes?: boolean][]) {
  const desk = createDesk({ costs: { mapNs: 10, scanNs: 1 } });
  const { kernel } = desk;
  for (const [task, page, word, writable = false] of loans)
    lend(kernel, task, page, FRAME, { word, writable, alone: false });
  const base = (task: number) => kernel.state.spaces[task - FIRST]?.base as number;
  return { kernel, key: (task: number, page: number) => base(task) + page + 1 };
}

/** Keys of the frame's mappings in their order. */
function chain(kernel: ReturnType<typeof lentTo>['kernel'], frame = FRAME): number[] {
  const keys: number[] = [];
  for (let key = kernel.state.frames.mappedBy[frame] as number; key !== 0; )
    key = nextMapping(kernel, keys[keys.push(key) - 1] as number);
  return keys;
}

test('[CONT31] a frame knows all pages that map it, who may write first, and what they were lent for', () => {
  const { kernel, key } = lentTo(
    [FIRST, 1, 7],
    [SECOND, 1, 8],
    [FIRST, 2, 7],
    [SECOND, 5, 9, true],
  );
  expect(chain(kernel)[0]).toBe(key(SECOND, 5));
  expect(chain(kernel).toSorted()).toEqual(
    [key(FIRST, 1), key(SECOND, 1), key(FIRST, 2), key(SECOND, 5)].toSorted(),
  );
  expect([1, 2].map((page) => lentFor(kernel, key(FIRST, page)))).toEqual([7, 7]);
  expect(isMappedBy(kernel, FRAME, key(SECOND, 1))).toBe(true);
  expect(isMappedBy(kernel, FRAME, key(SECOND, 2))).toBe(false);
  expect(isMappedBy(kernel, FRAME + 1, key(SECOND, 1))).toBe(false);
});

test('[CONT31] mappings go by what they were lent for, wherever on the chain they are', () => {
  for (const word of [7, 8, 9]) {
    const { kernel, key } = lentTo([FIRST, 1, 7], [SECOND, 1, 8], [FIRST, 2, 7], [SECOND, 5, 9]);
    const all = chain(kernel);
    const kept = all.filter((at) => lentFor(kernel, at) !== word);
    expect(dropMappingsFor(kernel, FRAME, word)).toBe(all.length - kept.length);
    expect(chain(kernel)).toEqual(kept);
    expect(dropMappingsFor(kernel, FRAME, ANY)).toBe(kept.length);
    expect(chain(kernel)).toEqual([]);
    // A page that maps another frame later has left nothing behind.
    lend(kernel, FIRST, 1, FRAME + 1, { word: 1, writable: false, alone: true });
    expect(chain(kernel, FRAME + 1)).toEqual([key(FIRST, 1)]);
  }
});

test('[CONT31] only who may write loses a right, and a copy of the run has chains of its own', () => {
  const { kernel, key } = lentTo([FIRST, 1, 7], [SECOND, 1, 8, true]);
  const copy = cloneKernel(kernel);
  const before = kernel.state.nowNs;
  forbidWriting(kernel, FRAME);
  forbidWriting(kernel, FRAME);
  expect(kernel.state.nowNs - before).toBe(10);
  dropMappingsFor(kernel, FRAME, 8);
  expect([chain(kernel).length, chain(copy).length]).toEqual([1, 2]);
  expect(chain(copy)[0]).toBe(key(SECOND, 1));
});

test('[CONT31] [POL2] use of any of its pages is use of the frame, and each look is a scan', () => {
  const { kernel } = lentTo([FIRST, 1, 7], [SECOND, 1, 8], [SECOND, 2, 8]);
  const { entries } = kernel.state.table;
  const touch = (space: number, page: number, bit: number) => {
    const number = kernel.programs[space]?.pageNumbers[page] as number;
    const index = kernel.format.find(kernel.state.table, space, number);
    entries[index] = (entries[index] as number) | bit;
  };
  for (const [space, page] of [
    [0, 1],
    [1, 1],
    [1, 2],
  ] as const) {
    touch(space, page, REFERENCED);
    const before = kernel.state.nowNs;
    expect([lookAtUse(kernel, FRAME), lookAtUse(kernel, FRAME)]).toEqual([true, false]);
    expect(kernel.state.nowNs - before).toBe(2 * 3);
  }
  touch(0, 1, MODIFIED);
  touch(1, 2, REFERENCED);
  const entry = dropMappingsOfFrame(kernel, FRAME);
  expect([wasModified(entry), wasReferenced(entry)]).toEqual([true, true]);
  expect(chain(kernel)).toEqual([]);
});
