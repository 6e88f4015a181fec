import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Kernel, startKernel } from '../../../lab/kernels/kernel.ts';
import { kernelWindow, windowFor } from '../../../lab/kernels/run-window.ts';
import { type Found, lookAtRuns } from '../../../lab/traces/compact-runs.ts';
import { createRandom, nextBelow } from '../../../sim-hw/random.ts';
import { packRun } from '../../../sim-hw/references.ts';

function started(name: string, ...sizes: readonly number[]): Kernel {
  const kernel = startKernel(name, ...sizes);
  if (kernel === null) throw new Error('there is no kernel');
  return kernel;
}

/** What the kernel finds in these words: never its twin. */
function lookedAt(kernel: Kernel, words: Uint32Array, seen: number): Found {
  const window = kernelWindow(kernel, () => {});
  window.words().set(words);
  return window.look(words.length, seen);
}

const kernel = started('look');
const PAGES_MOST = 1 << 24;

test('[POL18] whatever the words are, the kernel finds in them what its twin finds', () => {
  const word = fc.oneof(
    fc.nat(0xffffffff),
    fc.tuple(fc.nat(40), fc.nat(3), fc.integer({ min: 1, max: 64 })).map((run) => packRun(...run)),
  );
  const seen = fc.oneof(fc.nat(40), fc.nat(PAGES_MOST));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(word), seen, (bytes, some, before) => {
      const words = Uint32Array.from([...some, ...bytes, ...some]);
      expect(lookedAt(kernel, words, before)).toEqual(lookAtRuns(words, 0, words.length, before));
    }),
    { seed: 20261122, numRuns: 500 },
  );
});

test.each([
  ['all lengths at their most', () => 0x3f],
  ['all writes at their most', () => 0x7f],
  ['all fetches at their most', () => 0xbf],
  ['all of no kind', () => 0xff],
  ['the greatest word', () => 0xffffffff],
  ['each page new', (at: number) => packRun(at, at % 3, 1 + (at & 63))],
  ['one page too far at the end', (at: number) => packRun(at === 65_535 ? 2 : 0, 0, 1)],
  ['one of no kind', (at: number) => (at === 40_000 ? 0xc0 : 0x40)],
])('[POL18] windows full and nearly full: %s', (_, wordAt) => {
  for (const count of [65_536, 65_535, 65_520, 8193, 4096, 17, 16, 15, 1, 0]) {
    const words = Uint32Array.from({ length: count }, (_, at) => wordAt(at));
    for (const seen of [0, 1, PAGES_MOST - 1, PAGES_MOST])
      expect(lookedAt(kernel, words, seen)).toEqual(lookAtRuns(words, 0, count, seen));
  }
});

test('[POL18] of a string of many pages, one wrong page or kind anywhere shows', () => {
  const random = createRandom(20261123);
  let pages = 0;
  const words = Uint32Array.from({ length: 5000 }, () => {
    const isNew = nextBelow(random, 9) === 0 || pages === 0;
    const page = isNew ? pages++ : nextBelow(random, pages);
    return packRun(page, nextBelow(random, 3), 1 + nextBelow(random, 64));
  });
  expect(lookedAt(kernel, words, 0)).toMatchObject({ seen: pages, wrongPage: false });
  for (let at = 0; at < words.length; at += 7) {
    const wrong = words.slice();
    wrong[at] = at % 2 === 0 ? packRun(pages + 5, 0, 1) : wrong[at] | 0xc0;
    const found = lookedAt(kernel, wrong, 0);
    expect(found).toEqual(lookAtRuns(wrong, 0, wrong.length, 0));
    expect(found.wrongPage || found.wrongKind).toBe(true);
  }
});

test('[POL18] each kernel looks, at what it executes then, and the look changes nothing', () => {
  const words = Uint32Array.from([0, 1, 2, 0, 1, 5], (page) => packRun(page, 1, 3));
  for (const [name, ...sizes] of [
    ['lru-curve', 9],
    ['marks', 9, 1, 0, 0, 0],
    ['lists', 9, 1, 0, 0, 0],
  ] as const) {
    const one = started(name, ...sizes);
    expect(lookedAt(one, words, 0)).toEqual(lookAtRuns(words, 0, 6, 0));
    expect(
      kernelWindow(one, () => {})
        .words()
        .subarray(0, 6),
    ).toEqual(words);
  }
});

test.each([5, 1 << 20])('a sink has what stands in a window for %d runs', (runs) => {
  const batches: unknown[] = [];
  const window = windowFor(runs, (words, pages) => batches.push([...words], pages));
  window.words().set([packRun(0, 0, 1), packRun(1, 2, 4)]);
  expect(window.look(2, 0)).toMatchObject({ seen: 2, references: 5, fetches: 4 });
  window.advance(2, 2);
  window.advance(1, 2);
  expect(batches).toEqual([[packRun(0, 0, 1), packRun(1, 2, 4)], 2, [packRun(0, 0, 1)], 2]);
});
