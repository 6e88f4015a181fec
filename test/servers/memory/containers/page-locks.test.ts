import { expect, test } from 'vitest';
import {
  ALLOCATE_EXTRA,
  COPY,
  FORCE_WRITE,
  LOCK_EXCLUSIVE,
  LOCK_PHYSICAL,
  LOCK_WRITES,
  READ,
  SHARE,
} from '../../../../contracts/messages.ts';
import { LOCKED_NOW, NO_SUCH_CONTAINER, TOO_LONG } from '../../../../contracts/refusals.ts';
import { readThrough } from '../../../../nucleus/dma.ts';
import { listSerial, readListThrough, writeListThrough } from '../../../../nucleus/dma-lists.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { stamped } from '../../../../sim-hw/contents.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hashDesk,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import {
  containerOf,
  contents,
  entrust,
  fill,
  frameOf,
  handed,
  load,
  lockPages,
  open,
  refusal,
  SECOND,
  store,
  transfer,
  write,
} from '../../../support/pages.ts';

/** Extras of the owner. */
const EXTRA = 4;
const DMA = LOCK_PHYSICAL + LOCK_WRITES;

function read(desk: Desk, window: number, index: number, holder = SECOND, serial?: number) {
  const stamp = stamped(-1, -1);
  return readListThrough(desk.kernel, holder, window, index, stamp, serial) ? stamp : null;
}

test('[CONT20] a lock keeps what is inside; an exclusive one keeps everybody else out', () => {
  const { desk, own, weak } = handed({}, {}, EXTRA);
  say(desk, FIRST, 'mapPage', [own, 0, 4, READ]);
  lockPages(desk, weak);
  expect(load(desk, FIRST, 4)).toBe(0);
  expect(write(desk, FIRST, own, 0, 4, 9)?.[0]).toBe('pageMapped');
  expect(say(desk, FIRST, 'unmapPages', [own])).toEqual([refusal(own, LOCKED_NOW, 'unmapPages')]);
  expect(lockPages(desk, weak)).toEqual(refusal(3, LOCKED_NOW, 'lockPages'));
  say(desk, SECOND, 'unlockContainer', [weak]);
  lockPages(desk, weak, LOCK_EXCLUSIVE);
  expect(load(desk, FIRST, 4)).toBeUndefined();
  expect(write(desk, FIRST, own, 0, 4, 9)?.[2]).toBe(LOCKED_NOW);
  // The holder itself may look.
  expect(say(desk, SECOND, 'mapPage', [weak, 0, 1, READ])[0]?.[0]).toBe('pageMapped');
  expect(load(desk, SECOND, 1)).toBe(9);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(write(desk, FIRST, own, 0, 4, 10)?.[0]).toBe('pageMapped');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT20] an exclusive lock holds through another container that shares the page', () => {
  const { desk, own, weak } = handed({}, {}, EXTRA);
  const other = open(desk, FIRST, { lockMax: 50 });
  transfer(desk, FIRST, [own, 0, 1], [other, 0, 1], SHARE);
  lockPages(desk, weak, LOCK_EXCLUSIVE);
  expect(write(desk, FIRST, other, 0, 4, 9)?.[2]).toBe(LOCKED_NOW);
  expect(transfer(desk, FIRST, [other, 0, 1], [other, 1, 1], COPY)[0]?.[2]).toBe(LOCKED_NOW);
  const too = entrust(desk, FIRST, other, SECOND);
  const locked = say(desk, SECOND, 'lockPages', [too, 0, 4, 9])[0];
  expect(locked).toEqual(refusal(4, LOCKED_NOW, 'lockPages', 0));
  // Deallocating the other cell leaves the page where it is locked.
  say(desk, FIRST, 'deallocatePages', [other, 0, 1]);
  expect(frameOf(desk, FIRST, own, 0)).toBeGreaterThanOrEqual(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT20] a lock for writing gives each page a frame of its own, or is refused whole', () => {
  const { desk, own, weak } = handed({}, {}, EXTRA);
  const mine = open(desk, SECOND);
  transfer(desk, SECOND, [weak, 0, 3], [mine, 0, 3], COPY);
  const [, , window] = lockPages(desk, weak, DMA) as unknown as number[];
  expect(writeListThrough(desk.kernel, SECOND, window as number, 1, stamped(5, 0))).toBe(true);
  expect(contents(desk, FIRST, own, 1)).toBe(5);
  expect(contents(desk, SECOND, mine, 1)).toBe(0);
  // While a device may write, nobody copies what it is writing.
  expect(transfer(desk, SECOND, [weak, 0, 1], [mine, 0, 1], COPY)[0]?.[2]).toBe(LOCKED_NOW);
  expect(checkBooks(desk)).toBeUndefined();
  const full = handed({}, { frames: 10 }, EXTRA);
  take(full.desk, FIRST, 3);
  const copy = open(full.desk, FIRST);
  transfer(full.desk, FIRST, [full.own, 0, 3], [copy, 0, 3], COPY);
  const before = hashDesk(full.desk);
  expect(lockPages(full.desk, full.weak, DMA)?.[0]).toBe('refused');
  expect(hashDesk(full.desk)).toBe(before);
  expect(lockPages(full.desk, full.weak, LOCK_PHYSICAL)?.[0]).toBe('locked');
});

