import { expect, test } from 'vitest';
import {
  cache,
  collector,
  database,
  decoder,
  hog,
  loop,
  truncate,
  withPauses,
} from '../../../clients/programs/index.ts';
import { createRandom } from '../../../sim-hw/random.ts';
import {
  GARBAGE,
  kindOfRun,
  pageOfRun,
  type ReferenceString,
  WANTED,
  WRITE,
} from '../../../sim-hw/references.ts';

const work = {
  objects: 20,
  pages: 3,
  lookups: 400,
  lines: 0,
  alpha: 1,
  lookupNs: 10,
  buildNs: 1000,
};

/** Pages by number, in order, and whether they are written. */
function touches({ runs, pageNumbers }: ReferenceString): { page: number; writes: boolean }[] {
  return Array.from(runs, (run) => ({
    page: pageNumbers[pageOfRun(run)],
    writes: kindOfRun(run) === WRITE,
  }));
}

test('a cache with pages for all builds each object once, and reads all its pages later', () => {
  const program = cache(work, createRandom(7));
  const seen = new Set<number>();
  const all = touches(program);
  expect(program.references).toBe(1200);
  for (let at = 0; at < all.length; at += 3) {
    const object = all[at].page / 3;
    const isNew = !seen.has(object);
    seen.add(object);
    expect(all.slice(at, at + 3)).toEqual(
      [0, 1, 2].map((page) => ({ page: 3 * object + page, writes: isNew })),
    );
    expect(program.stops?.at[at / 3]).toBe(at);
    expect(program.stops?.workNs[at / 3]).toBe(isNew ? 1010 : 10);
  }
  expect(seen.size).toBe(20);
});

test('a cache with few lines keeps what was looked up last: builds as often as LRU misses', () => {
  const lines = 5;
  const program = cache({ ...work, lines }, createRandom(7));
  const whole = touches(cache(work, createRandom(7)));
  const last: number[] = [];
  let misses = 0;
  for (let at = 0; at < whole.length; at += 3) {
    const object = whole[at].page / 3;
    const place = last.indexOf(object);
    if (place >= 0) last.splice(place, 1);
    else misses++;
    last.push(object);
    if (last.length > lines) last.shift();
  }
  const built = program.stops?.workNs.filter((ns) => ns > 10).length;
  expect(built).toBe(misses);
  expect(misses).toBeGreaterThan(20);
  expect(program.pageNumbers).toHaveLength(15);
});

test('a hog grows step by step, holds, and rests after each', () => {
  const program = hog(7, 3, 2, 50);
  const pages = touches(program).map(({ page }) => page);
  const all = [0, 1, 2, 3, 4, 5, 6];
  expect(pages).toEqual([0, 1, 2, 0, 1, 2, 3, 4, 5, ...all, ...all, ...all]);
  expect(Array.from(program.stops?.at ?? [])).toEqual([3, 9, 16, 23, 30]);
  expect(Array.from(program.stops?.restNs ?? [])).toEqual([50, 50, 50, 50, 50]);
});

test('a pause comes after every so many references, not at the end, and a shorter program has fewer', () => {
  const program = withPauses(loop(5, 4, 0, createRandom(1)), 6, 99);
  expect(Array.from(program.stops?.at ?? [])).toEqual([6, 12, 18]);
  expect(program.stops?.workNs).toEqual(new Float64Array(3));
  expect(Array.from(truncate(program, 13).stops?.at ?? [])).toEqual([6, 12]);
  expect(truncate(program, 3).stops?.at).toHaveLength(0);
});

test('a collector writes what it says it wants first, and touches no garbage', () => {
  const heap = { pages: 60, collections: 6, first: 0.5, nursery: 8, survive: 0.25, live: 0.3 };
  const program = collector({ ...heap, reads: 2, workNs: 5, flush: true }, createRandom(3));
  const { runs, stops, pageNumbers } = program;
  const { at, says, workNs } = stops as Required<NonNullable<typeof stops>>;
  expect(pageNumbers.length).toBeLessThanOrEqual(120);
  const state = new Map<number, number>();
  const said = [0, 0, 0, 0];
  let stop = 0;
  for (const [index, run] of runs.entries()) {
    for (; at[stop] === index; stop++) {
      const what = says.what[stop] as number;
      said[what] = (said[what] as number) + 1;
      for (let page = says.from[stop] as number; page < (says.to[stop] as number); page++)
        if (what > 0) state.set(page, what);
    }
    const page = pageOfRun(run);
    const writes = kindOfRun(run) === WRITE;
    expect([undefined, WANTED]).toContain(state.get(page));
    if (state.get(page) === WANTED) {
      expect(writes).toBe(true);
      state.delete(page);
    }
  }
  // What was never touched yet needs no word.
  expect(said[WANTED]).toBeGreaterThan(6);
  expect(said[GARBAGE]).toBeGreaterThan(6);
  expect(workNs.filter((ns) => ns === 5).length).toBeGreaterThan(60);
});

/** Pages by what was last said of them, and what is touched: [garbage touched, reads of wanted pages]. */
function misuse({ runs, stops }: ReferenceString): { garbage: number; unwritten: number } {
  const { at, says } = stops as Required<NonNullable<typeof stops>>;
  const state = new Map<number, number>();
  const found = { garbage: 0, unwritten: 0 };
  let stop = 0;
  for (const [index, run] of runs.entries()) {
    for (; at[stop] === index; stop++)
      for (let page = says.from[stop] as number; page < (says.to[stop] as number); page++)
        if ((says.what[stop] as number) > 0) state.set(page, says.what[stop] as number);
    const said = state.get(pageOfRun(run));
    if (said === GARBAGE) found.garbage++;
    if (said === WANTED && kindOfRun(run) !== WRITE) found.unwritten++;
    if (said === WANTED) state.delete(pageOfRun(run));
  }
  return found;
}

test('a database and a decoder touch nothing that they called garbage', () => {
  const index = { table: 30, index: 12, rounds: 4, lookups: 50, buildNs: 7 };
  const tables = database(index, createRandom(2));
  expect(misuse(tables)).toEqual({ garbage: 0, unwritten: 0 });
  expect(tables.references).toBe(30 + 4 * (30 + 12 + 3 * 50));
  expect(tables.stops?.says?.what.filter((what) => what === GARBAGE).length).toBe(4);
  const buffers = { pictures: 9, scratch: 10, tables: 3, picture: 4, kept: 2, workNs: 5 };
  const pictures = decoder(buffers);
  expect(misuse(pictures)).toEqual({ garbage: 0, unwritten: 0 });
  expect(pictures.pageNumbers).toHaveLength(10 + 3 + 2 * 4);
  expect(pictures.stops?.workNs.filter((ns) => ns === 5).length).toBe(90);
});
