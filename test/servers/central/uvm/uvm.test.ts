import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addObject,
  addSpace,
  checkUvm,
  createUvm,
  exit,
  fork,
  givePages,
  inheritPages,
  loanToKernel,
  mapAnonymous,
  mapObject,
  pageOut,
  passEntries,
  protectPages,
  readPage,
  removeMapping,
  returnLoan,
  takePages,
  type UvmState,
  unmapRange,
  writePage,
} from '../../../../servers/central/uvm/index.ts';
import {
  type NaiveInherit,
  type NaiveSpace,
  naiveCopy,
  naiveFork,
  naiveRead,
  naiveWrite,
} from '../../../support/naive-address-spaces.ts';
import { xorshift32 } from '../../../support/reference-strings.ts';

const PAGES = 8;
const FILE_PAGES = 6;
const SPACES_MAX = 5;

/** UVM and the naive model side by side. */
interface Pair {
  uvm: UvmState;
  naive: (NaiveSpace | null)[];
  file: { content: number }[];
  /** Loans to the kernel, and what was lent: it may not change meanwhile. */
  loans: { frames: number[]; contents: number[] }[];
  serial: number;
}

type Step = { op: number; space: number; from: number; length: number; other: number; how: number };

const steps = fc.array(
  fc.record({
    op: fc.nat(17),
    space: fc.nat(SPACES_MAX - 1),
    from: fc.nat(PAGES - 3),
    length: fc.integer({ min: 1, max: 5 }),
    other: fc.nat(PAGES - 1),
    how: fc.nat(2),
  }),
  { minLength: 10, maxLength: 80, size: 'max' },
);

function startPair(frames: number): Pair {
  const uvm = createUvm(frames, 120, 4);
  const file = Array.from({ length: FILE_PAGES }, (_, page) => ({ content: 1000 + page }));
  addObject(
    uvm,
    file.map(({ content }) => content),
  );
  addSpace(uvm, PAGES);
  return { uvm, file, naive: [new Array(PAGES).fill(null)], loans: [], serial: 1 };
}

/** Does one thing on both sides; what is refused there must be impossible here. */
function take(pair: Pair, step: Step): void {
  const { uvm, naive } = pair;
  const space = step.space % naive.length;
  const mine = naive[space];
  if (mine === null) return;
  const from = step.from;
  const to = Math.min(PAGES, from + step.length);
  const isFree = mine.slice(from, to).every((slot) => slot === null);
  switch (step.op) {
    case 0:
    case 1: {
      const refused = mapAnonymous(uvm, space, from, to);
      expect(refused).toBe(isFree ? null : 'not free');
      if (isFree) fillNaive(mine, from, to, null, true);
      return;
    }
    case 2: {
      const at = Math.min(step.other, FILE_PAGES - 1);
      const isPrivate = step.how !== 0;
      const refused = mapObject(uvm, space, from, to, 0, at, isPrivate);
      const fits = at + to - from <= FILE_PAGES;
      expect(refused).toBe(fits ? (isFree ? null : 'not free') : 'out of range');
      if (fits && isFree) fillNaive(mine, from, to, pair.file.slice(at), isPrivate);
      return;
    }
    case 3:
    case 4:
    case 5:
    case 6:
    case 16: {
      const content = pair.serial++;
      const done = writePage(uvm, space, from, content);
      if (done === 'no memory') return;
      expect(done === null).toBe(naiveWrite(mine, from, content));
      return;
    }
    case 7: {
      unmapRange(uvm, space, from, to);
      mine.fill(null, from, to);
      return;
    }
    case 8: {
      const writable = step.how !== 0;
      protectPages(uvm, space, from, to, writable);
      for (const slot of mine.slice(from, to)) if (slot !== null) slot.writable = writable;
      return;
    }
    case 9: {
      const inherit = (['share', 'copy', 'none'] as NaiveInherit[])[step.how];
      inheritPages(uvm, space, from, to, inherit);
      for (const slot of mine.slice(from, to)) if (slot !== null) slot.inherit = inherit;
      return;
    }
    case 10: {
      if (naive.filter((each) => each !== null).length >= SPACES_MAX || naive.length > 20) return;
      expect(fork(uvm, space)).toBe(naive.length);
      naive.push(naiveFork(mine));
      return;
    }
    case 11: {
      if (naive.filter((each) => each !== null).length < 4) return;
      exit(uvm, space);
      naive[space] = null;
      return;
    }
    case 12:
      return pageOut(uvm);
    case 13: {
      removeMapping(uvm, space, from);
      return;
    }
    case 14:
      return lendOrReturn(pair, space, mine, from, to);
    default:
      return pass(pair, space, mine, step, to);
  }
}