test('[CONT20] a page under a physical lock stays on its frame', () => {
  const { desk, own, weak } = handed({}, {}, EXTRA);
  const mine = open(desk, SECOND);
  transfer(desk, SECOND, [weak, 0, 1], [mine, 0, 1], COPY);
  lockPages(desk, weak, LOCK_PHYSICAL);
  const frame = frameOf(desk, FIRST, own, 0);
  // Its owner cannot write to it: the device would go on reading the old frame.
  expect(write(desk, FIRST, own, 0, 4, 9)?.[2]).toBe(LOCKED_NOW);
  // Whoever has a copy can, and gets a frame of its own.
  expect(write(desk, SECOND, mine, 0, 4, 9)?.[0]).toBe('pageMapped');
  expect(frameOf(desk, FIRST, own, 0)).toBe(frame);
  expect(contents(desk, FIRST, own, 0)).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT21] the longest lock is fixed at the seal; with extras it is at most their grace', () => {
  const { desk, weak } = handed({}, {}, EXTRA);
  expect(lockPages(desk, weak, 0, 101)).toEqual(refusal(3, TOO_LONG, 'lockPages'));
  expect(lockPages(desk, weak, 0, 100)?.[0]).toBe('locked');
  const own = open(desk, FIRST, { extras: 1 });
  const { graceExtra } = desk.server.terms;
  expect(say(desk, FIRST, 'sealContainer', [own, 5, graceExtra + 1])).toEqual([
    refusal(5, TOO_LONG, 'sealContainer'),
  ]);
  expect(say(desk, FIRST, 'sealContainer', [own, 5, graceExtra])[0]?.[0]).toBe('containerIs');
});

test('[CONT21] where notices for clean frames have a shorter grace, a lock on extras has it too', () => {
  const desk = createDesk({ terms: { graceClean: 30 } });
  settleIn(desk, FIRST, 2, 4, 2);
  const own = open(desk, FIRST, { extras: 1 });
  const tooLong = refusal(5, TOO_LONG, 'sealContainer');
  expect(say(desk, FIRST, 'sealContainer', [own, 5, 31])).toEqual([tooLong]);
  expect(say(desk, FIRST, 'sealContainer', [own, 5, 30])[0]?.[0]).toBe('containerIs');
  const lazy = createDesk({ terms: { graceClean: 300 } });
  settleIn(lazy, FIRST, 2, 4, 2);
  const other = open(lazy, FIRST, { extras: 1 });
  expect(say(lazy, FIRST, 'sealContainer', [other, 5, 101])).toEqual([tooLong]);
});

