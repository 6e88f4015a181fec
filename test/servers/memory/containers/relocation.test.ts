import { expect, test } from 'vitest';
import { ALLOCATE_ZERO, COPY, READ } from '../../../../contracts/messages.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { readThrough } from '../../../../nucleus/dma.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import { defragment, relocateRun } from '../../../../servers/memory/containers/relocation.ts';
import { stamped } from '../../../../sim-hw/contents.ts';
import {
  advance,
  checkBooks,
  createDesk,
  FIRST,
  hashDesk,
  say,
  settleIn,
  tableOf,
} from '../../../support/desk.ts';
import {
  contents,
  entrust,
  fill,
  frameOf,
  load,
  open,
  stampOf,
  store,
  transfer,
  write,
} from '../../../support/pages.ts';

const SECOND = FIRST + 1;

test('[CONT32] a run of a slot moves with contents, mapping and rights; its client sees nothing', () => {
  const desk = createDesk();
  const { kernel, server } = desk;
  settleIn(desk, FIRST, 6, 0, 1);
  map(kernel, FIRST, FIRST, 3, 0, true);
  store(desk, FIRST, 3, 41);
  expect(relocateRun(kernel, server, 0, 0, 9)).toBe(true);
  expect(frameAt(tableOf(desk, FIRST), 0)).toBe(9);
  expect(load(desk, FIRST, 3)).toBe(41);
  expect(store(desk, FIRST, 3, 42)).toBe(true);
  expect(stampOf(desk, 9)).toBe(42);
  expect(checkBooks(desk)).toBeUndefined();
  expect(say(desk, FIRST, 'returnFrames', [0])).toEqual([]);
  expect(load(desk, FIRST, 3)).toBeUndefined();
});

test('[CONT32] a shared frame moves for all who use it, a large run as a whole', () => {
  const desk = createDesk();
  const { kernel, server } = desk;
  settleIn(desk, FIRST, 8, 0, 0);
  const own = open(desk, FIRST, { pages: 4 });
  fill(desk, FIRST, own, 0, 1, ALLOCATE_ZERO);
  write(desk, FIRST, own, 0, 0, 7);
  transfer(desk, FIRST, [own, 0, 1], [own, 2, 1], COPY);
  say(desk, FIRST, 'mapPage', [own, 2, 1, READ]);
  expect(relocateRun(kernel, server, 0, 0, 11)).toBe(true);
  expect([frameOf(desk, FIRST, own, 0), frameOf(desk, FIRST, own, 2)]).toEqual([11, 11]);
  expect(load(desk, FIRST, 1)).toBe(7);
  write(desk, FIRST, own, 0, 0, 8);
  expect([contents(desk, FIRST, own, 0), contents(desk, FIRST, own, 2)]).toEqual([8, 7]);
  say(desk, FIRST, 'allocate', [2, 0, 1]);
  const first = frameAt(tableOf(desk, FIRST), 0);
  expect(first).toBe(4);
  expect(relocateRun(kernel, server, first, 2, 12)).toBe(true);
  expect(relocateRun(kernel, server, 13, 0, 4)).toBe(false);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM4] a frame that the server has moved a page out of is nobody’s own: it comes zeroed', () => {
  const desk = createDesk({ frames: 4 });
  const { kernel, server } = desk;
  settleIn(desk, FIRST, 4, 0, 1);
  map(kernel, FIRST, FIRST, 3, 0, true);
  store(desk, FIRST, 3, 41);
  expect(relocateRun(kernel, server, 0, 0, 1)).toBe(true);
  expect(say(desk, FIRST, 'allocate', [0, 0, 7])).toEqual([['granted', 7, 1, 0, 1, 0]]);
  expect([frameAt(tableOf(desk, FIRST), 1), stampOf(desk, 0)]).toEqual([0, 0]);
  expect(load(desk, FIRST, 3)).toBe(41);
});

test('[CONT32] what is locked stays; what is not free, or nobody’s, is refused', () => {
  const desk = createDesk();
  const { kernel, server } = desk;
  settleIn(desk, FIRST, 8, 0, 2);
  const own = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, own, 0, 1);
  const weak = entrust(desk, FIRST, own, SECOND);
  say(desk, SECOND, 'lockPages', [weak, 2, 1, 50]);
  const thin = say(desk, FIRST, 'createContainer', [1, 500, 1, 7])[0]?.[3] as number;
  say(desk, FIRST, 'lockContainer', [thin, 50, 0, 1]);
  const before = hashDesk(desk);
  for (const [from, into] of [
    [2, 9],
    [1, 9],
    [0, 1],
    [0, 16],
    [9, 10],
    [-1, 9],
    [16, 9],
  ] as const)
    expect(relocateRun(kernel, server, from, 0, into), `${from} to ${into}`).toBe(false);
  expect(hashDesk(desk)).toBe(before);
  advance(desk, 50);
  expect(relocateRun(kernel, server, 2, 0, 9)).toBe(true);
  expect(relocateRun(kernel, server, 1, 0, 10)).toBe(true);
  // The next lock opens its window where the frame is now.
  kernel.state.frames.stampLow[10] = 5;
  say(desk, FIRST, 'lockContainer', [thin, 50, 0, 1]);
  const stamp = stamped(0, 0);
  expect(readThrough(kernel, FIRST, 0, stamp)).toBe(true);
  expect(stamp.low).toBe(5);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT32] defragmenting makes a large run free that there was none of', () => {
  const desk = createDesk({ frames: 16 });
  const { kernel, server } = desk;
  settleIn(desk, FIRST, 16, 0, 14);
  for (let slot = 0; slot < 14; slot += 2) say(desk, FIRST, 'returnFrames', [slot]);
  expect(say(desk, FIRST, 'allocate', [3, 0, 1])[0]?.[0]).toBe('refused');
  expect(defragment(kernel, server)).toBeGreaterThan(0);
  expect(checkBooks(desk)).toBeUndefined();
  expect(say(desk, FIRST, 'allocate', [3, 0, 1])[0]?.[0]).toBe('granted');
  expect(defragment(kernel, server)).toBe(0);
});