function fillNaive(
  space: NaiveSpace,
  from: number,
  to: number,
  file: { content: number }[] | null,
  isPrivate: boolean,
): void {
  for (let page = from; page < to; page++)
    space[page] = {
      page: { own: null, file: file?.[page - from] ?? null, isPrivate },
      writable: true,
      inherit: isPrivate ? 'copy' : 'share',
    };
}

/** Lends pages to the kernel; with two loans out the older one is returned first. */
function lendOrReturn(
  { uvm, loans }: Pair,
  space: number,
  mine: NaiveSpace,
  from: number,
  to: number,
): void {
  if (loans.length === 2) returnLoan(uvm, loans.shift()?.frames ?? []);
  const lent = loanToKernel(uvm, space, from, to);
  if (lent === 'no memory') return;
  const isThere = mine.slice(from, to).every((slot) => slot !== null);
  expect(Array.isArray(lent)).toBe(isThere);
  if (!Array.isArray(lent)) return;
  const contents = lent.map((_, at) => naiveRead(mine, from + at) as number);
  loans.push({ frames: lent, contents });
}

/** Pages to another space, or to another place of this one: entries passed, or pages transferred. */
function pass(pair: Pair, space: number, mine: NaiveSpace, step: Step, to: number): void {
  const { uvm, naive } = pair;
  const target = (space + 1) % naive.length;
  const theirs = naive[target];
  const { from, other } = step;
  const end = other + to - from;
  if (theirs === null || end > PAGES) return;
  const isThere = mine.slice(from, to).every((slot) => slot !== null);
  const isFree = theirs.slice(other, end).every((slot) => slot === null);
  if (step.length % 2 === 0) {
    const anons = takePages(uvm, space, from, to);
    if (!Array.isArray(anons)) return;
    expect(isThere).toBe(true);
    const refused = givePages(uvm, target, other, anons);
    expect(refused).toBe(isFree ? null : 'not free');
    if (refused !== null) return dropAnons(pair, anons);
    const contents = anons.map((_, at) => naiveRead(mine, from + at));
    for (const [at, own] of contents.entries())
      theirs[other + at] = {
        page: { own, file: null, isPrivate: true },
        writable: true,
        inherit: 'copy',
      };
    return;
  }
  const how = (['share', 'copy', 'move'] as const)[step.how];
  const refused = passEntries(uvm, space, from, to, target, other, how);
  expect(refused).toBe(isThere ? (isFree ? null : 'not free') : 'no entry');
  if (refused !== null) return;
  const slots = mine.slice(from, to);
  if (how === 'move') mine.fill(null, from, to);
  for (const [at, slot] of slots.entries())
    if (slot !== null)
      theirs[other + at] = { ...slot, page: how === 'copy' ? naiveCopy(slot.page) : slot.page };
}

/** What was taken and could not be given goes into a space that nobody looks at, and ends. */
function dropAnons({ uvm, naive }: Pair, anons: number[]): void {
  const limbo = addSpace(uvm, PAGES);
  naive.push(null);
  expect(givePages(uvm, limbo, 0, anons)).toBeNull();
  exit(uvm, limbo);
}

/** All contents on both sides are equal; reading is a step of its own, since it faults. */
function compare({ uvm, naive, loans }: Pair): void {
  for (const { frames, contents } of loans)
    expect(frames.map((frame) => uvm.frames.content[frame])).toEqual(contents);
  for (const [space, mine] of naive.entries()) {
    if (mine === null) continue;
    for (let page = 0; page < PAGES; page++) {
      const found = readPage(uvm, space, page);
      if (found === 'no memory') continue;
      const expected = naiveRead(mine, page);
      expect(found).toBe(expected ?? 'no entry');
    }
  }
}