test('[CONT21] no lock on extras is longer than the notice that runs: revocation breaks none', () => {
  const { desk, own, weak } = handed({ extras: 1 }, { frames: 10 }, EXTRA);
  fill(desk, FIRST, own, 3, 1);
  const more = open(desk, FIRST, { pages: 6, extras: 1 });
  expect(fill(desk, FIRST, more, 0, 6, ALLOCATE_EXTRA)?.[3]).toBe(6);
  expect(lockPages(desk, weak, DMA, 100)?.[0]).toBe('locked');
  say(desk, SECOND, 'allocate', [0, 0, 5]);
  expect(takeHeard(desk, FIRST).at(-1)?.[0]).toBe('notice');
  advance(desk, 60);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(lockPages(desk, weak, DMA, 41)).toEqual(refusal(3, TOO_LONG, 'lockPages'));
  expect(lockPages(desk, weak, DMA, 40)?.[0]).toBe('locked');
  advance(desk, 40);
  // The deadline: a page is taken from the highest container, after the lock has ended.
  expect(takeHeard(desk, FIRST)).toContainEqual(['pageLost', more, 5, 1, 1, 0]);
  expect(containerOf(desk, FIRST, own).status).toBe(3);
  expect(desk.server.clients[SECOND]?.held).toBe(1);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT21] a container that is not for extras takes none in', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 2, 4, 3);
  const own = open(desk, FIRST);
  expect(say(desk, FIRST, 'putRuns', [own, 0, 0, 1])[0]?.[0]).toBe('refused');
  say(desk, FIRST, 'returnFrames', [2]);
  expect(say(desk, FIRST, 'putRuns', [own, 0, 0, 1])[0]?.[0]).toBe('pagesDone');
});

test('[CONT22] a version that is the same at two locks: nobody has written in between', () => {
  const { desk, own, weak } = handed({}, {}, EXTRA);
  const version = () => say(desk, SECOND, 'inspectContainer', [weak, 1])[0]?.[4] as number;
  say(desk, FIRST, 'mapPage', [own, 0, 4, FORCE_WRITE]);
  expect(lockPages(desk, weak, DMA)?.[3]).toBe(version());
  say(desk, SECOND, 'unlockContainer', [weak]);
  const after = version();
  // What was mapped for writing before the lock is so no more.
  expect(store(desk, FIRST, 4, 9)).toBe(false);
  expect(load(desk, FIRST, 4)).toBe(0);
  say(desk, FIRST, 'mapPage', [own, 0, 4, READ]);
  expect(version()).toBe(after);
  const other = open(desk, FIRST);
  const changes: (() => unknown)[] = [
    () => write(desk, FIRST, own, 0, 4, 9),
    () => fill(desk, FIRST, own, 3, 1),
    () => say(desk, FIRST, 'deallocatePages', [own, 3, 1]),
    () => transfer(desk, FIRST, [own, 0, 1], [own, 1, 1], COPY),
    () => transfer(desk, FIRST, [own, 0, 1], [other, 0, 1], SHARE),
    () => say(desk, FIRST, 'orphanData', [own, 1, 1]),
    () => say(desk, FIRST, 'takeOut', [own, 2, 1]),
    () => lockPages(desk, weak) && say(desk, SECOND, 'unlockContainer', [weak]),
  ];
  for (const [i, change] of changes.entries()) {
    const before = version();
    change();
    // Sharing a page out changes nothing that is inside.
    expect(version() > before, `change ${i}`).toBe(i !== 4);
  }
  // Written through the other container the page has changed here too.
  const before = version();
  write(desk, FIRST, other, 0, 3, 10);
  expect(contents(desk, FIRST, own, 0)).toBe(10);
  expect(version()).toBe(before + 1);
});