describe('UVM against spaces of boxes', () => {
  test.each([[6], [16], [200]])(
    '[UVM1] contents are equal after each step, nothing is counted wrong, in %i frames',
    (frames) => {
      const property = fc.property(steps, fc.boolean(), (all, compares) => {
        const pair = startPair(frames);
        for (const step of all) {
          take(pair, step);
          expect(checkUvm(pair.uvm)).toBeUndefined();
          if (compares) compare(pair);
        }
        compare(pair);
        expect(checkUvm(pair.uvm)).toBeUndefined();
      });
      fc.assert(property, { seed: 20_260_503, numRuns: 300 });
    },
  );
});

/** A state with one space of so many pages, all of it mapped and written: page p holds p + 1. */
function written(frames: number, slots: number, pages: number, cluster = 16): UvmState {
  const uvm = createUvm(frames, slots, cluster);
  addSpace(uvm, pages);
  expect(mapAnonymous(uvm, 0, 0, pages)).toBeNull();
  for (let page = 0; page < pages; page++) expect(writePage(uvm, 0, page, page + 1)).toBeNull();
  return uvm;
}

function framesInUse({ frames }: UvmState): number {
  return frames.holds.length - frames.free.length;
}

describe('no chains', () => {
  test('[UVM2] 50 rounds of fork, 8 writes and exit of the parent hold 64 pages, as at the start', () => {
    // M-E9 of the reference: shadow objects hold 449 pages in a chain of 51, 128 when collapsed.
    const uvm = written(600, 0, 64);
    const draw = xorshift32(1);
    let parent = 0;
    for (let round = 0; round < 50; round++) {
      const child = fork(uvm, parent);
      for (let write = 0; write < 8; write++) writePage(uvm, child, draw() % 64, 1000 + round);
      exit(uvm, parent);
      parent = child;
    }
    expect(framesInUse(uvm)).toBe(64);
    expect(uvm.amaps.filter((amap) => amap !== null)).toHaveLength(1);
    expect(checkUvm(uvm)).toBeUndefined();
  });

  test('[UVM2] 10,000 rounds of fork, write, page-out and exit leak no slot of swap', () => {
    const uvm = written(24, 64, 16, 8);
    for (let round = 0; round < 10_000; round++) {
      const child = fork(uvm, 0);
      writePage(uvm, child, round % 16, round);
      writePage(uvm, 0, (round * 7) % 16, round);
      if (round % 3 === 0) pageOut(uvm);
      exit(uvm, child);
      // A space that has ended stays in the list: its place is taken again here.
      uvm.spaces.pop();
    }
    expect(checkUvm(uvm)).toBeUndefined();
    expect(64 - uvm.swap.free).toBeLessThanOrEqual(16);
    exit(uvm, 0);
    expect([uvm.swap.free, framesInUse(uvm)]).toEqual([64, 0]);
  });

  test('[UVM2] a fork copies no page, a write one, and nobody else is left: none', () => {
    const uvm = written(64, 0, 16);
    const child = fork(uvm, 0);
    expect(uvm.counters.pagesCopied).toBe(0);
    writePage(uvm, child, 3, 50);
    expect([uvm.counters.pagesCopied, readPage(uvm, 0, 3)]).toEqual([1, 4]);
    exit(uvm, 0);
    writePage(uvm, child, 4, 51);
    expect(uvm.counters.pagesCopied).toBe(1);
  });

  test('[UVM1] what is copied from shared memory keeps its contents when a sharer writes', () => {
    const uvm = written(64, 0, 4);
    inheritPages(uvm, 0, 0, 4, 'share');
    const sharer = fork(uvm, 0);
    expect(writePage(uvm, sharer, 1, 77)).toBeNull();
    inheritPages(uvm, 0, 0, 4, 'copy');
    const copy = fork(uvm, 0);
    // Its mapping could write a moment ago.
    writePage(uvm, sharer, 1, 78);
    const seen = [0, sharer, copy].map((space) => readPage(uvm, space, 1));
    expect(seen).toEqual([78, 78, 77]);
  });
});