test('[CONT23] a window lists the pages, lets its holder through, and closes with the lock', () => {
  const { desk, own, weak } = handed({}, {}, EXTRA);
  const [, , number] = lockPages(desk, weak, DMA, 50) as unknown as number[];
  const window = number as number;
  expect(window).toBe(desk.kernel.state.windowFrame.length);
  expect(writeListThrough(desk.kernel, SECOND, window, 2, stamped(7, 0))).toBe(true);
  expect(contents(desk, FIRST, own, 2)).toBe(7);
  expect(read(desk, window, 2)).toEqual(stamped(7, 0));
  expect(read(desk, window, 3)).toBeNull();
  expect(read(desk, window, 4)).toBeNull();
  expect(read(desk, window, -1)).toBeNull();
  expect(read(desk, window, 0, FIRST)).toBeNull();
  // No number names a window of each kind.
  expect(readThrough(desk.kernel, SECOND, window, stamped(0, 0))).toBe(false);
  expect(read(desk, 0, 0)).toBeNull();
  const serial = listSerial(desk.kernel, window);
  advance(desk, 50);
  expect(desk.events.at(-1)).toMatchObject({ kind: 'lockExpired', task: 'client0' });
  expect(writeListThrough(desk.kernel, SECOND, window, 2, stamped(8, 0))).toBe(false);
  // Opened again, it is another window to a transfer that was begun before.
  lockPages(desk, weak, DMA, 50);
  expect(read(desk, window, 2, SECOND, serial)).toBeNull();
  expect(read(desk, window, 2)).toEqual(stamped(7, 0));
});

test('[CONT23] a lock for reading lets nothing in; one of the mapping opens no window', () => {
  const { desk, weak } = handed({}, {}, EXTRA);
  const [, , window] = lockPages(desk, weak, LOCK_PHYSICAL) as unknown as number[];
  expect(writeListThrough(desk.kernel, SECOND, window as number, 0, stamped(7, 0))).toBe(false);
  expect(read(desk, window as number, 0)).toEqual(stamped(0, 0));
  say(desk, SECOND, 'unlockContainer', [weak]);
  lockPages(desk, weak);
  expect(read(desk, window as number, 0)).toBeNull();
});

test('[CONT23] [CONT6] death of the owner closes the window, and nothing moves any more', () => {
  const { desk, own, weak } = handed({}, {}, EXTRA);
  const frame = frameOf(desk, FIRST, own, 0);
  const [, , window] = lockPages(desk, weak, DMA) as unknown as number[];
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  const before = desk.kernel.state.frames.stampLow[frame];
  expect(writeListThrough(desk.kernel, SECOND, window as number, 0, stamped(7, 3))).toBe(false);
  expect(desk.kernel.state.frames.stampLow[frame]).toBe(before);
});

test('[CONT9] only the holder of the lock unlocks it, also where the user may be anybody', () => {
  const { desk, own, weak } = handed({}, {}, EXTRA);
  const mine = say(desk, FIRST, 'shareContainer', [own, 1])[0]?.[3] as number;
  lockPages(desk, weak);
  expect(say(desk, FIRST, 'unlockContainer', [mine])).toEqual([
    refusal(mine, NO_SUCH_CONTAINER, 'unlockContainer'),
  ]);
  expect(say(desk, SECOND, 'unlockContainer', [weak])).toEqual([]);
  expect(say(desk, SECOND, 'unlockContainer', [weak])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
});

test('[CONT22] what a device writes into a truly shared page raises the version of all that show it', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 0);
  const one = open(desk, FIRST, { pages: 2, lockMax: 50 });
  const other = open(desk, FIRST, { pages: 2, lockMax: 50 });
  fill(desk, FIRST, one, 0, 1);
  transfer(desk, FIRST, [one, 0, 1], [other, 1, 1], SHARE);
  const weak = entrust(desk, FIRST, one, SECOND);
  const { version } = containerOf(desk, FIRST, other);
  const how = LOCK_PHYSICAL + LOCK_WRITES;
  const [, , window] = say(desk, SECOND, 'lockPages', [weak, how, 7, 50])[0] as [
    string,
    ...number[],
  ];
  expect(writeListThrough(desk.kernel, SECOND, window, 0, stamped(5, 0))).toBe(true);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(containerOf(desk, FIRST, other).version).toBeGreaterThan(version);
  expect(checkBooks(desk)).toBeUndefined();
});