describe('page-out', () => {
  test('[UVM3] scattered dirty pages go out in clusters, their slots reassigned side by side', () => {
    const uvm = written(64, 256, 64, 16);
    for (let round = 0; round < 4; round++) pageOut(uvm);
    expect([uvm.counters.pagesOut, uvm.counters.pageOuts]).toEqual([64, 4]);
    // Every fourth page is written again: they lie far apart on swap, and go out together.
    for (let page = 0; page < 64; page += 4) writePage(uvm, 0, page, 500 + page);
    pageOut(uvm);
    expect([uvm.counters.pagesOut, uvm.counters.pageOuts]).toEqual([80, 5]);
    expect(uvm.counters.slotsReassigned).toBe(16);
    expect(uvm.swap.free).toBe(256 - 64);
    expect(readPage(uvm, 0, 8)).toBe(508);
    expect(checkUvm(uvm)).toBeUndefined();
  });

  test('[UVM3] a page at a time takes a transfer for each', () => {
    const uvm = written(64, 256, 64, 1);
    for (let page = 0; page < 64; page++) pageOut(uvm);
    expect([uvm.counters.pagesOut, uvm.counters.pageOuts]).toEqual([64, 64]);
  });

  test('[UVM3] with memory and swap full a write is refused and nothing is lost', () => {
    const uvm = createUvm(4, 2, 2);
    addSpace(uvm, 8);
    mapAnonymous(uvm, 0, 0, 8);
    const answers = Array.from({ length: 8 }, (_, page) => writePage(uvm, 0, page, page));
    expect(answers).toEqual([null, null, null, null, null, null, 'no memory', 'no memory']);
    expect(checkUvm(uvm)).toBeUndefined();
  });
});

describe('loans and page transfer', () => {
  test('[UVM4] a loan copies nothing; its owner who writes meanwhile takes another frame', () => {
    const uvm = written(16, 0, 4);
    const lent = loanToKernel(uvm, 0, 0, 4) as number[];
    writePage(uvm, 0, 2, 99);
    expect(lent.map((frame) => uvm.frames.content[frame])).toEqual([1, 2, 3, 4]);
    expect([uvm.counters.loanBreaks, framesInUse(uvm)]).toEqual([1, 5]);
    returnLoan(uvm, lent);
    expect([readPage(uvm, 0, 2), framesInUse(uvm)]).toEqual([99, 4]);
    expect(checkUvm(uvm)).toBeUndefined();
  });

  test('[UVM4] pages given in a message are copied when one side writes them, and not before', () => {
    const uvm = written(16, 0, 4);
    const receiver = addSpace(uvm, 8);
    const taken = takePages(uvm, 0, 0, 4) as number[];
    expect(givePages(uvm, receiver, 2, taken)).toBeNull();
    expect([readPage(uvm, receiver, 5), framesInUse(uvm)]).toEqual([4, 4]);
    writePage(uvm, 0, 3, 40);
    expect([readPage(uvm, receiver, 5), uvm.counters.pagesCopied]).toEqual([4, 1]);
  });

  test('[UVM4] a page of a file is given on loan, and stays as it was when the file is written', () => {
    const uvm = createUvm(16, 0, 4);
    addObject(uvm, [7, 8]);
    addSpace(uvm, 4);
    mapObject(uvm, 0, 0, 2, 0, 0, false);
    const receiver = addSpace(uvm, 4);
    givePages(uvm, receiver, 0, takePages(uvm, 0, 0, 2) as number[]);
    writePage(uvm, 0, 0, 70);
    expect([readPage(uvm, receiver, 0), readPage(uvm, 0, 0)]).toEqual([7, 70]);
    writePage(uvm, receiver, 1, 80);
    expect(readPage(uvm, 0, 1)).toBe(8);
    expect(checkUvm(uvm)).toBeUndefined();
  });

  test('[UVM1] check reports an anon that nobody refers to', () => {
    const uvm = written(8, 0, 2);
    uvm.anons[0].refs++;
    expect(checkUvm(uvm)).toMatch(/anon 0 counts 2 of 1 references/);
  });
});
